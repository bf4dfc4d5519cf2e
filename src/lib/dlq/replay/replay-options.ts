import type { Queue } from '../../aws/ports/queues.ts';
import type { DeadLetter } from '../dead-letter.ts';
import type { Edit } from '../edit/edit.ts';
import type { RunHeader } from '../ledger/ledger-record.ts';

/** What a replay is asked to do. */
export interface ReplayOptions {
  readonly dlq: Queue;
  readonly target: Queue;
  readonly service: string | null;
  /** The filter, as text for the ledger and as the test that it means. */
  readonly filter: { readonly text: string; readonly matches: (letter: DeadLetter) => boolean } | null;
  readonly group: string | null;
  readonly max: number | null;
  /** MessageIds of a saved plan: these and no others. */
  readonly only: ReadonlySet<string> | null;
  /** Changes each copy before it is sent. */
  readonly edit: Edit | null;
  /** Messages a second; null for as fast as it goes. */
  readonly rate: number | null;
  /** Replays so many first, and goes on only when their verdict is good. */
  readonly canary: number | null;
  /** Stops when more than this share (0–1) of the copies came back. */
  readonly maxReturns: number | null;
  /** Replays those that expire first before the others. */
  readonly expiringFirst: boolean;
  /** FIFO: replay what matches even when messages before it in its group do not. */
  readonly outOfOrder: boolean;
  /** Replays even from a dead-letter queue that has a redrive policy of its own. */
  readonly force: boolean;
  /** FIFO: sends again what a crashed run may have sent, though the deduplication window has passed. */
  readonly resendUncertain: boolean;
  /** Wait for a verdict; null when none is wanted. `waitMs: null` waits until every copy can be known. */
  readonly verify: { readonly waitMs: number | null } | null;
  /** Goes on with this run instead of starting one; its header gives the filter, group and maximum. */
  readonly resume: RunHeader | null;
  /** Calls at the same time; default 64. */
  readonly concurrency?: number;
  /** Seconds of one visibility; default 60. After a crash messages show up again within this time. */
  readonly visibilitySeconds?: number;
  readonly emptyPolls?: number;
  readonly waitSeconds?: number;
}
