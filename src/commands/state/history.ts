import type { Context } from '../../lib/context.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import { namedStates } from '../../lib/state/named-states.ts';
import { defineCommand } from '../command.ts';
import { parseCount } from '../parse.ts';
import { statesTable } from './view.ts';
import { workspaceArgument, workspaceSite } from './workspace-option.ts';

interface HistoryOptions {
  readonly service: string | undefined;
  readonly limit: number;
}

const LIMIT = 20;
/** One page; the Free plan keeps no more. */
const MOST = 100;

export const stateHistory = defineCommand<HistoryOptions>({
  arguments: [workspaceArgument],
  flags: [{ flags: '--limit <n>', description: `so many of the last state versions (${LIMIT}, at most ${MOST})` }],
  examples: ['cvops state history worker', 'cvops state history worker --limit 100 --output ndjson'],
  parse: ([service], flags) => ({ service, limit: parseCount(flags['limit'], '--limit', 1, MOST) ?? LIMIT }),
  run: history,
});

async function history(options: HistoryOptions, context: Context): Promise<Outcome> {
  const { client, service, workspace: name, nowMs } = await workspaceSite(options.service, context);
  const { id } = await client.workspace(name);
  const states = await namedStates(client, name, options.limit);
  return {
    kind: 'state.history',
    data: { workspaces: [{ service, workspace: name, id, states }] },
    items: states,
    view: () => [
      states.length === 0 ? { kind: 'line', text: `No state of workspace ${name} yet.` } : statesTable(states, nowMs),
    ],
  };
}
