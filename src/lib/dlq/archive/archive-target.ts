import { randomBytes } from 'node:crypto';
import { type FileHandle, link, open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { createPrivateFile, createSpool, syncFolder } from '../../private-file.ts';
import { AppendFile } from './append-file.ts';
import { notWritable } from './file-errors.ts';

/** Where an export goes. Nothing is there until `finish`, and all of it is there after. */
export interface ArchiveTarget {
  /** Null for standard output. */
  readonly path: string | null;
  add(line: string): void;
  /** @throws CvopsError `FileNotWritable`, `FileExists`; nothing is left then */
  finish(): Promise<void>;
  /** Leaves nothing behind; may be called after `finish`, too. */
  discard(): Promise<void>;
}

const HINT = 'nothing was written under that name. Make room, or name another place.';

/**
 * An export to a file: written beside it under another name, synced, and renamed. What is no plain file (a pipe, a
 * device) gets everything at the end.
 * @throws CvopsError `FileExists`, `FileNotWritable`
 */
export async function openArchiveTarget(path: string, force: boolean, spoolFolder: string): Promise<ArchiveTarget> {
  try {
    const there = await stat(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return null;
      throw cause;
    });
    if (there?.isDirectory() === true) {
      throw new CvopsError('UsageError', ExitCode.usage, `${path} is a folder.`, { hint: 'name a file in it.' });
    }
    if (there !== null && !there.isFile()) {
      return spooled(path, spoolFolder, async (read) => {
        const device = await open(path, 'w');
        try {
          for await (const piece of read) await device.appendFile(piece);
        } finally {
          await device.close();
        }
      });
    }
    if (there !== null && !force) throw fileExists(path);
    // Behind a symbolic link the file itself is replaced, not the link. Without force, a link that leads nowhere is what is
    // there already.
    const nothingYet = force ? behindLinks : async () => path;
    return await besideFile(await (there === null ? nothingYet(path) : realpath(path)), path, force);
  } catch (cause) {
    throw notWritable(cause, path, HINT);
  }
}

/** An export to standard output: it starts when the look at the queue is over, so that nobody reads half of it. */
export async function openStandardOutput(write: (text: string) => void, spoolFolder: string): Promise<ArchiveTarget> {
  return spooled(null, spoolFolder, async (read) => {
    const decoder = new TextDecoder();
    for await (const piece of read) write(decoder.decode(piece, { stream: true }));
  });
}

/** Where a file comes to be that is written through links which lead nowhere yet; a ring of them was refused before. */
async function behindLinks(path: string): Promise<string> {
  const next = await readlink(path).catch(() => null);
  return next === null ? path : behindLinks(resolve(await realpath(dirname(path)), next));
}

async function besideFile(real: string, path: string, force: boolean): Promise<ArchiveTarget> {
  const draft = `${real}.${randomBytes(4).toString('hex')}.part`;
  const failure = (cause: unknown) => notWritable(cause, path, HINT);
  const file = new AppendFile(await createPrivateFile(draft, 'ax'), failure);
  const discard = async () => {
    await file.close().catch(() => {});
    await rm(draft, { force: true });
  };
  return {
    path,
    add: (line) => file.add(line),
    discard,
    async finish() {
      try {
        await file.close();
        await (force ? rename(draft, real) : linkNew(draft, real, path));
        await syncFolder(dirname(real));
      } catch (cause) {
        throw failure(cause);
      } finally {
        await rm(draft, { force: true });
      }
    },
  };
}

/** Gives the draft its name unless somebody took that in the meantime. */
async function linkNew(draft: string, real: string, path: string): Promise<void> {
  try {
    await link(draft, real);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw fileExists(path);
    // A file system without hard links.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw cause;
    await rename(draft, real);
  }
}

async function spooled(
  path: string | null,
  folder: string,
  copy: (pieces: AsyncIterable<Buffer>) => Promise<void>,
): Promise<ArchiveTarget> {
  const name = path ?? 'standard output';
  let spool: FileHandle;
  try {
    spool = await createSpool(folder);
  } catch (cause) {
    throw notWritable(cause, folder, 'what is piped on is kept there first; XDG_STATE_HOME moves it.');
  }
  const file = new AppendFile(spool, (cause) => notWritable(cause, folder, HINT));
  let open = true;
  const close = async () => {
    if (open) await spool.close();
    open = false;
  };
  return {
    path,
    add: (line) => file.add(line),
    discard: close,
    async finish() {
      try {
        await file.synced();
        await copy(pieces(spool));
      } catch (cause) {
        throw notWritable(cause, name, 'what was written there is not whole.');
      } finally {
        await close();
      }
    },
  };
}

async function* pieces(file: FileHandle): AsyncGenerator<Buffer, void, undefined> {
  for (let offset = 0; ; ) {
    const buffer = Buffer.allocUnsafe(1 << 16);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
    if (bytesRead === 0) return;
    offset += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

export function fileExists(path: string): CvopsError {
  return new CvopsError('FileExists', ExitCode.usage, `${path} is there already.`, {
    hint: 'name another file, or pass --force to replace it.',
  });
}
