/** What a reason does to the verdict: one `fail` makes it FAIL; else one `wait` makes it INCONCLUSIVE; a `note` does nothing. */
export type Weight = 'fail' | 'wait' | 'note';

export type ReasonCode =
  | 'every-invocation-failed'
  | 'throttles-rose'
  | 'dlq-rose'
  | 'age-rose'
  | 'failed-more-often'
  | 'unreadable'
  | 'counts-contradict'
  | 'no-canary-traffic'
  | 'below-minimum-sample'
  | 'no-baseline'
  | 'thin-baseline'
  | 'suspicious'
  | 'throttles-unexplained'
  | 'no-worse'
  | 'below-floor'
  | 'power'
  | 'dlq-rose-elsewhere'
  | 'compared-with-before';

/** One thing that the judge saw, in words for an operator. */
export interface Reason {
  readonly code: ReasonCode;
  readonly weight: Weight;
  readonly text: string;
}
