/** Sums over a span of time. */
export interface InvocationCounts {
  readonly invocations: number;
  readonly errors: number;
  /** Requests that were turned away: neither invocations nor errors. */
  readonly throttles: number;
}

/** Which invocations to count: those through an alias, of one version behind it or of all. */
export interface CountQuery {
  readonly functionName: string;
  readonly alias: string;
  readonly version?: string;
  /** ms since the epoch; whole minutes, at most a day. Invocations count in the minute in which they started. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a queue is gauged by: how many messages wait in it, or the seconds that the oldest has been there. */
export type QueueGauge = 'visible' | 'oldestAge';

export interface GaugeQuery {
  readonly queue: string;
  readonly gauge: QueueGauge;
  /** ms since the epoch; whole minutes, at most a day. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** The highest value of one minute. */
export interface GaugeReading {
  /** ms since the epoch, when the minute began. */
  readonly at: number;
  readonly value: number;
}

/** What CloudWatch measures. Errors are CvopsError. */
export interface Metrics {
  /** A span without data points is one without invocations. */
  invocationCounts(query: CountQuery): Promise<InvocationCounts>;
  /** One reading a minute, in any order; none for a queue that nobody has used for hours. */
  queueReadings(query: GaugeQuery): Promise<readonly GaugeReading[]>;
}
