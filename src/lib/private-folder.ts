import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { CvopsError } from './errors/cvops-error.ts';
import { ExitCode } from './errors/exit-code.ts';

/**
 * Makes a folder, and those above it that are missing, for the owner alone.
 *
 * Not `mkdir` with `recursive`: where a parent is there but takes no folders and says ENOENT (below /proc, some network
 * mounts) Node 20 tries again without end and cannot be interrupted.
 * @throws the system's error.
 */
export function makePrivateFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path || statSync(parent, { throwIfNoEntry: false }) !== undefined) throw cause;
    makePrivateFolder(parent);
    mkdirSync(path, { mode: 0o700 });
  }
}

/** Why a file or folder cannot be written, in words; the code itself where there are none. */
export function whyNotWritable(code: string): string {
  return REASONS[code] ?? code;
}

/** There is no room, rather than a place that cannot be written at all. */
export function isFull(code: string): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT';
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'it is read-only',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'a file stands in its place',
  ENOENT: 'it cannot be made there',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  ENAMETOOLONG: 'the name is too long',
  EFBIG: 'the file is too large',
  EIO: 'the disk reports an error',
};

/**
 * Does what writes into the state folder; what the system refuses becomes an expected error.
 * @throws CvopsError `StateNotWritable`: 1 when there is no room, else 4.
 */
export function inStateFolder<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const { code, syscall } = cause as NodeJS.ErrnoException;
    if (cause instanceof CvopsError || code === undefined || syscall === undefined) throw cause;
    const full = isFull(code);
    throw new CvopsError(
      'StateNotWritable',
      full ? ExitCode.failed : ExitCode.setup,
      `cannot write to the state folder ${path} (${whyNotWritable(code)}).`,
      { hint: full ? 'make room there.' : 'set XDG_STATE_HOME to a folder that you may write to.', cause },
    );
  }
}
