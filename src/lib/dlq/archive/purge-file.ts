import { dirname } from 'node:path';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { createPrivateFile } from '../../private-file.ts';
import { makePrivateFolder } from '../../private-folder.ts';
import { AppendFile } from './append-file.ts';
import { notWritable } from './file-errors.ts';
import type { PurgeExport } from './purge.ts';

/** The export of a purge. It has its name from the start: after a crash it is the only copy of what was deleted. */
export interface PurgeFile extends PurgeExport {
  close(): Promise<void>;
}

/**
 * A new file; one that is there is never touched, for it may be the only copy of what another purge deleted.
 * @param makeFolder creates the folders above it
 * @throws CvopsError `FileExists`, `FileNotWritable`
 */
export async function openPurgeFile(path: string, makeFolder: boolean): Promise<PurgeFile> {
  const failure = (cause: unknown) =>
    notWritable(cause, path, 'nothing is deleted that is not exported. Make room, or name another file with --to.');
  try {
    if (makeFolder) makePrivateFolder(dirname(path));
    const file = new AppendFile(await createPrivateFile(path, 'ax'), failure);
    return {
      add: (line) => file.add(line),
      synced: () => file.synced(),
      close: () => file.close(),
    };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new CvopsError('FileExists', ExitCode.usage, `${path} is there already.`, {
        hint: 'a purge writes to a new file only: name another with --to.',
      });
    }
    throw failure(cause);
  }
}
