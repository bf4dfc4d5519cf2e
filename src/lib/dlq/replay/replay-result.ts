import type { ExitCode } from '../../errors/exit-code.ts';
import type { RunCounts } from '../ledger/ledger-record.ts';
import type { VerdictBasis } from './replay-event.ts';

/** What became of the messages of a run; field names are public promises. */
export interface ReplayResult extends RunCounts {
  readonly runId: string;
  /** `native`: AWS's own move task, whose counts are approximate. */
  readonly engine: 'client' | 'native';
  /** Chosen for replay. */
  readonly matched: number;
  /** Proven sent. */
  readonly replayed: number;
  /** Not sent, after retries. */
  readonly failed: number;
  /** Seen and left alone: filter, group, or behind a message that was. */
  readonly skipped: number;
  /** Accepted by the target but swallowed as duplicates; not deleted. */
  readonly suppressed: number;
  /** Left in the dead-letter queue, as far as known. */
  readonly remaining: number;
  /** Chosen, but waiting behind a failed message of their group or not reached before the stop. */
  readonly blocked: number;
  /** May have been sent in a crashed run, too long ago to send again without a second delivery. */
  readonly uncertain: number;
  /** Sent, but the delete failed: the ledger knows, the next run only deletes them. */
  readonly undeleted: number;
  /** Sent to a standard queue after a try whose outcome is unknown: the target may hold two of each. */
  readonly possibleTwins: number;
  readonly verified: Verified | null;
  /** API calls. */
  readonly requests: number;
  /** At list price, payloads counted in 64 KB pieces. */
  readonly costUsd: number;
  readonly durationMs: number;
  readonly ratePerSecond: number;
  /** Why the run ended early; null when it went through. */
  readonly stopped: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly exitCode: ExitCode;
  } | null;
}

export interface Verified {
  readonly succeeded: number;
  readonly returned: number;
  readonly pending: number;
  readonly basis: VerdictBasis;
  /** ISO 8601; when the pending ones will be known, null when none is pending or it cannot be said. */
  readonly pendingUntil: string | null;
  /**
   * Set after a native run, whose copies have ids that nobody was told: `returned` counts what came back to the
   * dead-letter queue and was sent while the task ran, so live messages of that time are among them.
   */
  readonly approximate?: true;
  /** New MessageIds of the first hundred that came back. */
  readonly returnedIds: readonly string[];
}
