import { type HcpReply, type HcpRequest, notFound, ok, type Route, refusal } from './request.ts';
import { workspaceResource } from './resources.ts';
import { visible } from './workspace-routes.ts';
import type { HcpWorkspaceState } from './world.ts';

type Action = (request: HcpRequest, workspace: HcpWorkspaceState) => HcpReply | undefined;

/** https://developer.hashicorp.com/terraform/cloud-docs/api-docs/workspaces#lock-a-workspace */
const lock: Action = ({ person, attributes }, workspace) => {
  // Not even its holder gets it twice.
  if (workspace.lock !== null) {
    return refusal(409, 'conflict', 'Unable to lock workspace. The workspace is already locked.');
  }
  const { reason } = attributes;
  workspace.lock = {
    type: person.team === true ? 'teams' : 'users',
    id: person.id,
    reason: typeof reason === 'string' ? reason : '',
  };
  return undefined;
};

const unlock: Action = ({ person, world }, workspace) => {
  const held = workspace.lock;
  if (held === null) return refusal(409, 'conflict', 'Unable to unlock workspace. The workspace is not locked.');
  if (held.id !== person.id) {
    const kind = held.type === 'runs' ? 'Run' : held.type === 'teams' ? 'Team' : 'User';
    const name = world.people.find(({ id }) => id === held.id)?.name ?? held.id;
    return refusal(409, 'conflict', `Unable to unlock workspace. The workspace is locked by ${kind} ${name}.`);
  }
  workspace.lock = null;
  return undefined;
};

const forceUnlock: Action = ({ person }, workspace) => {
  if (person.admin !== true) return notFound();
  if (workspace.lock === null) return refusal(409, 'conflict', 'The workspace is not locked.');
  if (workspace.lock.type === 'runs')
    return refusal(409, 'conflict', 'The workspace is locked by Run; discard it first.');
  workspace.lock = null;
  return undefined;
};

const route = (name: string, action: Action): Route => ({
  method: 'POST',
  path: `/workspaces/:/actions/${name}`,
  handle: (request, id) => {
    const workspace = visible(request, (each) => each.id === id);
    if (workspace === undefined) return notFound();
    const refused = action(request, workspace);
    if (refused !== undefined) return refused;
    workspace.updatedAt = request.world.timestamp();
    return ok(workspaceResource(workspace, request.person));
  },
});

export const lockRoutes: readonly Route[] = [
  route('lock', lock),
  route('unlock', unlock),
  route('force-unlock', forceUnlock),
];
