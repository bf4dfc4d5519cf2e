import { statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { FileLedgers } from '../../../../src/lib/dlq/ledger/file-ledgers.ts';
import type { LedgerRecord, RunHeader } from '../../../../src/lib/dlq/ledger/ledger-record.ts';
import type { Ledger } from '../../../../src/lib/dlq/ledger/ledgers.ts';
import type { TearableLedgers } from './mortal.ts';

/** The real ledgers, cut at a kill: what a dead process still writes while it is cleaned up is cut off again. */
export class FileLedgersToTear implements TearableLedgers {
  readonly #folder: string;
  readonly #inner: FileLedgers;
  readonly #durable = new Map<string, number>();
  readonly #cuts = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
    this.#inner = new FileLedgers(folder);
  }

  async create(header: RunHeader): Promise<Ledger> {
    return this.#cutOnClose(header.runId, await this.#inner.create(header));
  }

  async reopen(runId: string): Promise<Ledger> {
    this.#cuts.delete(runId);
    return this.#cutOnClose(runId, await this.#inner.reopen(runId));
  }

  read(runId: string): AsyncIterable<LedgerRecord> {
    return this.#inner.read(runId);
  }

  ends(runId: string): Promise<{ header: RunHeader; last: LedgerRecord }> {
    return this.#inner.ends(runId);
  }

  list(): Promise<readonly string[]> {
    return this.#inner.list();
  }

  acknowledge(runId: string): void {
    this.#durable.set(runId, this.#size(runId));
  }

  tear(runId: string, share: number): void {
    const durable = this.#durable.get(runId) ?? 0;
    const size = this.#size(runId);
    if (size === 0) return;
    this.#cuts.set(runId, durable + Math.round(share * (size - durable)));
    truncateSync(this.#path(runId), this.#cuts.get(runId));
  }

  #cutOnClose(runId: string, ledger: Ledger): Ledger {
    return {
      commit: (record) => ledger.commit(record),
      note: (record) => ledger.note(record),
      close: async () => {
        await ledger.close();
        const cut = this.#cuts.get(runId);
        if (cut !== undefined) truncateSync(this.#path(runId), cut);
      },
    };
  }

  #size(runId: string): number {
    return statSync(this.#path(runId), { throwIfNoEntry: false })?.size ?? 0;
  }

  #path(runId: string): string {
    return join(this.#folder, `${runId}.ndjson`);
  }
}
