import { ledgerDamaged, runNotFound } from '../../../../src/lib/dlq/ledger/ledger-errors.ts';
import type { LedgerRecord, RunHeader } from '../../../../src/lib/dlq/ledger/ledger-record.ts';
import type { Ledger } from '../../../../src/lib/dlq/ledger/ledgers.ts';
import type { TearableLedgers } from './mortal.ts';

interface Kept {
  text: string;
  /** Characters that are on disk for good. */
  durable: number;
  /** Rises with each process that opens it: an earlier one writes no more. */
  opened: number;
}

/** Ledgers in memory that can be cut anywhere, as files can. */
export class ByteLedgers implements TearableLedgers {
  readonly #kept = new Map<string, Kept>();

  async create(header: RunHeader): Promise<Ledger> {
    this.#kept.set(header.runId, { text: '', durable: 0, opened: 0 });
    const ledger = this.#open(header.runId);
    await ledger.commit(header);
    return ledger;
  }

  async reopen(runId: string): Promise<Ledger> {
    const kept = this.#at(runId);
    kept.text = kept.text.slice(0, kept.text.lastIndexOf('\n') + 1);
    return this.#open(runId);
  }

  async *read(runId: string): AsyncIterable<LedgerRecord> {
    for (const line of this.#lines(runId)) yield JSON.parse(line) as LedgerRecord;
  }

  async ends(runId: string): Promise<{ header: RunHeader; last: LedgerRecord }> {
    const lines = this.#lines(runId);
    if (lines.length === 0) throw ledgerDamaged(runId, 1);
    return { header: JSON.parse(lines[0]!) as RunHeader, last: JSON.parse(lines.at(-1)!) as LedgerRecord };
  }

  async list(): Promise<readonly string[]> {
    return [...this.#kept.keys()].reverse();
  }

  acknowledge(runId: string): void {
    const kept = this.#at(runId);
    kept.durable = kept.text.length;
  }

  tear(runId: string, share: number): void {
    const kept = this.#kept.get(runId);
    if (kept === undefined) return;
    kept.text = kept.text.slice(0, kept.durable + Math.round(share * (kept.text.length - kept.durable)));
    kept.opened++;
  }

  #open(runId: string): Ledger {
    const kept = this.#at(runId);
    const own = ++kept.opened;
    let pending = '';
    const write = async () => {
      await Promise.resolve();
      if (kept.opened === own) kept.text += pending;
      pending = '';
    };
    const note = (record: LedgerRecord) => {
      pending += `${JSON.stringify(record)}\n`;
    };
    return {
      commit: (record) => {
        note(record);
        return write();
      },
      note,
      close: write,
    };
  }

  #lines(runId: string): readonly string[] {
    return this.#at(runId).text.split('\n').slice(0, -1);
  }

  #at(runId: string): Kept {
    const kept = this.#kept.get(runId);
    if (kept === undefined) throw runNotFound(runId);
    return kept;
  }
}
