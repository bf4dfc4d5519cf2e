import type { CountQuery, GaugeQuery, GaugeReading, InvocationCounts, Metrics, QueueGauge } from '../ports/metrics.ts';
import type { Measurements } from '../ports/usage-source.ts';

const PERIOD_SECONDS = 60;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
const QUEUE_METRIC: Readonly<Record<QueueGauge, string>> = {
  visible: 'ApproximateNumberOfMessagesVisible',
  oldestAge: 'ApproximateAgeOfOldestMessage',
};

/** {@link Metrics}: what a release asks, a minute a point. */
export class CloudWatchMetrics implements Metrics {
  readonly #measurements: Measurements;

  constructor(measurements: Measurements) {
    this.#measurements = measurements;
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
    const points = await this.#measurements.series({
      namespace: 'AWS/SQS',
      metric: QUEUE_METRIC[gauge],
      dimensions: { QueueName: queue },
      fromMs,
      toMs,
      periodSeconds: PERIOD_SECONDS,
    });
    return points.map(({ at, maximum }) => ({ at, value: maximum }));
  }

  async #sum(metric: string, { functionName, alias, version, fromMs, toMs }: CountQuery): Promise<number> {
    const points = await this.#measurements.series({
      namespace: 'AWS/Lambda',
      metric,
      // Only these three dimensions together tell the sides of a split apart.
      // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
      dimensions: {
        FunctionName: functionName,
        Resource: `${functionName}:${alias}`,
        ...(version === undefined ? {} : { ExecutedVersion: version }),
      },
      fromMs,
      toMs,
      periodSeconds: PERIOD_SECONDS,
    });
    return points.reduce((sum, point) => sum + point.sum, 0);
  }
}
