import type { HcpAccess } from '../hcp/hcp-access.ts';
import type { HcpStateVersion } from '../hcp/state-version.ts';
import type { HcpLockHolder, HcpWorkspace } from '../hcp/workspace.ts';
import { readLockReason } from './lock-reason.ts';

/** Managed resources of an organisation on the Free plan: https://developer.hashicorp.com/terraform/cloud-docs/overview */
export const FREE_RESOURCES = 500;

export interface LockState {
  readonly kind: HcpLockHolder['kind'] | null;
  readonly id: string | null;
  readonly name: string | null;
  /** Of a run that holds it. */
  readonly status: string | null;
  readonly reason: string | null;
  /** ISO 8601: when the run was created, or what cvops wrote into the reason; null where nobody says. */
  readonly since: string | null;
}

/** One entry of `workspaces[]`; public promises. */
export interface WorkspaceState {
  readonly service: string;
  readonly workspace: string;
  /** False where it is not there, or the token may not see it: all else is null then. */
  readonly found: boolean;
  readonly id: string | null;
  readonly url: string | null;
  readonly locked: boolean | null;
  readonly lock: LockState | null;
  readonly run: {
    readonly id: string;
    readonly status: string;
    readonly createdAt: string | null;
    readonly url: string;
  } | null;
  readonly state: HcpStateVersion | null;
  readonly resources: number | null;
  readonly terraformVersion: string | null;
  readonly executionMode: string | null;
  readonly autoApply: boolean | null;
  readonly updatedAt: string | null;
}

/** What is known of a service's workspace; `undefined` for one that is not seen. */
export function workspaceState(
  service: string,
  name: string,
  access: HcpAccess,
  workspace: HcpWorkspace | undefined,
): WorkspaceState {
  const common = { service, workspace: name };
  if (workspace === undefined) return { ...common, ...UNSEEN };
  const { currentRun: run, stateVersion: state, id, locked, resources, terraformVersion } = workspace;
  const { executionMode, autoApply, updatedAt } = workspace;
  return {
    ...common,
    found: true,
    id,
    url: workspaceUrl(access, name),
    locked,
    lock: lockState(workspace),
    run:
      run === null
        ? null
        : { id: run.id, status: run.status, createdAt: run.createdAt, url: runUrl(access, name, run.id) },
    state,
    resources,
    terraformVersion,
    executionMode,
    autoApply,
    updatedAt,
  };
}

/** Where a person looks at a run. */
export function runUrl(access: HcpAccess, workspace: string, run: string): string {
  return `${workspaceUrl(access, workspace)}/runs/${run}`;
}

export function lockState({ locked, lockedBy, lockReason }: HcpWorkspace): LockState | null {
  if (!locked) return null;
  const { words, since } = readLockReason(lockReason);
  const { kind = null, id = null, name = null, status = null, createdAt = null } = lockedBy ?? {};
  return { kind, id, name, status, reason: words, since: createdAt ?? since };
}

function workspaceUrl({ origin, organization }: HcpAccess, workspace: string): string {
  return `${origin}/app/${organization}/workspaces/${workspace}`;
}

const UNSEEN = {
  found: false,
  id: null,
  url: null,
  locked: null,
  lock: null,
  run: null,
  state: null,
  resources: null,
  terraformVersion: null,
  executionMode: null,
  autoApply: null,
  updatedAt: null,
} as const;
