import type { HcpAccess } from '../hcp/hcp-access.ts';
import type { HcpWorkspace } from '../hcp/workspace.ts';
import { FREE_RESOURCES } from './workspace-state.ts';

export interface OrganizationState {
  readonly name: string;
  readonly hostname: string;
  /** Of all workspaces that the token may see. HCP Terraform bills fewer: no data sources, no `terraform_data`. */
  readonly resources: number;
  readonly limit: number;
}

export function organizationState(access: HcpAccess, workspaces: readonly HcpWorkspace[]): OrganizationState {
  return {
    name: access.organization,
    hostname: access.hostname,
    resources: workspaces.reduce((sum, { resources }) => sum + (resources ?? 0), 0),
    limit: FREE_RESOURCES,
  };
}
