import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { classifyAwsError } from '../../errors/classify-aws-error.ts';
import type { ClientSetup } from '../client-options.ts';
import { guardClient } from '../guard-client.ts';
import type { AlarmState, Alarms } from '../ports/alarms.ts';

/** {@link Alarms} over the CloudWatch API. */
export class CloudWatchAlarms implements Alarms {
  readonly #client: CloudWatchClient;

  constructor(setup: ClientSetup) {
    this.#client = guardClient('cloudwatch', new CloudWatchClient(setup.options), setup);
  }

  async states(names: readonly string[]): Promise<readonly AlarmState[]> {
    try {
      const answer = await this.#client.send(
        // Without the types only metric alarms are answered.
        // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
        new DescribeAlarmsCommand({ AlarmNames: [...names], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }),
      );
      return [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])].map((alarm) => ({
        name: alarm.AlarmName ?? '',
        state: alarm.StateValue ?? 'INSUFFICIENT_DATA',
        reason: alarm.StateReason ?? '',
      }));
    } catch (cause) {
      throw classifyAwsError(cause, {
        action: 'cloudwatch:DescribeAlarms',
        resource: `alarm "${names.join(', ')}"`,
        notFound: { code: 'AlarmNotFound' },
      });
    }
  }
}
