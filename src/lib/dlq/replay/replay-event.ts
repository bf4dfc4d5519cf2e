import type { MoveTaskStatus } from '../../aws/ports/move-tasks.ts';
import type { ReplayResult } from './replay-result.ts';

/**
 * What a replay tells while it runs; bar, milestone lines and NDJSON are made from this alone. `at` is ms since the
 * epoch, totals are those of the run.
 */
export type ReplayEvent = { readonly at: number } & (
  | {
      readonly type: 'started';
      readonly runId: string;
      readonly dlq: string;
      readonly target: string;
      readonly resumed: boolean;
      /** About how many messages wait. */
      readonly expected: number;
    }
  | { readonly type: 'received'; readonly count: number; readonly total: number }
  | { readonly type: 'sent'; readonly count: number; readonly total: number }
  | { readonly type: 'deleted'; readonly count: number; readonly total: number }
  | {
      readonly type: 'failed' | 'suppressed' | 'uncertain' | 'undeleted';
      readonly messageId: string;
      readonly groupId: string | null;
      readonly code: string;
      readonly message: string;
    }
  /** A group is stopped: what is left of it stays in the dead-letter queue, in order. */
  | { readonly type: 'blocked'; readonly groupId: string; readonly left: number }
  /** The first few went alone: their verdict decides whether the others follow. */
  | { readonly type: 'canary'; readonly state: 'sent' | 'passed' | 'failed'; readonly count: number }
  | { readonly type: 'throttled'; readonly ratePerSecond: number | null }
  | { readonly type: 'waiting'; readonly reason: string; readonly until: number }
  /** How AWS's own move task stands; its counts are approximate. */
  | {
      readonly type: 'moving';
      readonly status: MoveTaskStatus;
      readonly moved: number;
      /** Null where AWS does not say. */
      readonly toMove: number | null;
      /** Since the task is watched; null before anything moved. */
      readonly ratePerSecond: number | null;
      readonly etaSeconds: number | null;
    }
  /** A line that people should read now. */
  | { readonly type: 'note'; readonly message: string }
  | { readonly type: 'returned'; readonly messageId: string }
  | {
      readonly type: 'verdict';
      readonly succeeded: number;
      readonly returned: number;
      readonly pending: number;
      readonly basis: VerdictBasis;
      /** When a pending one will be known; null when that cannot be said. */
      readonly knownBy: number | null;
    }
  | { readonly type: 'finished'; readonly result: ReplayResult }
);

/**
 * What a verdict rests on. `log`: the function says that it processed them. `drained`: the target was seen empty for a
 * minute and none came back. `deadline`: the time in which a failing message comes back has passed. `none`: not known yet.
 */
export type VerdictBasis = 'log' | 'drained' | 'deadline' | 'none';
