import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createPrivateFile } from '../../private-file.ts';
import { makePrivateFolder } from '../../private-folder.ts';
import { FileLedger } from './file-ledger.ts';
import { ledgerDamaged, ledgerNotWritable, runNotFound } from './ledger-errors.ts';
import type { LedgerRecord, RunHeader } from './ledger-record.ts';
import type { Ledger, Ledgers } from './ledgers.ts';

const SUFFIX = '.ndjson';
const TAIL = 64 * 1024;

/** Ledgers as files `<run>.ndjson` of one folder, readable by their owner only: they hold the messages themselves. */
export class FileLedgers implements Ledgers {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async create(header: RunHeader): Promise<Ledger> {
    try {
      makePrivateFolder(this.#folder);
      const path = this.#path(header.runId);
      const ledger = new FileLedger(await createPrivateFile(path, 'ax'), path);
      await ledger.commit(header);
      return ledger;
    } catch (cause) {
      throw ledgerNotWritable(cause, this.#path(header.runId));
    }
  }

  async reopen(runId: string): Promise<Ledger> {
    const path = this.#path(runId);
    let file: FileHandle;
    try {
      file = await open(path, 'r+');
    } catch (cause) {
      throw isMissing(cause) ? runNotFound(runId) : ledgerNotWritable(cause, path);
    }
    try {
      const { size } = await file.stat();
      const end = await endOfLastLine(file, size);
      if (end < size) await file.truncate(end);
      await file.close();
      return new FileLedger(await open(path, 'a', 0o600), path);
    } catch (cause) {
      throw ledgerNotWritable(cause, path);
    }
  }

  async *read(runId: string): AsyncIterable<LedgerRecord> {
    const stream = createReadStream(this.#path(runId), { highWaterMark: 1 << 18 });
    let rest: Buffer[] = [];
    let line = 0;
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        let start = 0;
        for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
          line++;
          const whole = Buffer.concat([...rest, chunk.subarray(start, end)]).toString('utf8');
          rest = [];
          start = end + 1;
          yield parse(whole, runId, line);
        }
        if (start < chunk.length) rest.push(chunk.subarray(start));
      }
    } catch (cause) {
      if (isMissing(cause)) throw runNotFound(runId);
      throw cause;
    } finally {
      stream.destroy();
    }
  }

  async ends(runId: string): Promise<{ header: RunHeader; last: LedgerRecord }> {
    let header: RunHeader | undefined;
    for await (const record of this.read(runId)) {
      if (record.type === 'run') header = record;
      break;
    }
    if (header === undefined) throw ledgerDamaged(runId, 1);
    const file = await open(this.#path(runId), 'r');
    try {
      const { size } = await file.stat();
      const end = await endOfLastLine(file, size);
      const from = Math.max(0, end - TAIL);
      const tail = Buffer.alloc(end - from);
      await file.read(tail, 0, tail.length, from);
      const start = tail.subarray(0, -1).lastIndexOf(10) + 1;
      // A last line longer than the tail is an intent; which one does not matter here.
      const last = start === 0 && from > 0 ? ({ type: 'intent', at: header.at, messages: [] } as const) : undefined;
      return { header, last: last ?? parse(tail.subarray(start, -1).toString('utf8'), runId, -1) };
    } finally {
      await file.close();
    }
  }

  async list(): Promise<readonly string[]> {
    try {
      const names = await readdir(this.#folder);
      return names
        .filter((name) => name.endsWith(SUFFIX))
        .map((name) => name.slice(0, -SUFFIX.length))
        .sort()
        .reverse();
    } catch (cause) {
      if (isMissing(cause)) return [];
      throw cause;
    }
  }

  #path(runId: string): string {
    // A run id comes from the command line: it names a file of this folder and nothing else.
    if (!/^[\w-]{1,100}$/.test(runId)) throw runNotFound(runId);
    return join(this.#folder, runId + SUFFIX);
  }
}

function parse(line: string, runId: string, number: number): LedgerRecord {
  try {
    return JSON.parse(line) as LedgerRecord;
  } catch {
    throw ledgerDamaged(runId, number);
  }
}

/** Nothing of this name; or a part of the path is a file, and so there is nothing below it. */
function isMissing(cause: unknown): boolean {
  const { code } = cause as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Offset behind the last newline. */
async function endOfLastLine(file: FileHandle, size: number): Promise<number> {
  const buffer = Buffer.alloc(1 << 16);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - buffer.length);
    const { bytesRead } = await file.read(buffer, 0, end - start, start);
    const at = buffer.subarray(0, bytesRead).lastIndexOf(10);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}
