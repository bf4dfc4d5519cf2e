import { ledgerDamaged, runNotFound } from '../../../../../src/lib/dlq/ledger/ledger-errors.ts';
import type { LedgerRecord, RunHeader } from '../../../../../src/lib/dlq/ledger/ledger-record.ts';
import type { Ledger, Ledgers } from '../../../../../src/lib/dlq/ledger/ledgers.ts';

/** Ledgers in memory. `onWrite` may throw: before the record is kept (a crash before the fsync), or after. */
export class MemoryLedgers implements Ledgers {
  readonly files = new Map<string, string[]>();
  onWrite: { before?(): void; after?(): void } = {};

  async create(header: RunHeader): Promise<Ledger> {
    this.files.set(header.runId, []);
    const ledger = this.#open(header.runId);
    await ledger.commit(header);
    return ledger;
  }

  async reopen(runId: string): Promise<Ledger> {
    if (!this.files.has(runId)) throw runNotFound(runId);
    return this.#open(runId);
  }

  async *read(runId: string): AsyncIterable<LedgerRecord> {
    const lines = this.files.get(runId);
    if (lines === undefined) throw runNotFound(runId);
    for (const line of lines) yield JSON.parse(line) as LedgerRecord;
  }

  async ends(runId: string): Promise<{ header: RunHeader; last: LedgerRecord }> {
    const lines = this.files.get(runId) ?? [];
    if (lines.length === 0) throw ledgerDamaged(runId, 1);
    return { header: JSON.parse(lines[0]!) as RunHeader, last: JSON.parse(lines.at(-1)!) as LedgerRecord };
  }

  async list(): Promise<readonly string[]> {
    return [...this.files.keys()].sort().reverse();
  }

  /** All records of the only run. */
  records(): readonly LedgerRecord[] {
    return [...this.files.values()].flat().map((line) => JSON.parse(line) as LedgerRecord);
  }

  #open(runId: string): Ledger {
    const lines = this.files.get(runId)!;
    let noted: string[] = [];
    const write = () => {
      this.onWrite.before?.();
      lines.push(...noted);
      noted = [];
      this.onWrite.after?.();
    };
    return {
      commit: async (record) => {
        noted.push(JSON.stringify(record));
        await Promise.resolve();
        write();
      },
      note: (record) => {
        noted.push(JSON.stringify(record));
      },
      close: async () => {
        await Promise.resolve();
        write();
      },
    };
  }
}
