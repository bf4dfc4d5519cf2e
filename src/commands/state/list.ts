import { servicesWith } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { connectHcp } from '../../lib/hcp/connect.ts';
import type { Outcome, Warning } from '../../lib/io/outcome.ts';
import { organizationState } from '../../lib/state/organization-state.ts';
import { FREE_RESOURCES, type WorkspaceState, workspaceState } from '../../lib/state/workspace-state.ts';
import { defineCommand } from '../command.ts';
import { workspaceTable } from './view.ts';
import { withWorkspaces } from './workspace-option.ts';

export const stateList = defineCommand({
  examples: ['cvops state list', 'cvops state list --json --query "data.workspaces[?locked].service"'],
  parse: () => ({}),
  run: list,
});

async function list(_options: object, context: Context): Promise<Outcome> {
  const config = withWorkspaces(await context.config());
  const client = await connectHcp(context);
  const all = await client.workspaces();
  const workspaces = servicesWith(config, 'workspace').map(({ name, workspace }) =>
    workspaceState(
      name,
      workspace,
      client.access,
      all.find((each) => each.name === workspace),
    ),
  );
  const organization = organizationState(client.access, all);
  const locked = workspaces.find((each) => each.lock !== null);
  return {
    kind: 'state.list',
    data: { organization, workspaces },
    items: workspaces,
    warnings: workspaces.filter(({ found }) => !found).map(unseen),
    next: locked === undefined ? [] : [{ command: `cvops state show ${locked.service}`, why: 'who holds the lock' }],
    view: () => [
      workspaceTable(workspaces, context.clock.now()),
      {
        kind: 'line',
        text: `${organization.resources} of ${FREE_RESOURCES} resources of the Free plan in organisation ${organization.name}, by the workspaces that the token may see.`,
        ...(organization.resources > FREE_RESOURCES * 0.8 ? { tone: 'warn' as const } : { tone: 'dim' as const }),
      },
    ],
  };
}

function unseen({ service, workspace }: WorkspaceState): Warning {
  return {
    code: 'WorkspaceNotFound',
    message: `workspace "${workspace}" of ${service} is not there, or the token may not see it; "workspace" of a service names another.`,
  };
}
