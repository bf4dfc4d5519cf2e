/**
 * What one side of a split did over some minutes: sums of the AWS/Lambda metrics with the dimensions FunctionName,
 * Resource and ExecutedVersion, the two sides over the same minutes.
 *
 * A count is `null` when it could not be read. A metric without data points is 0, not `null`: Lambda sends a minute only
 * when something was invoked in it. Throttled requests are neither invocations nor errors.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export interface SideCounts {
  readonly invocations: number | null;
  readonly errors: number | null;
  readonly throttles: number | null;
  /**
   * Invocations (not messages) that ended well and answered `batchItemFailures`: Lambda does not count them as errors.
   * Left out where nobody measures them; then they are no part of the judgement.
   * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
   */
  readonly batchFailures?: number | null;
}

/** One step of a release: all its minutes so far, read anew at every look, since a metric is filled in afterwards. */
export interface StepEvidence {
  /** Share of the traffic that the alias gives the canary, 0–1. */
  readonly weight: number;
  /** Length of the minutes that the counts cover. */
  readonly seconds: number;
  readonly canary: SideCounts;
  readonly baseline: SideCounts;
}

/** The version served before, over the time right before the release, such as the last hour. */
export interface ReferenceCounts extends SideCounts {
  readonly seconds: number;
}

/** A gauge before the release and now; `null` is unreadable. */
export interface QueueReading {
  readonly before: number | null;
  readonly now: number | null;
  /** How fast it grew before the release, per second; 0 when left out. */
  readonly growthPerSecond?: number;
}

/** What the queues say. A signal left out is one that the service does not have. */
export interface QueueSignals {
  /** Messages in the dead-letter queue. */
  readonly dlqDepth?: QueueReading;
  /** Age of the oldest message of the source queue, seconds; `before` is best the highest of the time before. */
  readonly oldestAgeSeconds?: QueueReading;
}

/** Everything that a look at a release has seen. */
export interface Evidence {
  /** In order; the last is the present step. At least one. */
  readonly steps: readonly StepEvidence[];
  readonly reference?: ReferenceCounts;
  readonly queue?: QueueSignals;
}

/** Which look this is, and what the looks before it have spent. */
export interface LookPlan {
  /** From 1, over the whole release. */
  readonly look: number;
  /** Looks still to come in the whole release; 0 at the last. */
  readonly looksLeft: number;
  /** `alpha.spent` of the judgement before; 0 at the first look. */
  readonly alphaSpent: number;
}
