import type { HcpClient } from '../hcp/hcp-client.ts';
import type { HcpWorkspace } from '../hcp/workspace.ts';
import { TERRAFORM_REASON } from './lock-reason.ts';
import { type LockSite, lockChanged, lockedByTerraform, workspaceLocked } from './lock-refusals.ts';
import { type LockState, lockState } from './workspace-state.ts';

/** What an unlock would do. */
export interface UnlockPlan {
  readonly workspace: HcpWorkspace;
  readonly lock: LockState;
  /** The token's own user holds it; null for a team's token, which cannot tell. */
  readonly isOwn: boolean | null;
}

/**
 * Looks at who holds the lock; null when nobody does.
 * @param force whether a lock of somebody else, or of `terraform`, may be taken away
 * @throws CvopsError `WorkspaceLockedByRun` always for a run's, `WorkspaceLocked` without `force`, exit code 1.
 */
export async function planUnlock(client: HcpClient, site: LockSite, force: boolean): Promise<UnlockPlan | null> {
  const workspace = await client.workspace(site.workspace);
  const lock = lockState(workspace);
  if (lock === null) return null;
  // Its state may be half-written, and HCP Terraform would go on with the run.
  if (lock.kind === 'run') throw workspaceLocked(site, lock);
  const isOwn = lock.kind === 'user' ? lock.id === (await client.account()).id : null;
  if (!force && isOwn === false) throw workspaceLocked(site, lock);
  if (!force && lock.reason === TERRAFORM_REASON) throw lockedByTerraform(site, lock);
  return { workspace, lock, isOwn };
}

/**
 * Gives the lock back, or takes it away. HCP Terraform has no "only if it is still this one": it is looked at once more
 * right before, which leaves a moment.
 * @throws CvopsError `LockChanged`, `WorkspaceLocked`, exit code 1.
 */
export async function unlockWorkspace(
  client: HcpClient,
  site: LockSite,
  { lock, isOwn }: UnlockPlan,
  force: boolean,
): Promise<HcpWorkspace> {
  const before = await client.workspace(site.workspace);
  const held = lockState(before);
  if (held === null) return before;
  if (held.id !== lock.id || held.reason !== lock.reason || held.since !== lock.since) throw lockChanged(site, held);
  const answer = await (force && isOwn !== true ? client.forceUnlock(before) : client.unlock(before));
  // The answer names neither run nor state.
  const { currentRun, stateVersion } = before;
  if (answer.done) return { ...answer.workspace, currentRun, stateVersion };
  const after = await client.workspace(site.workspace);
  const left = lockState(after);
  if (left !== null) throw workspaceLocked(site, left);
  return after;
}
