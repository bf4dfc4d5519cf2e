import { readFileSync } from 'node:fs';
import { isAlive } from './record.ts';

/**
 * A process as text: its pid and, where the system tells it, when it started. A pid alone names another process after
 * a restart of the machine.
 */
export function processIdentity(pid: number): string {
  return `${pid} ${startTime(pid)}`.trimEnd();
}

/** The pid of a process that {@link processIdentity} described, while it runs. */
export function runningProcess(identity: string): number | undefined {
  const pid = Number(identity.split(' ', 1)[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined;
  return processIdentity(pid) === identity ? pid : undefined;
}

/** Clock ticks since boot; empty where there is no /proc. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html (22) */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name, field 2, is in brackets and may hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
