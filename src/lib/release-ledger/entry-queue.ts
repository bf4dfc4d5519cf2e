import type { ReleaseEntry } from './release-entry.ts';

/** Where an entry is to be written: one account, region and table, behind one endpoint. */
export interface LedgerPlace {
  readonly table: string;
  /** Null for AWS's own. */
  readonly endpoint: string | null;
}

/** Entries that wait on this machine until their table can be written. */
export interface EntryQueue {
  /** Keeps an entry, on disk when it answers; one with the same key is replaced. @throws CvopsError `StateNotWritable`. */
  put(place: LedgerPlace, entry: ReleaseEntry): Promise<void>;
  /** What waits for this place, oldest first. */
  waiting(place: LedgerPlace): Promise<readonly ReleaseEntry[]>;
  /** Forgets an entry; it may be gone already. */
  remove(place: LedgerPlace, entry: ReleaseEntry): Promise<void>;
}
