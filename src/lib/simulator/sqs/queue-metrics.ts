import type { MetricSink } from '../kernel/region.ts';

const NAMESPACE = 'AWS/SQS';
export const MINUTE_MS = 60_000;

/** What a queue looks like at one moment. */
export interface Gauges {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly oldestAgeSeconds: number;
}

/**
 * The CloudWatch metrics of a queue
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html).
 * Counts are added up here and handed over once a minute: a record for each message would cost more than the message.
 */
export class QueueMetrics {
  sent = 0;
  received = 0;
  deleted = 0;
  emptyReceives = 0;
  readonly #sizes = new Map<number, number>();
  readonly #sink: () => MetricSink;
  readonly #dimensions: Readonly<Record<string, string>>;

  constructor(sink: () => MetricSink, queueName: string) {
    this.#sink = sink;
    this.#dimensions = { QueueName: queueName };
  }

  countSent(size: number): void {
    this.sent++;
    this.#sizes.set(size, (this.#sizes.get(size) ?? 0) + 1);
  }

  /** Hands the counts over for the minute that begins at `at`; zeros too when `always`. */
  flush(at: number, always: boolean): void {
    this.#count('NumberOfMessagesSent', this.sent, at, always);
    this.#count('NumberOfMessagesReceived', this.received, at, always);
    this.#count('NumberOfMessagesDeleted', this.deleted, at, always);
    this.#count('NumberOfEmptyReceives', this.emptyReceives, at, always);
    for (const [size, count] of this.#sizes) {
      this.#sink().record(NAMESPACE, 'SentMessageSize', this.#dimensions, size, 'Bytes', { at, count });
    }
    this.#sizes.clear();
    this.sent = 0;
    this.received = 0;
    this.deleted = 0;
    this.emptyReceives = 0;
  }

  sample(gauges: Gauges, at: number): void {
    const record = (metric: string, value: number, unit: string) =>
      this.#sink().record(NAMESPACE, metric, this.#dimensions, value, unit, { at });
    record('ApproximateNumberOfMessagesVisible', gauges.visible, 'Count');
    record('ApproximateNumberOfMessagesNotVisible', gauges.inFlight, 'Count');
    record('ApproximateNumberOfMessagesDelayed', gauges.delayed, 'Count');
    record('ApproximateAgeOfOldestMessage', gauges.oldestAgeSeconds, 'Seconds');
  }

  #count(metric: string, value: number, at: number, always: boolean): void {
    if (value > 0 || always) this.#sink().record(NAMESPACE, metric, this.#dimensions, value, 'Count', { at });
  }
}
