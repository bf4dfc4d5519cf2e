import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateFolder } from '../private-folder.ts';
import { processIdentity, runningProcess } from './process-identity.ts';

/** A lock that one process on this machine holds; it ends with the process, cleanly or not. */
export interface Lock {
  release(): void;
}

const FILE = /^lock-(\d+)$/;
const RELEASED = 'released';

/**
 * Takes the folder's lock, or answers the pid that holds it.
 *
 * A lock is a numbered file that names its holder. Only the highest number counts, and that file is never removed or
 * renamed, so a lock whose holder died is followed by the next number: creating that is exclusive, and two processes
 * that both see the dead one cannot both win. (Removing a stale lock file and creating it anew is a race.)
 */
export function acquireLock(folder: string, pid = process.pid): Lock | { readonly heldBy: number } {
  makePrivateFolder(folder);
  for (;;) {
    const highest = lockNumbers(folder).at(-1) ?? 0;
    const holder = highest === 0 ? undefined : holderOf(folder, highest);
    if (holder !== undefined) return { heldBy: holder };
    const mine = highest + 1;
    if (!create(folder, mine, pid)) continue;
    const numbers = lockNumbers(folder);
    if (numbers.at(-1) !== mine) {
      // Others came and went since the first look; theirs is the newer one.
      rmSync(file(folder, mine), { force: true });
      continue;
    }
    for (const number of numbers) if (number < mine) rmSync(file(folder, number), { force: true });
    return { release: () => writeFileSync(file(folder, mine), RELEASED, { mode: 0o600 }) };
  }
}

/** The pid that holds the folder's lock now. */
export function lockHolder(folder: string): number | undefined {
  const highest = lockNumbers(folder).at(-1);
  return highest === undefined ? undefined : holderOf(folder, highest);
}

/** Linking a finished file makes the lock appear whole or not at all; false when somebody was faster. */
function create(folder: string, number: number, pid: number): boolean {
  const draft = join(folder, `draft-${pid}-${number}`);
  writeFileSync(draft, processIdentity(pid), { mode: 0o600 });
  try {
    linkSync(draft, file(folder, number));
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The running process that a lock file names; undefined for a released, stale or vanished one. */
function holderOf(folder: string, number: number): number | undefined {
  try {
    return runningProcess(readFileSync(file(folder, number), 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

function lockNumbers(folder: string): number[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    // A file in the place of the folder, or of one above it: nobody holds a lock there.
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return [];
    throw cause;
  }
  return names
    .flatMap((name) => FILE.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

function file(folder: string, number: number): string {
  return join(folder, `lock-${number}`);
}
