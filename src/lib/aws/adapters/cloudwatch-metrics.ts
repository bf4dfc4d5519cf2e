import { CloudWatchClient, type Dimension, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { classifyAwsError } from '../../errors/classify-aws-error.ts';
import type { ClientSetup } from '../client-options.ts';
import { guardClient } from '../guard-client.ts';
import type { CountQuery, InvocationCounts, Metrics } from '../ports/metrics.ts';

const PERIOD_SECONDS = 60;

/**
 * {@link Metrics} over GetMetricStatistics, which is within the free tier; GetMetricData is billed from the first metric.
 * https://aws.amazon.com/cloudwatch/pricing/
 */
export class CloudWatchMetrics implements Metrics {
  readonly #client: CloudWatchClient;

  constructor(setup: ClientSetup) {
    this.#client = guardClient('cloudwatch', new CloudWatchClient(setup.options), setup, {
      answers: { GetMetricStatistics: ['Label'] },
    });
  }

  async invocationCounts(query: CountQuery): Promise<InvocationCounts> {
    const [invocations, errors, throttles] = await Promise.all([
      this.#sum('Invocations', query),
      this.#sum('Errors', query),
      this.#sum('Throttles', query),
    ]);
    return { invocations, errors, throttles };
  }

  async #sum(metric: string, { functionName, alias, version, fromMs, toMs }: CountQuery): Promise<number> {
    // Only these three dimensions together tell the sides of a split apart.
    // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
    const dimensions: Dimension[] = [
      { Name: 'FunctionName', Value: functionName },
      { Name: 'Resource', Value: `${functionName}:${alias}` },
      ...(version === undefined ? [] : [{ Name: 'ExecutedVersion', Value: version }]),
    ];
    try {
      const answer = await this.#client.send(
        new GetMetricStatisticsCommand({
          Namespace: 'AWS/Lambda',
          MetricName: metric,
          Dimensions: dimensions,
          StartTime: new Date(fromMs),
          EndTime: new Date(toMs),
          Period: PERIOD_SECONDS,
          Statistics: ['Sum'],
        }),
      );
      return (answer.Datapoints ?? []).reduce((sum, point) => sum + (point.Sum ?? 0), 0);
    } catch (cause) {
      throw classifyAwsError(cause, {
        action: 'cloudwatch:GetMetricStatistics',
        resource: `the metrics of ${functionName}:${alias}`,
      });
    }
  }
}
