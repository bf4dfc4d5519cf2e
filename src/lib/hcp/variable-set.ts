import { flagOf, type Resource, related, relatedIds, textOf } from './json-api.ts';

/** Variables that several workspaces share; https://developer.hashicorp.com/terraform/cloud-docs/api-docs/variable-sets */
export interface HcpVariableSet {
  readonly id: string;
  readonly name: string;
  /** It reaches every workspace of the organisation. */
  readonly global: boolean;
  /** It goes over the workspace's own variables. */
  readonly priority: boolean;
  /** A project owns it; else the organisation. */
  readonly ownedByProject: boolean;
  /** Ids of the workspaces that it is attached to by name. */
  readonly workspaces: readonly string[];
}

export function readVariableSet(resource: Resource): HcpVariableSet {
  return {
    id: resource.id,
    name: textOf(resource, 'name') ?? resource.id,
    global: flagOf(resource, 'global'),
    priority: flagOf(resource, 'priority'),
    ownedByProject: related(resource, 'parent')?.type === 'projects',
    workspaces: relatedIds(resource, 'workspaces', 'workspaces'),
  };
}
