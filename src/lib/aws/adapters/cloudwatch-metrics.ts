import {
  CloudWatchClient,
  type Datapoint,
  type Dimension,
  GetMetricStatisticsCommand,
} from '@aws-sdk/client-cloudwatch';
import { classifyAwsError } from '../../errors/classify-aws-error.ts';
import type { ClientSetup } from '../client-options.ts';
import { guardClient } from '../guard-client.ts';
import type { CountQuery, GaugeQuery, GaugeReading, InvocationCounts, Metrics, QueueGauge } from '../ports/metrics.ts';

const PERIOD_SECONDS = 60;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
const QUEUE_METRIC: Readonly<Record<QueueGauge, string>> = {
  visible: 'ApproximateNumberOfMessagesVisible',
  oldestAge: 'ApproximateAgeOfOldestMessage',
};

interface Statistics {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: readonly Dimension[];
  readonly statistic: 'Sum' | 'Maximum';
  /** ms since the epoch. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Whose metrics they are, for errors. */
  readonly of: string;
}

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

  async queueReadings({ queue, gauge, fromMs, toMs }: GaugeQuery): Promise<readonly GaugeReading[]> {
    const points = await this.#statistics({
      namespace: 'AWS/SQS',
      metric: QUEUE_METRIC[gauge],
      dimensions: [{ Name: 'QueueName', Value: queue }],
      statistic: 'Maximum',
      fromMs,
      toMs,
      of: `queue "${queue}"`,
    });
    return points.flatMap(({ Timestamp, Maximum }) =>
      Timestamp === undefined || Maximum === undefined ? [] : [{ at: Timestamp.getTime(), value: Maximum }],
    );
  }

  async #sum(metric: string, { functionName, alias, version, fromMs, toMs }: CountQuery): Promise<number> {
    // Only these three dimensions together tell the sides of a split apart.
    // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
    const dimensions: Dimension[] = [
      { Name: 'FunctionName', Value: functionName },
      { Name: 'Resource', Value: `${functionName}:${alias}` },
      ...(version === undefined ? [] : [{ Name: 'ExecutedVersion', Value: version }]),
    ];
    const points = await this.#statistics({
      namespace: 'AWS/Lambda',
      metric,
      dimensions,
      statistic: 'Sum',
      fromMs,
      toMs,
      of: `${functionName}:${alias}`,
    });
    return points.reduce((sum, point) => sum + (point.Sum ?? 0), 0);
  }

  async #statistics({ namespace, metric, dimensions, statistic, fromMs, toMs, of }: Statistics): Promise<Datapoint[]> {
    try {
      const answer = await this.#client.send(
        new GetMetricStatisticsCommand({
          Namespace: namespace,
          MetricName: metric,
          Dimensions: [...dimensions],
          StartTime: new Date(fromMs),
          EndTime: new Date(toMs),
          Period: PERIOD_SECONDS,
          Statistics: [statistic],
        }),
      );
      return answer.Datapoints ?? [];
    } catch (cause) {
      throw classifyAwsError(cause, {
        action: 'cloudwatch:GetMetricStatistics',
        resource: `the metrics of ${of}`,
      });
    }
  }
}
