import type { Context } from '../../lib/context.ts';
import type { Next, Outcome } from '../../lib/io/outcome.ts';
import { namedStates } from '../../lib/state/named-states.ts';
import { organizationState } from '../../lib/state/organization-state.ts';
import { type WorkspaceState, workspaceState } from '../../lib/state/workspace-state.ts';
import { defineCommand } from '../command.ts';
import { statesTable, workspaceFields } from './view.ts';
import { workspaceArgument, workspaceSite } from './workspace-option.ts';

interface ShowOptions {
  readonly service: string | undefined;
}

/** Enough to see whether the last apply arrived. */
const STATES = 3;

export const stateShow = defineCommand<ShowOptions>({
  arguments: [workspaceArgument],
  examples: ['cvops state show worker', 'cvops state show worker --json --query "data.workspaces[0].lock"'],
  parse: ([service]) => ({ service }),
  run: show,
});

async function show(options: ShowOptions, context: Context): Promise<Outcome> {
  const { client, access, service, workspace: name, nowMs } = await workspaceSite(options.service, context);
  // A workspace that is not there ends it before the rest is asked.
  const workspace = await client.workspace(name);
  const [all, states] = await Promise.all([client.workspaces(), namedStates(client, name, STATES)]);
  const state = workspaceState(service, name, access, workspace);
  const organization = organizationState(access, all);
  const shown = { ...state, states };
  return {
    kind: 'state.show',
    data: { organization, workspaces: [shown] },
    next: next(state),
    view: () => [
      { kind: 'line', text: `${service}: workspace ${name} of organisation ${access.organization}`, tone: 'strong' },
      workspaceFields(state, organization.resources, nowMs),
      ...(states.length === 0 ? [{ kind: 'line', text: 'No state yet.' } as const] : [statesTable(states, nowMs)]),
    ],
  };
}

function next({ service, lock, run }: WorkspaceState): readonly Next[] {
  const history = { command: `cvops state history ${service}`, why: 'more states' };
  if (lock === null || lock.kind === 'run' || run?.id === lock.id) return [history];
  return [{ command: `cvops state unlock ${service} --dry-run`, why: 'what an unlock would do' }, history];
}
