import { type HcpReply, type HcpRequest, notFound, ok, page, type Route, refusal } from './request.ts';
import { outputResources, stateResource } from './resources.ts';
import { visible } from './workspace-routes.ts';
import { currentState, type HcpState, type HcpWorkspaceState, md5 } from './world.ts';

/**
 * Takes a new state from the holder of the lock alone, and only one that follows the current one.
 * https://developer.hashicorp.com/terraform/cloud-docs/api-docs/state-versions#create-a-state-version
 */
function create(request: HcpRequest, workspace: HcpWorkspaceState): HcpReply {
  const { serial, md5: sum, lineage, state, force, 'terraform-version': version } = request.attributes;
  const { person, world, origin } = request;
  if (workspace.lock?.id !== person.id) {
    return refusal(409, 'conflict', 'The workspace must be locked by you to create a state version.');
  }
  if (typeof serial !== 'number' || typeof sum !== 'string' || typeof lineage !== 'string') {
    return refusal(422, 'invalid attribute', 'serial, md5 and lineage are needed');
  }
  const current = currentState(workspace);
  if (current !== undefined && force !== true) {
    if (current.lineage !== lineage) return refusal(409, 'conflict', 'The lineage is not that of the current state.');
    if (serial < current.serial || (serial === current.serial && sum !== current.md5)) {
      return refusal(409, 'conflict', `Serial ${serial} does not follow ${current.serial}.`);
    }
  }
  const content = typeof state === 'string' ? Buffer.from(state, 'base64') : null;
  if (content !== null && md5(content) !== sum) return refusal(422, 'invalid attribute', 'md5 does not match');
  const made = world.addState(workspace, {
    createdBy: person.id,
    serial,
    lineage,
    md5: sum,
    content,
    ...(typeof version === 'string' ? { terraformVersion: version } : {}),
  });
  return { status: 201, body: { data: stateResource(made, workspace.id, origin) } };
}

const stated = (
  handle: (request: HcpRequest, state: HcpState, workspace: HcpWorkspaceState) => HcpReply,
): Route['handle'] => {
  return (request, id) => {
    const workspace = visible(request, ({ states }) => states.some((each) => each.id === id));
    const state = workspace?.states.find((each) => each.id === id);
    return workspace === undefined || state === undefined ? notFound() : handle(request, state, workspace);
  };
};

const current = (
  handle: (request: HcpRequest, state: HcpState, workspace: HcpWorkspaceState) => HcpReply,
): Route['handle'] => {
  return (request, id) => {
    const workspace = visible(request, (each) => each.id === id);
    const state = workspace === undefined ? undefined : currentState(workspace);
    return workspace === undefined || state === undefined ? notFound() : handle(request, state, workspace);
  };
};

const show = ({ origin }: HcpRequest, state: HcpState, { id }: HcpWorkspaceState) =>
  ok(stateResource(state, id, origin));
const outputs = (request: HcpRequest, state: HcpState) => page(request, outputResources(state), (each) => each);

export const stateRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/state-versions',
    handle: (request) => {
      const name = request.query.get('filter[workspace][name]');
      const workspace = visible(request, (each) => each.name === name);
      if (workspace === undefined || workspace.organization !== request.query.get('filter[organization][name]')) {
        return notFound();
      }
      return page(request, workspace.states.toReversed(), (each) => stateResource(each, workspace.id, request.origin));
    },
  },
  { method: 'GET', path: '/state-versions/:', handle: stated(show) },
  { method: 'GET', path: '/state-versions/:/outputs', handle: stated(outputs) },
  {
    method: 'GET',
    path: '/state-version-outputs/:',
    handle: (request, id) => {
      const seen = request.world.workspaces.filter((each) => visible(request, (other) => other === each) !== undefined);
      const all = seen.flatMap(({ states }) => states.flatMap((each) => outputResources(each, true)));
      const found = all.find((each) => each.id === id);
      return found === undefined ? notFound() : ok(found);
    },
  },
  { method: 'GET', path: '/workspaces/:/current-state-version', handle: current(show) },
  { method: 'GET', path: '/workspaces/:/current-state-version-outputs', handle: current(outputs) },
  {
    method: 'POST',
    path: '/workspaces/:/state-versions',
    handle: (request, id) => {
      const workspace = visible(request, (each) => each.id === id);
      return workspace === undefined ? notFound() : create(request, workspace);
    },
  },
];
