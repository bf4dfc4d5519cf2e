import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import type { HcpAccess } from '../hcp/hcp-access.ts';
import { lockWords } from './lock-words.ts';
import { type LockState, runUrl } from './workspace-state.ts';

export interface LockSite {
  readonly access: HcpAccess;
  readonly service: string;
  readonly workspace: string;
  readonly nowMs: number;
}

/** Somebody holds the lock: who, since when, and what to do about it. */
export function workspaceLocked({ access, service, workspace, nowMs }: LockSite, lock: LockState): CvopsError {
  const message = `workspace "${workspace}" is locked by ${lockWords(lock, nowMs)}.`;
  if (lock.kind === 'run') {
    return new CvopsError('WorkspaceLockedByRun', ExitCode.failed, message, {
      hint: `it gives the lock back when it ends; to end it, discard or cancel it at ${runUrl(access, workspace, lock.id!)}`,
    });
  }
  return new CvopsError('WorkspaceLocked', ExitCode.failed, message, {
    hint: `ask whoever it is; when nothing of theirs runs any more, \`cvops state unlock ${service} --force\` takes the lock away.`,
  });
}

/** An apply of `terraform` may be under way with the very same token. */
export function lockedByTerraform({ service, workspace, nowMs }: LockSite, lock: LockState): CvopsError {
  return new CvopsError(
    'WorkspaceLocked',
    ExitCode.failed,
    `workspace "${workspace}" is locked by \`terraform\`, as ${lockWords(lock, nowMs)}.`,
    {
      hint: `a plan or an apply with this user's token may be running, or have left errored.tfstate behind; when none runs, \`cvops state unlock ${service} --force\`.`,
    },
  );
}

/** The holder changed between the question and the answer. */
export function lockChanged({ workspace, nowMs }: LockSite, lock: LockState): CvopsError {
  return new CvopsError(
    'LockChanged',
    ExitCode.failed,
    `workspace "${workspace}" was locked anew in between, by ${lockWords(lock, nowMs)}; nothing was changed.`,
    { hint: 'look at who it is now, and run the command again if it is still to be unlocked.' },
  );
}
