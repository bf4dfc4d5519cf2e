import type { LedgerRecord, RunHeader } from './ledger-record.ts';

/** The ledger of one run, open for writing. */
export interface Ledger {
  /** Resolves when the record, and all before it, are on disk. Rejects when they cannot be written: stop the run then. */
  commit(record: LedgerRecord): Promise<void>;
  /** Adds a record that the next commit (or close) takes along. */
  note(record: LedgerRecord): void;
  close(): Promise<void>;
}

/** Where the ledgers of all runs are. */
export interface Ledgers {
  create(header: RunHeader): Promise<Ledger>;
  /** Opens a run's ledger to go on with it; a line that a crash cut in half is removed. Throws `RunNotFound`. */
  reopen(runId: string): Promise<Ledger>;
  /** All records in order, streamed; a last line that was cut in half is left out. Throws `RunNotFound`, `LedgerDamaged`. */
  read(runId: string): AsyncIterable<LedgerRecord>;
  /** First and last record of a run, without reading what is between. */
  ends(runId: string): Promise<{ readonly header: RunHeader; readonly last: LedgerRecord }>;
  /** Ids of all runs, newest first. */
  list(): Promise<readonly string[]>;
}
