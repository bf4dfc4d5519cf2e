/** One figure of a report, beside the one that the article has for its system. */
export interface ReportedMetric {
  readonly id: string;
  readonly label: string;
  /** Null when nothing was measured that would tell; never a guess. */
  readonly value: number | null;
  readonly unit: 'count' | 'ratio' | 'ms' | 'per day' | 'per 10,000';
  /** How many of what it counts the value rests on: releases, messages, invocations. */
  readonly sample: number;
  /** How it is reckoned, and from what. */
  readonly basis: string;
  /** The number that the article has for its system, in the same unit; null where it has none. */
  readonly article: number | null;
}
