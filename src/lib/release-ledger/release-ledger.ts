import type { CvopsError } from '../errors/cvops-error.ts';
import type { Warning } from '../io/outcome.ts';
import type { ReleaseEntry } from './release-entry.ts';

/** The members of a {@link ReleaseEntry} that a release may leave out: the ledger finds them, or they stay empty. */
type Known = 'actor' | 'restores';
type Optional = 'steps' | 'codeSha256' | 'git' | 'probe' | 'undoes' | 'error' | 'reason' | 'strategy';

/** A release as the command that did it tells it. */
export type ReleaseDraft = Omit<ReleaseEntry, Known | Optional> & Partial<Pick<ReleaseEntry, Optional>>;

/** An entry, and where it was found. */
export interface FoundEntry {
  readonly entry: ReleaseEntry;
  /** `queued`: on this machine only, for the table could not be written then. */
  readonly source: 'table' | 'queued';
}

export interface ReleaseHistory {
  /** Newest first. */
  readonly entries: readonly FoundEntry[];
  /** Why the table could not be read; null when it could. The queued entries are there all the same. */
  readonly unreadable: CvopsError | null;
  readonly warnings: readonly Warning[];
}

/** The append-only memory of releases. */
export interface ReleaseLedger {
  /**
   * Remembers a release; to be called when it is over, after everything that moves traffic. Entries that wait on this
   * machine are written along. Never fails a release: what cannot be written waits, and the answer says so.
   */
  append(draft: ReleaseDraft): Promise<readonly Warning[]>;
  /** Proves that the table takes entries, and gives it none. Rejects as the table does. */
  tryTable(): Promise<void>;
  /** Entries of one account and region that wait on this machine, oldest first. @param home as {@link homeOf} has it */
  waiting(home: string): Promise<readonly ReleaseEntry[]>;
  /** Releases of one alias that began at or after `sinceMs`, newest first. */
  history(functionName: string, alias: string, sinceMs: number): Promise<ReleaseHistory>;
}
