import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { whyNotWritable } from '../../private-folder.ts';

/** What the system said, when it is an expected failure of a file; undefined for a bug. */
function reasonOf(cause: unknown): string | undefined {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return undefined;
  // Somebody named the path: the folder is what is missing.
  return code === 'ENOENT' ? 'no such folder' : whyNotWritable(code);
}

/** A file that cannot be written; anything but a failure of the file system is answered as it is. */
export function notWritable(cause: unknown, path: string, hint: string): unknown {
  const reason = reasonOf(cause);
  if (cause instanceof CvopsError || reason === undefined) return cause;
  return new CvopsError('FileNotWritable', ExitCode.failed, `cannot write ${path} (${reason}).`, { hint, cause });
}

/** A file that cannot be read. */
export function notReadable(cause: unknown, path: string): unknown {
  if (cause instanceof CvopsError) return cause;
  if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
    return new CvopsError('FileNotFound', ExitCode.notFound, `no file ${path}.`, { hint: 'check the path.', cause });
  }
  const reason = reasonOf(cause);
  if (reason === undefined) return cause;
  return new CvopsError('FileNotReadable', ExitCode.failed, `cannot read ${path} (${reason}).`, { cause });
}
