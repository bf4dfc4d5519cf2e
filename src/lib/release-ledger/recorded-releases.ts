import type { Account } from '../aws/ports/account.ts';
import type { ReleaseTable } from '../aws/ports/release-table.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import type { Warning } from '../io/outcome.ts';
import type { EntryQueue, LedgerPlace } from './entry-queue.ts';
import { parseEntry, sortFrom, targetOf, toRow } from './entry-row.ts';
import { homeOf } from './home-of.ts';
import type { ReleaseEntry } from './release-entry.ts';
import type { FoundEntry, ReleaseDraft, ReleaseHistory, ReleaseLedger } from './release-ledger.ts';

export interface RecordedReleasesPorts {
  readonly place: LedgerPlace;
  readonly queue: EntryQueue;
  /** Made on first use: its client is not loaded before traffic has moved. */
  table(): Promise<ReleaseTable>;
  account(): Promise<Account>;
}

/** How far back the release is looked for that a rollback restores. */
const LOOK_BACK = 50;
/** What makes a table unreadable without making the answer wrong: what this machine and the alias know is still true. */
const BEARABLE = new Set(['TableNotFound', 'AccessDenied']);

/**
 * The ledger over a table that may not be there. An entry is on this machine's disk before the table is asked, and leaves
 * it when the table has it: whatever breaks in between, the next release writes it, and the key that it carries keeps it
 * from being there twice.
 */
export class RecordedReleases implements ReleaseLedger {
  readonly #ports: RecordedReleasesPorts;

  constructor(ports: RecordedReleasesPorts) {
    this.#ports = ports;
  }

  async append(draft: ReleaseDraft): Promise<readonly Warning[]> {
    const { place, queue } = this.#ports;
    const bare = complete(draft, null, null);
    const unkept = await queue.put(place, bare).then(
      () => undefined,
      (cause: Error) => cause,
    );
    const [actor, restores] = await Promise.all([this.#actor(), this.#restored(bare)]);
    const entry = { ...bare, actor, restores };
    const unwritten = await this.#write(entry);
    if (unwritten === undefined) return this.#drain(entry);
    if (unkept !== undefined) return [lost(entry, unwritten, unkept)];
    // It waits as it was before; now it also knows who.
    await queue.put(place, entry).catch(() => {});
    return [waits(entry, unwritten, await this.#countWaiting(entry))];
  }

  async history(functionName: string, alias: string, sinceMs: number): Promise<ReleaseHistory> {
    const { place, queue } = this.#ports;
    const warnings: Warning[] = [];
    let written: readonly ReleaseEntry[] = [];
    let unreadable: CvopsError | null = null;
    try {
      const rows = await (await this.#ports.table()).newest(targetOf(functionName, alias), sortFrom(sinceMs));
      written = rows.map((row) => parseEntry(row.entry)).filter((entry) => entry !== undefined);
      if (written.length < rows.length) {
        warnings.push({
          code: 'UnknownEntries',
          message: `${rows.length - written.length} of ${rows.length} entries are written in a form that this cvops cannot read.`,
        });
      }
    } catch (cause) {
      if (!(cause instanceof CvopsError) || !BEARABLE.has(cause.code)) throw cause;
      unreadable = cause;
      warnings.push({
        code: 'LedgerUnreadable',
        message: `the ledger cannot be read: ${cause.message} Shown is what is known without it.`,
      });
    }
    const known = new Set(written.map((entry) => toRow(entry).sort));
    const queued = (await queue.waiting(place)).filter(
      (entry) =>
        entry.function === functionName &&
        entry.alias === alias &&
        entry.at >= sinceMs &&
        !known.has(toRow(entry).sort),
    );
    const entries: FoundEntry[] = [
      ...written.map((entry) => ({ entry, source: 'table' as const })),
      ...queued.map((entry) => ({ entry, source: 'queued' as const })),
    ];
    return { entries: entries.sort((a, b) => b.entry.at - a.entry.at), unreadable, warnings };
  }

  async tryTable(): Promise<void> {
    await (await this.#ports.table()).tryAdd();
  }

  /** A table of the same name in another account or region is another. */
  async waiting(home: string): Promise<readonly ReleaseEntry[]> {
    const { place, queue } = this.#ports;
    return (await queue.waiting(place)).filter(({ aliasArn }) => homeOf(aliasArn) === home);
  }

  /** Undefined when it is in the table, else why not. A release is never failed by what comes after it. */
  async #write(entry: ReleaseEntry): Promise<Error | undefined> {
    const { place, queue } = this.#ports;
    try {
      await (await this.#ports.table()).add(toRow(entry));
    } catch (cause) {
      return cause as Error;
    }
    await queue.remove(place, entry).catch(() => {});
    return undefined;
  }

  /** The table has just been written: so can be what waits for it. */
  async #drain(written: ReleaseEntry): Promise<readonly Warning[]> {
    for (const entry of await this.#waitingWith(written)) {
      const failed = await this.#write(entry);
      if (failed !== undefined) return [waits(entry, failed, await this.#countWaiting(written))];
    }
    return [];
  }

  async #waitingWith({ aliasArn }: ReleaseEntry): Promise<readonly ReleaseEntry[]> {
    return this.waiting(homeOf(aliasArn)).catch(() => []);
  }

  async #countWaiting(entry: ReleaseEntry): Promise<number> {
    return (await this.#waitingWith(entry)).length;
  }

  async #actor(): Promise<string | null> {
    try {
      return (await (await this.#ports.account()).identity()).arn;
    } catch {
      return null;
    }
  }

  /** The release that put the version in charge which this one brings back. */
  async #restored(entry: ReleaseEntry): Promise<string | null> {
    if (entry.kind !== 'rollback') return null;
    try {
      const rows = await (await this.#ports.table()).newest(
        targetOf(entry.function, entry.alias),
        sortFrom(0),
        LOOK_BACK,
      );
      const earlier = rows.map((row) => parseEntry(row.entry));
      return earlier.find((each) => each?.to === entry.to && each.outcome === 'succeeded')?.id ?? null;
    } catch {
      return null;
    }
  }
}

function complete(draft: ReleaseDraft, actor: string | null, restores: string | null): ReleaseEntry {
  return {
    reason: null,
    strategy: 'all-at-once',
    steps: [],
    codeSha256: null,
    git: null,
    probe: null,
    undoes: null,
    error: null,
    ...draft,
    actor,
    restores,
  };
}

function waits(entry: ReleaseEntry, why: Error, count: number): Warning {
  const others = count > 1 ? ` (${count} wait by now)` : '';
  return {
    code: 'ReleaseQueued',
    message: `release ${entry.id} is not in the ledger yet: ${why.message} It is kept on this machine${others} and written with the next release that reaches the table.`,
  };
}

function lost(entry: ReleaseEntry, why: Error, unkept: Error): Warning {
  return {
    code: 'ReleaseNotRemembered',
    message: `release ${entry.id} is not in the ledger: ${why.message} It could not be kept on this machine either: ${unkept.message}`,
  };
}
