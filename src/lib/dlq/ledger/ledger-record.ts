import type { MoveTaskStatus } from '../../aws/ports/move-tasks.ts';

/** A message as the ledger keeps it: everything needed to send it again. Binary values in base64. */
export interface LedgerMessage {
  /** MessageId in the dead-letter queue. */
  readonly id: string;
  readonly group: string | null;
  readonly dedup: string | null;
  readonly body: string;
  readonly attributes: Readonly<Record<string, { type: string; string?: string; binary?: string }>>;
  /** System attributes as received. */
  readonly system: Readonly<Record<string, string>>;
}

/** What a run was asked to do; the first line of its ledger. */
export interface RunHeader {
  readonly type: 'run';
  readonly format: 1;
  readonly runId: string;
  /** All times: ms since the epoch, by this machine's clock. */
  readonly at: number;
  readonly dlq: { readonly name: string; readonly arn: string };
  readonly target: { readonly name: string; readonly arn: string; readonly fifo: boolean };
  /** The service that the run was started for, where there was one. */
  readonly service: string | null;
  readonly options: {
    readonly filter: string | null;
    readonly group: string | null;
    readonly max: number | null;
    readonly outOfOrder: boolean;
    /** Absent in ledgers of older versions. */
    readonly edit?: string | null;
    readonly canary?: number | null;
    readonly maxReturns?: number | null;
    readonly expiringFirst?: boolean;
  };
  /** Set when AWS moves the messages itself (StartMessageMoveTask); then there are `task` records, and none of messages. */
  readonly native?: NativeRun;
  /** How long a receive hides messages: after a crash they show up again within this time. */
  readonly visibilitySeconds: number;
}

/** What tells the move task of a run from others, also when the process dies before the answer to its start. */
export interface NativeRun {
  /** Whether all messages go to the target; otherwise each goes back to its own source. */
  readonly toTarget: boolean;
  /** Names of the queues that messages go to. */
  readonly targets: readonly string[];
  readonly ratePerSecond: number | null;
  /** The task was started by somebody else: Ctrl-C on the watch leaves it alone, also when the run is resumed. */
  readonly attached?: boolean;
  /** Start times of the tasks that AWS knew before, ms since the epoch by its clock: another one is this run's. */
  readonly before: readonly number[];
}

/** Counts of a run, as its result and its ledger's last line give them. */
export interface RunCounts {
  readonly matched: number;
  readonly replayed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly suppressed: number;
  readonly remaining: number;
}

/**
 * One line of a ledger (NDJSON). `intent` is on disk before its send, `sent` before its delete; what a crash
 * leaves open is told by which of them is the last for a message. docs/ledger.md says what each means.
 */
export type LedgerRecord =
  | RunHeader
  | { readonly type: 'resumed'; readonly at: number }
  /** The messages of a saved plan: the run is about these alone. */
  | { readonly type: 'planned'; readonly at: number; readonly ids: readonly string[] }
  | { readonly type: 'intent'; readonly at: number; readonly messages: readonly LedgerMessage[] }
  | {
      readonly type: 'sent';
      readonly at: number;
      readonly messages: readonly {
        readonly id: string;
        readonly newId: string;
        readonly sequence: string | null;
        /** Standard queue: an earlier try may have arrived too. */
        readonly twin?: true;
      }[];
    }
  | {
      /** Certainly not delivered: the send was refused, or swallowed as a duplicate of something else. */
      readonly type: 'failed';
      readonly at: number;
      readonly messages: readonly { readonly id: string; readonly code: string; readonly message: string }[];
    }
  | { readonly type: 'done'; readonly at: number; readonly ids: readonly string[] }
  | {
      /** A move task of AWS as it was seen: when it was found, and when it ended. */
      readonly type: 'task';
      readonly at: number;
      readonly handle: string | null;
      /** ms since the epoch, by AWS's clock. */
      readonly startedAt: number;
      readonly status: MoveTaskStatus;
      readonly moved: number;
      readonly toMove: number | null;
      readonly failureReason: string | null;
    }
  | {
      readonly type: 'returned';
      readonly at: number;
      readonly messages: readonly { readonly newId: string }[];
    }
  | {
      readonly type: 'end';
      readonly at: number;
      /** Messages whose sending or deleting is not settled; 0 when nothing is left for a resume to mend. */
      readonly open: number;
      /** When what was not given back shows up again, ms since the epoch; absent when all was. */
      readonly hiddenUntil?: number;
      readonly counts: RunCounts;
      /** Written again after the verdict. */
      readonly verified: {
        readonly succeeded: number;
        readonly returned: number;
        readonly pending: number;
        readonly basis: string;
      } | null;
    };
