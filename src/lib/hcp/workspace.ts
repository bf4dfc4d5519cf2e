import {
  flagOf,
  includedOf,
  type JsonApiDocument,
  numberOf,
  type Resource,
  related,
  textOf,
  timeOf,
} from './json-api.ts';
import { type HcpRun, readRun } from './run.ts';
import { type HcpStateVersion, readStateVersion } from './state-version.ts';

/** Who holds a workspace's lock. */
export interface HcpLockHolder {
  readonly kind: 'user' | 'team' | 'run';
  readonly id: string;
  /** A user's or team's name, a run's message; null where the token may not see it. */
  readonly name: string | null;
  /** Of a run: when it was created, ISO 8601, and its status. HCP Terraform does not say when others took the lock. */
  readonly createdAt: string | null;
  readonly status: string | null;
}

export interface HcpWorkspace {
  readonly id: string;
  readonly name: string;
  readonly locked: boolean;
  readonly lockReason: string | null;
  /** Null when it is not locked, and when the server does not say who it is. */
  readonly lockedBy: HcpLockHolder | null;
  /** Resources in the current state. */
  readonly resources: number | null;
  readonly terraformVersion: string | null;
  /** `remote`, `local` or `agent`. */
  readonly executionMode: string | null;
  readonly autoApply: boolean;
  /** ISO 8601. */
  readonly updatedAt: string | null;
  readonly currentRun: HcpRun | null;
  readonly stateVersion: HcpStateVersion | null;
}

/** What is asked for with a workspace, so that one call answers it all. */
export const WORKSPACE_INCLUDES = 'locked_by,current_run,current_state_version';

const HOLDERS: Readonly<Record<string, HcpLockHolder['kind']>> = { users: 'user', teams: 'team', runs: 'run' };

export function readWorkspace(resource: Resource, document: Pick<JsonApiDocument, 'included'>): HcpWorkspace {
  const find = (name: string) => includedOf(document, related(resource, name));
  const run = find('current-run');
  const version = find('current-state-version');
  return {
    id: resource.id,
    name: textOf(resource, 'name') ?? resource.id,
    locked: flagOf(resource, 'locked'),
    lockReason: textOf(resource, 'locked-reason') || null,
    lockedBy: holder(resource, document),
    resources: numberOf(resource, 'resource-count'),
    terraformVersion: textOf(resource, 'terraform-version'),
    executionMode: textOf(resource, 'execution-mode'),
    autoApply: flagOf(resource, 'auto-apply'),
    updatedAt: timeOf(resource, 'updated-at'),
    currentRun: run === undefined ? null : readRun(run),
    stateVersion: version === undefined ? null : readStateVersion(version),
  };
}

function holder(resource: Resource, document: Pick<JsonApiDocument, 'included'>): HcpLockHolder | null {
  const by = related(resource, 'locked-by');
  const kind = HOLDERS[by?.type ?? ''];
  if (by === undefined || kind === undefined || !flagOf(resource, 'locked')) return null;
  const seen = includedOf(document, by);
  if (seen === undefined) return { kind, id: by.id, name: null, createdAt: null, status: null };
  const name = textOf(seen, 'username') ?? textOf(seen, 'name') ?? textOf(seen, 'message');
  const isRun = kind === 'run';
  return {
    kind,
    id: by.id,
    name,
    createdAt: isRun ? timeOf(seen, 'created-at') : null,
    status: isRun ? textOf(seen, 'status') : null,
  };
}
