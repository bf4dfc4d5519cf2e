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

/** What CloudWatch measures. Errors are CvopsError. */
export interface Metrics {
  /** A span without data points is one without invocations. */
  invocationCounts(query: CountQuery): Promise<InvocationCounts>;
}
