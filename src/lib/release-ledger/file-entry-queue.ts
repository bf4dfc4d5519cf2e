import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { inStateFolder, makePrivateFolder } from '../private-folder.ts';
import type { EntryQueue, LedgerPlace } from './entry-queue.ts';
import { parseEntry, toRow } from './entry-row.ts';
import type { ReleaseEntry } from './release-entry.ts';

const SUFFIX = '.json';

/** One file an entry, readable by its owner only: processes side by side write no file of one another. */
export class FileEntryQueue implements EntryQueue {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(place: LedgerPlace, entry: ReleaseEntry): Promise<void> {
    const path = this.#path(place, entry);
    inStateFolder(this.#folder, () => {
      makePrivateFolder(this.#folder);
      const half = `${path}.${randomBytes(4).toString('hex')}.tmp`;
      const file = openSync(half, 'wx', 0o600);
      try {
        writeSync(file, JSON.stringify({ place, row: toRow(entry) }));
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(half, path);
      syncFolder(this.#folder);
    });
  }

  async waiting(place: LedgerPlace): Promise<readonly ReleaseEntry[]> {
    let names: string[];
    try {
      names = readdirSync(this.#folder);
    } catch {
      return [];
    }
    const entries = names
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => read(join(this.#folder, name), place))
      .filter((entry) => entry !== undefined);
    return entries.sort((a, b) => a.at - b.at);
  }

  async remove(place: LedgerPlace, entry: ReleaseEntry): Promise<void> {
    inStateFolder(this.#folder, () => rmSync(this.#path(place, entry), { force: true }));
  }

  /** Named by key and place: the same entry twice is one file. */
  #path(place: LedgerPlace, entry: ReleaseEntry): string {
    const { target, sort } = toRow(entry);
    const digest = createHash('sha256').update(
      JSON.stringify([place.table, place.endpoint, entry.aliasArn, target, sort]),
    );
    return join(this.#folder, `${entry.id.replace(/[^\w-]/g, '')}-${digest.digest('hex').slice(0, 12)}${SUFFIX}`);
  }
}

/** Undefined for an entry of another place, and for what is no entry: another process may have removed it just now. */
function read(path: string, place: LedgerPlace): ReleaseEntry | undefined {
  try {
    const waiting = JSON.parse(readFileSync(path, 'utf8')) as { place?: LedgerPlace; row?: { entry?: string } };
    if (waiting.place?.table !== place.table || waiting.place.endpoint !== place.endpoint) return undefined;
    return parseEntry(waiting.row?.entry ?? '');
  } catch {
    return undefined;
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } catch {
    // Some file systems do not sync folders; the files themselves are synced all the same.
  } finally {
    closeSync(handle);
  }
}
