import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';

/** What a running sandbox leaves in the state folder, so that other shells find it. */
export interface SandboxRecord {
  readonly pid: number;
  /** Base URL of every emulated service. */
  readonly endpoint: string;
  /** Base URL of the emulated Cloudflare Worker. */
  readonly workerUrl: string;
  readonly region: string;
  readonly startedAt: string;
  readonly version: string;
}

/** Credentials that the sandbox takes (it takes any). */
export const sandboxCredentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' } as const;

/** @param stateFolder cvops' state folder. */
export function sandboxFolder(stateFolder: string): string {
  return join(stateFolder, 'sandbox');
}

export function recordPath(stateFolder: string): string {
  return join(sandboxFolder(stateFolder), 'sandbox.json');
}

/** Where the daemon writes what it has to say after its launch. */
export function daemonLog(stateFolder: string): string {
  return join(sandboxFolder(stateFolder), 'sandbox.log');
}

/** The daemon's temporary files; whoever starts the next one takes them away after a crash. */
export function daemonTemporary(stateFolder: string): string {
  return join(sandboxFolder(stateFolder), 'tmp');
}

/** The record of the sandbox that runs now; undefined when there is none, its process is gone, or it is half-written. */
export function readRecord(stateFolder: string): SandboxRecord | undefined {
  let record: Partial<SandboxRecord> | null;
  try {
    record = JSON.parse(readFileSync(recordPath(stateFolder), 'utf8')) as Partial<SandboxRecord> | null;
  } catch {
    return undefined;
  }
  return isWhole(record) && isAlive(record.pid) ? record : undefined;
}

/** @throws CvopsError `SandboxNotRunning`, exit code 4. */
export function requireRecord(stateFolder: string): SandboxRecord {
  const record = readRecord(stateFolder);
  if (record !== undefined) return record;
  throw new CvopsError('SandboxNotRunning', ExitCode.setup, 'no sandbox is running.', {
    hint: 'start one with `cvops sandbox up`.',
  });
}

/** Does this process run (and may it be signalled)? */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
  return processStat(pid)?.state !== 'Z';
}

/**
 * What Linux tells of a process; undefined elsewhere. A process that ended but that nobody asked after is a zombie (Z)
 * and can still be signalled. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function processStat(pid: number): { readonly state: string; readonly startTime: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name, field 2, is in brackets and may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startTime: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

function isWhole(record: Partial<SandboxRecord> | null): record is SandboxRecord {
  return (
    Number.isInteger(record?.pid) &&
    record!.pid! > 0 &&
    isUrl(record?.endpoint) &&
    isUrl(record?.workerUrl) &&
    typeof record?.region === 'string'
  );
}

function isUrl(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value);
}
