import type { Queue, Queues } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import type { Edit } from '../edit/edit.ts';
import type { Ledger } from '../ledger/ledgers.ts';
import type { MessageIdSet } from './message-id-set.ts';
import type { QueueEndOptions } from './queue-end.ts';
import type { ReplayEvent } from './replay-event.ts';
import type { Selection } from './selection.ts';
import type { SendRate } from './send-rate.ts';

/** How often a run looks what other processes have written to their ledgers, at most, ms. */
export const LEARN_EVERY_MS = 60_000;

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
  /** Stops when more than this share (0–1) of the copies came back; null for never. */
  readonly maxReturns: number | null;
  /** Sends those that expire first before the others, as far as they fit into memory. */
  readonly expiringFirst: boolean;
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
  /** Looks, now and then, what other processes have written since: `sentIds` and `unresolved` grow with it. */
  learn(): Promise<void>;
  /** Dead letters that this run's ledger had left open; what is deleted is taken out. */
  readonly owed: Set<string>;
  /** See {@link QueueEndOptions}. */
  readonly interrupted: QueueEndOptions['interrupted'];
  /** Counts on from what the run counted before. */
  readonly tally: Tally;
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
  deleted: number;
  /** Sent to a standard queue after a try whose outcome is unknown: the target may hold two. */
  possibleTwins: number;
}

/** Counts on from what was sent before the run was resumed. */
export function newTally({ replayed, possibleTwins }: Pick<Tally, 'replayed' | 'possibleTwins'>): Tally {
  return {
    matched: replayed,
    replayed,
    failed: 0,
    skipped: 0,
    suppressed: 0,
    uncertain: 0,
    blocked: 0,
    undeleted: 0,
    returned: 0,
    received: 0,
    deleted: 0,
    possibleTwins,
  };
}
