import type { Config } from '../../lib/config/config.ts';
import { findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { connectHcp, workspaceOf } from '../../lib/hcp/connect.ts';
import type { HcpClient } from '../../lib/hcp/hcp-client.ts';
import type { LockSite } from '../../lib/state/lock-refusals.ts';

export const workspaceArgument = {
  name: '[service]',
  description: 'service name; may be left out when there is only one',
};

export interface WorkspaceSite extends LockSite {
  readonly client: HcpClient;
}

/** The workspace that a command means, and the client to reach it with. */
export async function workspaceSite(service: string | undefined, context: Context): Promise<WorkspaceSite> {
  const found = findService(withWorkspaces(await context.config()), service, 'workspace');
  const client = await connectHcp(context);
  return {
    client,
    access: client.access,
    service: found.name,
    workspace: found.workspace,
    nowMs: context.clock.now(),
  };
}

/** Every service has a workspace: the one that it names, or one of its own name. */
export function withWorkspaces(config: Config): Config {
  const services = Object.entries(config.services).map(([name, service]) => [
    name,
    { ...service, workspace: workspaceOf({ ...service, name }) },
  ]);
  return { ...config, services: Object.fromEntries(services) };
}
