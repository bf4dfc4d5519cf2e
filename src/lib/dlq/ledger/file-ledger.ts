import type { FileHandle } from 'node:fs/promises';
import { ledgerNotWritable } from './ledger-errors.ts';
import type { LedgerRecord } from './ledger-record.ts';
import type { Ledger } from './ledgers.ts';

/** One file, appended to. Commits that wait at the same time share one write and one fsync. */
export class FileLedger implements Ledger {
  readonly #file: FileHandle;
  readonly #path: string;
  #pending: string[] = [];
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #broken: unknown;

  constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  commit(record: LedgerRecord): Promise<void> {
    this.#pending.push(`${JSON.stringify(record)}\n`);
    return this.#flush();
  }

  note(record: LedgerRecord): void {
    this.#pending.push(`${JSON.stringify(record)}\n`);
  }

  async close(): Promise<void> {
    try {
      await this.#flush();
    } finally {
      await this.#file.close();
    }
  }

  /** Resolves when everything pending now is on disk: with the write under way none of it is, so the next one counts. */
  #flush(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    const before = this.#writing ?? Promise.resolve();
    const flush = before.then(
      () => this.#write(),
      () => this.#write(),
    );
    this.#next = flush;
    return flush;
  }

  #write(): Promise<void> {
    this.#next = undefined;
    const writing = this.#writeNow();
    this.#writing = writing;
    return writing;
  }

  async #writeNow(): Promise<void> {
    // After a failed write the end of the file is unknown: nothing may be added behind it.
    if (this.#broken !== undefined) throw this.#broken;
    const lines = this.#pending;
    this.#pending = [];
    if (lines.length === 0) return;
    try {
      await this.#file.appendFile(lines.join(''));
      await this.#file.datasync();
    } catch (cause) {
      this.#broken = ledgerNotWritable(cause, this.#path);
      throw this.#broken;
    }
  }
}
