import type { Billing } from '../billing/billing.ts';
import type { Clock } from './clock.ts';

/** CloudWatch dimensions, in any order. */
export type Dimensions = Readonly<Record<string, string>>;

/** Where services leave their metrics; CloudWatch stores them. */
export interface MetricSink {
  /**
   * Adds one observation. `at` is simulated ms (default: now). `count` repeats the same value.
   * @param unit CloudWatch's unit, e.g. `Count`, `Milliseconds`.
   */
  record(
    namespace: string,
    metric: string,
    dimensions: Dimensions,
    value: number,
    unit: string,
    options?: { at?: number; count?: number },
  ): void;
}

/** Where services write log lines; CloudWatch Logs stores them. */
export interface LogSink {
  write(group: string, stream: string, events: readonly { timestamp: number; message: string }[]): void;
}

/** A message as an event source mapping receives it (attribute names as the ReceiveMessage API gives them). */
export interface PolledMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly md5OfBody: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<
    Record<string, { StringValue?: string; BinaryValue?: string; DataType: string }>
  >;
  readonly md5OfMessageAttributes?: string;
}

/** A queue as other services of the region use it, without HTTP between. */
export interface QueueHandle {
  readonly arn: string;
  readonly name: string;
  readonly fifo: boolean;
  readonly visibilityTimeoutSeconds: number;
  /** Up to `max` messages (may exceed ten for pollers); waits up to `waitMs` of simulated time. Counts as requests in the metrics. */
  receive(options: { max: number; waitMs: number; signal: AbortSignal }): Promise<readonly PolledMessage[]>;
  /** In requests of ten. A receipt that has run out leaves its message in the queue, to be delivered again. */
  delete(receiptHandles: readonly string[]): void;
  changeVisibility(receiptHandle: string, seconds: number): void;
  /** Throws ApiError as SendMessage does. */
  send(message: {
    body: string;
    groupId?: string;
    deduplicationId?: string;
    messageAttributes?: Record<string, unknown>;
  }): { messageId: string };
}

export interface QueuePort {
  byArn(arn: string): QueueHandle | undefined;
}

export interface InvokePort {
  /** Event (asynchronous) invocation of a function, version or alias ARN; errors are the function's, not the caller's. */
  invokeAsync(functionArn: string, payload: unknown): void;
}

export interface TopicPort {
  /** Publishes to a topic of this region; false when there is none. */
  publish(topicArn: string, message: { subject?: string; body: string }): boolean;
}

/** One management call, as CloudTrail tells it. */
export interface TrailEvent {
  readonly eventId: string;
  readonly at: number;
  readonly eventSource: string;
  readonly eventName: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly userAgent: string;
  readonly requestId: string;
  readonly requestParameters: unknown;
  readonly responseElements: unknown;
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
}

/** What one region of the simulator offers its services. Ports are filled in as the services are made. */
export interface Region {
  readonly name: string;
  readonly accountId: string;
  readonly clock: Clock;
  /** Uniform in [0, 1), seeded. */
  random(): number;
  /** A random UUID; not seeded, so ids stay unique across restarts. */
  uuid(): string;
  /** Base URL of the server, e.g. `http://127.0.0.1:4566`; empty until it listens. */
  readonly endpoint: string;
  /** A private folder for code and other files of this simulator; removed when it closes. */
  readonly folder: string;
  readonly metrics: MetricSink;
  /** The truth of what AWS would bill, apart from the metrics. */
  readonly billing: Billing;
  readonly logs: LogSink;
  readonly queues: QueuePort;
  readonly functions: InvokePort;
  readonly topics: TopicPort;
  readonly trail: readonly TrailEvent[];
}
