import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Queue } from '../../aws/ports/queues.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { createPrivateFile } from '../../private-file.ts';
import { makePrivateFolder } from '../../private-folder.ts';
import { acquireLock } from '../../sandbox/lock.ts';
import { ledgerNotWritable } from '../ledger/ledger-errors.ts';
import { MessageIdSet } from '../replay/message-id-set.ts';
import { AppendFile } from './append-file.ts';
import type { ImportHeader, ImportRecord } from './import-record.ts';
import { readLines } from './lines.ts';

/** Where an import of this file into this queue stood. */
export interface ImportState {
  /** 1 for the first import of this file into this queue, one more for each `again`. */
  readonly round: number;
  /** Line by line: whether the message is in the target. */
  readonly sent: LineSet;
  /** Lines that may have been sent, with the time of the first try, ms since the epoch. */
  readonly unresolved: Map<number, number>;
  readonly startedAt: number;
  /** Time of the last record. */
  readonly lastAt: number;
}

/** Lines as bits. */
export class LineSet {
  #bits = new Uint8Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(line: number): boolean {
    return ((this.#bits[line >> 3] ?? 0) & (1 << (line & 7))) !== 0;
  }

  add(line: number): void {
    if (this.has(line)) return;
    if (line >> 3 >= this.#bits.length) {
      const bits = new Uint8Array(Math.max(this.#bits.length * 2, (line >> 3) + 1));
      bits.set(this.#bits);
      this.#bits = bits;
    }
    this.#bits[line >> 3]! |= 1 << (line & 7);
    this.#size++;
  }
}

/** The ledger of an import, open for writing and locked against another import of the same file. */
export interface ImportLedger {
  readonly path: string;
  /** What an earlier call left; null when there was none. */
  readonly before: ImportState | null;
  /** Ids that the target gave to copies of this and of other recent imports: a send that answers one was swallowed. */
  readonly newIds: MessageIdSet;
  note(record: ImportRecord): void;
  /** Resolves when the record and all before it are on disk. */
  commit(record: ImportRecord): Promise<void>;
  close(): Promise<void>;
}

/** Longer than SQS remembers deduplication ids. */
const RECENT_MS = 10 * 60_000;

/** Name of the ledger for this content and this queue. */
function ledgerName(sha256: string, target: Queue): string {
  return `${sha256.slice(0, 20)}-${createHash('sha256').update(target.arn).digest('hex').slice(0, 10)}`;
}

/** What is known of an import of this content into this queue, without touching anything; null for nothing. */
export async function readImportState(folder: string, sha256: string, target: Queue): Promise<ImportState | null> {
  const path = join(folder, `${ledgerName(sha256, target)}.ndjson`);
  return (await readLedger(path))?.state ?? null;
}

/**
 * Opens or creates the ledger.
 * @throws CvopsError `ImportRunning`, `LedgerNotWritable`, `LedgerDamaged`
 */
export async function openImportLedger(folder: string, header: ImportHeader, target: Queue): Promise<ImportLedger> {
  const name = ledgerName(header.sha256, target);
  const path = join(folder, `${name}.ndjson`);
  const failure = (cause: unknown) => ledgerNotWritable(cause, path);
  try {
    makePrivateFolder(folder);
    const lock = acquireLock(join(folder, `${name}.lock`));
    if ('heldBy' in lock) {
      throw new CvopsError('ImportRunning', ExitCode.failed, `process ${lock.heldBy} is importing this file already.`, {
        hint: 'wait for it, or stop it and run this again: it goes on where that stopped.',
      });
    }
    const newIds = new MessageIdSet();
    const known = await readLedger(path, (id) => newIds.add(id));
    await addRecentIds(folder, name, target.arn, header.at, newIds);
    let handle: FileHandle;
    if (known === null) {
      // There may be one whose first line was never whole: nothing was sent on its account.
      await rm(path, { force: true });
      handle = await createPrivateFile(path, 'ax');
    } else {
      // A line that a crash cut in half goes before anything is added behind it.
      const cut = await open(path, 'r+');
      await cut.truncate(known.end).finally(() => cut.close());
      handle = await open(path, 'a', 0o600);
    }
    const file = new AppendFile(handle, failure, known?.end ?? 0);
    const note = (record: ImportRecord) => file.add(`${JSON.stringify(record)}\n`);
    const commit = (record: ImportRecord) => {
      note(record);
      return file.synced();
    };
    if (known === null) await commit(header);
    return {
      path,
      before: known?.state ?? null,
      newIds,
      note,
      commit,
      async close() {
        try {
          await file.close();
        } finally {
          lock.release();
        }
      },
    };
  } catch (cause) {
    throw failure(cause);
  }
}

interface KnownLedger {
  readonly state: ImportState;
  /** Offset behind the last whole line. */
  readonly end: number;
}

/** Null when there is none, or none of which a whole line was written. */
async function readLedger(
  path: string,
  onSent: (newId: string, header: ImportHeader) => void = () => {},
): Promise<KnownLedger | null> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cause;
  }
  try {
    let header: ImportHeader | undefined;
    let round = 1;
    let sent = new LineSet();
    let unresolved = new Map<number, number>();
    let end = 0;
    let lastAt = 0;
    for await (const line of readLines(file, path)) {
      if (!line.whole) break;
      const record = parse(line.bytes, path, line.number);
      end = line.end;
      lastAt = record.at;
      switch (record.type) {
        case 'import':
          header = record;
          break;
        case 'again':
          round++;
          sent = new LineSet();
          unresolved = new Map();
          break;
        case 'intent':
          for (const each of record.lines) if (!unresolved.has(each)) unresolved.set(each, record.at);
          break;
        case 'sent':
          for (const each of record.messages) {
            unresolved.delete(each.line);
            sent.add(each.line);
            if (header !== undefined) onSent(each.newId, header);
          }
          break;
        case 'failed':
          for (const each of record.messages) unresolved.delete(each.line);
          break;
        default:
      }
    }
    if (header === undefined) return null;
    return { state: { round, sent, unresolved, startedAt: header.at, lastAt }, end };
  } finally {
    await file.close();
  }
}

function parse(bytes: Buffer, path: string, line: number): ImportRecord {
  try {
    return JSON.parse(bytes.toString('utf8')) as ImportRecord;
  } catch {
    throw new CvopsError('LedgerDamaged', ExitCode.failed, `the ledger ${path} is damaged at line ${line}.`, {
      hint: 'nothing was sent. docs/archive.md says what it holds; without it, what was sent before is not known.',
    });
  }
}

/** Copies of other imports of the last minutes: the target may swallow ours for them. */
async function addRecentIds(
  folder: string,
  own: string,
  targetArn: string,
  now: number,
  newIds: MessageIdSet,
): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.ndjson') || name === `${own}.ndjson`) continue;
    const path = join(folder, name);
    try {
      if (now - (await stat(path)).mtimeMs > RECENT_MS) continue;
      await readLedger(path, (id, header) => {
        if (header.target.arn === targetArn) newIds.add(id);
      });
    } catch {
      // A ledger of another import that cannot be read must not stop this one.
    }
  }
}
