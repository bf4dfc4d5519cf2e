import { isAlive, processStat } from './record.ts';

/**
 * A process as text: its pid and, where the system tells it, when it started. A pid alone names another process after
 * a restart of the machine.
 */
export function processIdentity(pid: number): string {
  return `${pid} ${processStat(pid)?.startTime ?? ''}`.trimEnd();
}

/** The pid of a process that {@link processIdentity} described, while it runs. */
export function runningProcess(identity: string): number | undefined {
  const pid = Number(identity.split(' ', 1)[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined;
  return processIdentity(pid) === identity ? pid : undefined;
}
