import type { HcpClient } from '../hcp/hcp-client.ts';
import type { HcpWorkspace } from '../hcp/workspace.ts';
import { lockReason } from './lock-reason.ts';
import { type LockSite, workspaceLocked } from './lock-refusals.ts';
import { lockState } from './workspace-state.ts';

/**
 * Takes the lock. A lock that is held is never taken for one's own, not even one of the same user: `terraform` may hold
 * it with the same token.
 * @throws CvopsError `WorkspaceLocked` or `WorkspaceLockedByRun`, exit code 1.
 */
export async function lockWorkspace(
  client: HcpClient,
  site: LockSite,
  reason: string | undefined,
): Promise<HcpWorkspace> {
  const workspace = await unlocked(client, site);
  const answer = await client.lock(workspace, lockReason(reason, site.nowMs));
  // The answer does not name the holder. It is locked, whether or not that can be looked up.
  if (answer.done) return client.workspace(site.workspace).catch(() => answer.workspace);
  // Somebody was faster.
  throw workspaceLocked(site, lockState(await client.workspace(site.workspace)) ?? NOBODY);
}

/** The workspace, if it can be locked. */
export async function unlocked(client: HcpClient, site: LockSite): Promise<HcpWorkspace> {
  const workspace = await client.workspace(site.workspace);
  const lock = lockState(workspace);
  if (lock !== null) throw workspaceLocked(site, lock);
  return workspace;
}

/** It was given back again before it could be looked at. */
const NOBODY = { kind: null, id: null, name: null, status: null, reason: null, since: null } as const;
