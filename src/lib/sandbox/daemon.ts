import { existsSync, mkdirSync, rmSync, truncateSync } from 'node:fs';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { inStateFolder } from '../private-folder.ts';
import { acquireLock } from './lock.ts';
import { daemonLog, daemonTemporary, readRecord, type SandboxRecord, sandboxFolder } from './record.ts';
import { removeRecord, writeRecord } from './record-file.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

export interface DaemonOptions {
  /** cvops' state folder. */
  readonly stateFolder: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Simulated seconds for each real second. */
  readonly speed: number;
  readonly version: string;
  /** Takes each line that the Worker logs. */
  readonly log?: (line: string) => void;
}

/** A sandbox that other processes find through its record, until `close`. */
export interface Daemon {
  readonly record: SandboxRecord;
  close(): Promise<void>;
}

/**
 * Starts the sandbox of a state folder and leaves its record there.
 * @throws CvopsError `SandboxRunning` when the folder has one already, `PortInUse`.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { stateFolder } = options;
  const lock = inStateFolder(stateFolder, () => acquireLock(sandboxFolder(stateFolder)));
  if ('heldBy' in lock) throw alreadyRunning(lock.heldBy, readRecord(stateFolder));
  let sandbox: Sandbox;
  try {
    // Whoever left something here is dead: the lock was free.
    inStateFolder(stateFolder, () => {
      removeRecord(stateFolder);
      rmSync(daemonTemporary(stateFolder), { recursive: true, force: true });
      mkdirSync(daemonTemporary(stateFolder), { mode: 0o700 });
      if (existsSync(daemonLog(stateFolder))) truncateSync(daemonLog(stateFolder));
    });
    sandbox = await startSandbox({ port: options.port, rate: options.speed, ...(options.log && { log: options.log }) });
  } catch (cause) {
    lock.release();
    throw cause;
  }
  const record: SandboxRecord = {
    pid: process.pid,
    endpoint: sandbox.endpoint,
    workerUrl: sandbox.workerUrl,
    region: sandbox.region,
    startedAt: new Date().toISOString(),
    version: options.version,
  };
  try {
    inStateFolder(stateFolder, () => writeRecord(stateFolder, record));
  } catch (cause) {
    await sandbox.close();
    lock.release();
    throw cause;
  }
  return {
    record,
    async close() {
      removeRecord(stateFolder);
      await sandbox.close();
      lock.release();
    },
  };
}

export function alreadyRunning(pid: number, record: SandboxRecord | undefined): CvopsError {
  return new CvopsError(
    'SandboxRunning',
    ExitCode.failed,
    record === undefined
      ? `a sandbox is starting or stopping already (process ${pid}).`
      : `a sandbox is running already: ${record.endpoint} (process ${pid}).`,
    { hint: 'use it with `cvops --sandbox …`, or stop it with `cvops sandbox down`.' },
  );
}
