import type { Clock } from '../clock.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { lockHolder } from './lock.ts';
import { processIdentity, runningProcess } from './process-identity.ts';
import { readRecord, sandboxFolder } from './record.ts';
import { removeRecord } from './record-file.ts';

const GRACE_MS = 10_000;
const LOOK_EVERY_MS = 50;

/**
 * Ends the sandbox of a state folder and waits until it is gone; answers its pid, or undefined when none ran. What a
 * dead one left is removed.
 * @throws CvopsError `SandboxStuck` when its process does not end.
 */
export async function stopDaemon(stateFolder: string, clock: Clock, signal: AbortSignal): Promise<number | undefined> {
  const pid = lockHolder(sandboxFolder(stateFolder));
  if (pid === undefined) {
    removeRecord(stateFolder);
    return undefined;
  }
  const identity = processIdentity(pid);
  kill(pid, 'SIGTERM');
  if (!(await gone(identity, clock, signal))) {
    kill(pid, 'SIGKILL');
    if (!(await gone(identity, clock, signal))) {
      throw new CvopsError('SandboxStuck', ExitCode.failed, `the sandbox (process ${pid}) does not end.`, {
        hint: `end it with: kill -9 ${pid}`,
      });
    }
  }
  if (readRecord(stateFolder) === undefined) removeRecord(stateFolder);
  return pid;
}

/** Whether the process ended within the time of grace. */
async function gone(identity: string, clock: Clock, signal: AbortSignal): Promise<boolean> {
  for (let waited = 0; waited < GRACE_MS; waited += LOOK_EVERY_MS) {
    if (runningProcess(identity) === undefined) return true;
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
  return false;
}

function kill(pid: number, how: NodeJS.Signals): void {
  try {
    process.kill(pid, how);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause;
  }
}
