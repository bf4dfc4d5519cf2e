import {
  type CloudWatchClient,
  type Datapoint,
  GetMetricStatisticsCommand,
  type GetMetricStatisticsCommandInput,
  ListMetricsCommand,
} from '@aws-sdk/client-cloudwatch';
import type { Measurements, MetricFilter, MetricName, SeriesPoint, SeriesQuery } from '../ports/usage-source.ts';
import { awsCall } from './aws-call.ts';

/**
 * {@link Measurements} over GetMetricStatistics and ListMetrics, which are within the free tier; GetMetricData is billed
 * from the first metric. https://aws.amazon.com/cloudwatch/pricing/
 */
export class CloudWatchMeasurements implements Measurements {
  readonly #client: CloudWatchClient;

  constructor(client: CloudWatchClient) {
    this.#client = client;
  }

  async series(query: SeriesQuery): Promise<readonly SeriesPoint[]> {
    const points = await this.#statistics(query, { Statistics: ['Sum', 'Average', 'Maximum', 'SampleCount'] });
    return points.flatMap(({ Timestamp, Sum = 0, Average = 0, Maximum = 0, SampleCount = 0 }) =>
      Timestamp === undefined
        ? []
        : [{ at: Timestamp.getTime(), sum: Sum, average: Average, maximum: Maximum, samples: SampleCount }],
    );
  }

  /**
   * One period as long as the span: percentiles of the percentiles of its hours would be none.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
   */
  async percentiles(query: Omit<SeriesQuery, 'periodSeconds'>, ranks: readonly number[]) {
    const names = ranks.map((rank) => `p${rank}`);
    const answer = await this.#statistics(
      { ...query, periodSeconds: (query.toMs - query.fromMs) / 1000 },
      { ExtendedStatistics: names },
    );
    const found = answer.flatMap(({ ExtendedStatistics }) =>
      ExtendedStatistics === undefined ? [] : [ExtendedStatistics],
    );
    // A metric that was published with two units has a point for each.
    return found.length === 0 ? null : names.map((name) => Math.max(...found.map((each) => each[name] ?? 0)));
  }

  async metrics({ namespace, metric, dimensions = {}, recentlyActive, mostPages }: MetricFilter) {
    const site = {
      action: 'cloudwatch:ListMetrics',
      resource: namespace === undefined ? 'the metrics of this account' : `the metrics of ${namespace}`,
    };
    const metrics: MetricName[] = [];
    let next: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const answer = await awsCall(site, () =>
        this.#client.send(
          new ListMetricsCommand({
            Namespace: namespace,
            MetricName: metric,
            Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({
              Name,
              ...(Value === null ? {} : { Value }),
            })),
            NextToken: next,
            ...(recentlyActive === true ? { RecentlyActive: 'PT3H' } : {}),
          }),
        ),
      );
      for (const { Namespace = '', MetricName: name = '', Dimensions = [] } of answer.Metrics ?? []) {
        metrics.push({
          namespace: Namespace,
          metric: name,
          dimensions: Object.fromEntries(Dimensions.map(({ Name = '', Value = '' }) => [Name, Value])),
        });
      }
      next = answer.NextToken;
      if (next === undefined) break;
    }
    return { metrics, complete: next === undefined };
  }

  async #statistics(
    query: SeriesQuery,
    statistics: Pick<GetMetricStatisticsCommandInput, 'Statistics' | 'ExtendedStatistics'>,
  ): Promise<readonly Datapoint[]> {
    const { namespace, metric, dimensions } = query;
    const of = Object.values(dimensions).join(', ');
    const site = {
      action: 'cloudwatch:GetMetricStatistics',
      resource: `metric ${namespace} ${metric}${of === '' ? '' : ` of ${of}`}`,
    };
    const answer = await awsCall(site, () =>
      this.#client.send(
        new GetMetricStatisticsCommand({
          Namespace: namespace,
          MetricName: metric,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
          StartTime: new Date(query.fromMs),
          EndTime: new Date(query.toMs),
          Period: query.periodSeconds,
          ...statistics,
        }),
      ),
    );
    return answer.Datapoints ?? [];
  }
}
