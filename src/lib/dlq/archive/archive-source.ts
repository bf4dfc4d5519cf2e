import { type FileHandle, open } from 'node:fs/promises';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { createSpool } from '../../private-file.ts';
import { notReadable, notWritable } from './file-errors.ts';

/** An archive to be read, more than once. */
export interface ArchiveSource {
  /** For messages to people. */
  readonly name: string;
  readonly file: FileHandle;
  /** @throws CvopsError `FileChanged` when somebody wrote to it since it was opened */
  checkUnchanged(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens an archive. What cannot be read twice (a pipe) is kept in a file without a name while cvops runs.
 * @throws CvopsError `FileNotFound`, `FileNotReadable`, `FileNotWritable`
 */
export async function openArchiveSource(
  path: string,
  standardInput: () => AsyncIterable<Uint8Array>,
  spoolFolder: string,
): Promise<ArchiveSource> {
  if (path === '-') return spooled('standard input', standardInput(), spoolFolder);
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const opened = await file.stat();
    if (opened.isDirectory()) {
      throw new CvopsError('UsageError', ExitCode.usage, `${path} is a folder.`, { hint: 'name a file in it.' });
    }
    if (!opened.isFile()) {
      const stream = file.createReadStream({ autoClose: false });
      const source = await spooled(path, stream, spoolFolder);
      await file.close();
      return source;
    }
    const reader = file;
    return {
      name: path,
      file: reader,
      close: () => reader.close(),
      async checkUnchanged() {
        const now = await reader.stat();
        if (now.size === opened.size && now.mtimeMs === opened.mtimeMs) return;
        throw new CvopsError('FileChanged', ExitCode.failed, `${path} was changed while it was read.`, {
          hint: 'run the command again when nothing writes to it.',
        });
      },
    };
  } catch (cause) {
    await file?.close().catch(() => {});
    throw notReadable(cause, path);
  }
}

async function spooled(name: string, input: AsyncIterable<Uint8Array>, folder: string): Promise<ArchiveSource> {
  let spool: FileHandle | undefined;
  try {
    spool = await createSpool(folder);
    for await (const chunk of input) await spool.appendFile(chunk);
    const file = spool;
    return { name, file, close: () => file.close(), checkUnchanged: async () => {} };
  } catch (cause) {
    await spool?.close().catch(() => {});
    throw notWritable(cause, folder, 'what is piped in is kept there while it is checked; XDG_STATE_HOME moves it.');
  }
}
