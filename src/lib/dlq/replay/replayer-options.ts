import type { Queue, Queues } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import type { Edit } from '../edit/edit.ts';
import type { Ledger } from '../ledger/ledgers.ts';
import type { MessageIdSet } from './message-id-set.ts';
import type { QueueEndOptions } from './queue-end.ts';
import type { ReplayEvent } from './replay-event.ts';
import type { Selection } from './selection.ts';
import type { SendRate } from './send-rate.ts';

export interface ReplayerOptions {
  readonly queues: Queues;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly ledger: Ledger;
  readonly dlq: Queue;
  readonly target: Queue;
  readonly selection: Selection;
  readonly edit: Edit | null;
  readonly rate: SendRate;
  /** Calls under way at the same time. */
  readonly concurrency: number;
  readonly visibilitySeconds: number;
  readonly emptyPolls: number;
  readonly waitSeconds: number;
  readonly resendUncertain: boolean;
  /** Dead letters whose copy is proven sent; grows with the run. */
  readonly sentIds: MessageIdSet;
  /** Ids of the copies; grows with the run. */
  readonly newIds: MessageIdSet;
  /** Dead letters that may have been sent by an earlier try. MessageId → time of that try. */
  readonly unresolved: ReadonlyMap<string, number>;
  /** See {@link QueueEndOptions}. */
  readonly interrupted: QueueEndOptions['interrupted'];
  /** Copies sent before the run was resumed. */
  readonly replayedBefore: number;
  emit(event: ReplayEvent): void;
}

/** What a run counted. */
export interface Tally {
  matched: number;
  replayed: number;
  failed: number;
  skipped: number;
  suppressed: number;
  uncertain: number;
  blocked: number;
  undeleted: number;
  returned: number;
  received: number;
  /** Sent to a standard queue after a try whose outcome is unknown: the target may hold two. */
  possibleTwins: number;
}
