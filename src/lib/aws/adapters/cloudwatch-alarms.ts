import {
  type CloudWatchClient,
  type CompositeAlarm,
  DescribeAlarmsCommand,
  ListDashboardsCommand,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import { classifyAwsError } from '../../errors/classify-aws-error.ts';
import type { AlarmState, Alarms } from '../ports/alarms.ts';
import type { AlarmSettings, Monitoring } from '../ports/usage-source.ts';

interface AlarmPage {
  readonly metricAlarms: readonly MetricAlarm[];
  readonly compositeAlarms: readonly CompositeAlarm[];
  readonly next: string | undefined;
}

/** The most that an answer holds: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
const PAGE = 100;
/** An anomaly detection is billed as its metric and the two bounds of its band. https://aws.amazon.com/cloudwatch/pricing/ */
const BAND_METRICS = 2;

/** {@link Alarms} and {@link Monitoring} over the CloudWatch API. */
export class CloudWatchAlarms implements Alarms, Monitoring {
  readonly #client: CloudWatchClient;

  constructor(client: CloudWatchClient) {
    this.#client = client;
  }

  async states(names: readonly string[]): Promise<readonly AlarmState[]> {
    const { metricAlarms, compositeAlarms } = await this.#describe(`alarm "${names.join(', ')}"`, {
      AlarmNames: [...names],
    });
    return [...metricAlarms, ...compositeAlarms].map((alarm) => ({
      name: alarm.AlarmName ?? '',
      state: alarm.StateValue ?? 'INSUFFICIENT_DATA',
      reason: alarm.StateReason ?? '',
    }));
  }

  async allAlarms(): Promise<readonly AlarmSettings[]> {
    const alarms: AlarmSettings[] = [];
    let next: string | undefined;
    do {
      const page = await this.#describe('the alarms of this account', { MaxRecords: PAGE, NextToken: next });
      alarms.push(...page.metricAlarms.map(metricAlarm));
      alarms.push(
        ...page.compositeAlarms.map(({ AlarmName: name = '' }) => ({
          name,
          metrics: 0,
          highResolution: false,
          composite: true,
        })),
      );
      next = page.next;
    } while (next !== undefined);
    return alarms;
  }

  async dashboards(): Promise<number> {
    let count = 0;
    let next: string | undefined;
    try {
      do {
        const page = await this.#client.send(new ListDashboardsCommand({ NextToken: next }));
        count += page.DashboardEntries?.length ?? 0;
        next = page.NextToken;
      } while (next !== undefined);
      return count;
    } catch (cause) {
      throw classifyAwsError(cause, {
        action: 'cloudwatch:ListDashboards',
        resource: 'the dashboards of this account',
      });
    }
  }

  async #describe(
    resource: string,
    filter: { readonly AlarmNames?: string[]; readonly MaxRecords?: number; readonly NextToken?: string | undefined },
  ): Promise<AlarmPage> {
    try {
      const answer = await this.#client.send(
        // Without the types only metric alarms are answered.
        // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
        new DescribeAlarmsCommand({ ...filter, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }),
      );
      return {
        metricAlarms: answer.MetricAlarms ?? [],
        compositeAlarms: answer.CompositeAlarms ?? [],
        next: answer.NextToken,
      };
    } catch (cause) {
      throw classifyAwsError(cause, {
        action: 'cloudwatch:DescribeAlarms',
        resource,
        notFound: { code: 'AlarmNotFound' },
      });
    }
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_billing.html */
function metricAlarm({
  AlarmName: name = '',
  Metrics = [],
  Period = 60,
  ThresholdMetricId,
}: MetricAlarm): AlarmSettings {
  const read = Metrics.flatMap(({ MetricStat }) => (MetricStat === undefined ? [] : [MetricStat]));
  return {
    name,
    // A query of Metrics Insights names no metric; it reads one at least.
    metrics: Math.max(1, read.length) + (ThresholdMetricId === undefined ? 0 : BAND_METRICS),
    highResolution: Metrics.length === 0 ? Period < 60 : read.some((each) => (each.Period ?? 60) < 60),
    composite: false,
  };
}
