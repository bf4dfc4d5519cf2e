import { type HcpReply, type HcpRequest, notFound, ok, page, type Route, refusal } from './request.ts';
import {
  organizationResource,
  runResource,
  stateResource,
  teamResource,
  userResource,
  workspaceResource,
} from './resources.ts';
import { currentState, type HcpPerson, type HcpWorkspaceState, type HcpWorld } from './world.ts';

/** The workspace, when the token may see it. */
export function visible(
  { world, person }: HcpRequest,
  matches: (each: HcpWorkspaceState) => boolean,
): HcpWorkspaceState | undefined {
  return world.workspaces.find((each) => matches(each) && sees(person, each));
}

function sees(person: HcpPerson, { name }: HcpWorkspaceState): boolean {
  return person.sees?.includes(name) ?? true;
}

function included({ world, query, origin }: HcpRequest, workspaces: readonly HcpWorkspaceState[]) {
  const asked = (query.get('include') ?? '').split(',');
  return workspaces.flatMap((workspace) => {
    const { lock, runs, id } = workspace;
    const run = runs.at(-1);
    const state = currentState(workspace);
    return [
      ...(asked.includes('locked_by') ? holder(world, workspace) : []),
      ...(asked.includes('current_run') && run !== undefined && lock?.id !== run.id ? [runResource(run, id)] : []),
      ...(asked.includes('current_state_version') && state !== undefined ? [stateResource(state, id, origin)] : []),
    ];
  });
}

function holder(world: HcpWorld, { lock, runs, id }: HcpWorkspaceState) {
  if (lock === null) return [];
  const run = runs.find((each) => each.id === lock.id);
  if (run !== undefined) return [runResource(run, id)];
  const show = (each: HcpPerson) => (lock.type === 'teams' ? teamResource(each) : userResource(each));
  return world.people.filter((each) => each.id === lock.id).map(show);
}

function one(request: HcpRequest, workspace: HcpWorkspaceState | undefined): HcpReply {
  if (workspace === undefined) return notFound();
  const asked = request.query.has('include') ? included(request, [workspace]) : undefined;
  return ok(workspaceResource(workspace, request.person), asked);
}

function change(request: HcpRequest, workspace: HcpWorkspaceState | undefined): HcpReply {
  if (workspace === undefined) return notFound();
  const { 'execution-mode': mode, 'auto-apply': autoApply, 'terraform-version': version } = request.attributes;
  if (typeof mode === 'string') workspace.executionMode = mode;
  if (typeof autoApply === 'boolean') workspace.autoApply = autoApply;
  if (typeof version === 'string') workspace.terraformVersion = version;
  workspace.updatedAt = request.world.timestamp();
  return one(request, workspace);
}

const byName = (organization: string, name: string) => (each: HcpWorkspaceState) =>
  each.organization === organization && each.name === name;
const byId = (id: string) => (each: HcpWorkspaceState) => each.id === id;

export const workspaceRoutes: readonly Route[] = [
  { method: 'GET', path: '/account/details', handle: ({ person }) => ok(userResource(person)) },
  {
    method: 'GET',
    path: '/users/:',
    handle: ({ world }, id) => {
      const found = world.people.find((each) => each.id === id);
      return found === undefined ? notFound() : ok(userResource(found));
    },
  },
  {
    method: 'GET',
    path: '/organizations',
    handle: (request) =>
      page(request, request.person.listsNothing ? [] : request.world.organizations, organizationResource),
  },
  {
    method: 'GET',
    path: '/organizations/:',
    handle: ({ world }, name) => (world.organizations.includes(name!) ? ok(organizationResource(name!)) : notFound()),
  },
  {
    // https://developer.hashicorp.com/terraform/cloud-docs/api-docs/organizations#show-the-entitlement-set
    method: 'GET',
    path: '/organizations/:/entitlement-set',
    handle: ({ world }, name) =>
      world.organizations.includes(name!)
        ? ok({
            id: `org-${name}`,
            type: 'entitlement-sets',
            attributes: {
              operations: true,
              'state-storage': true,
              'private-module-registry': true,
              'vcs-integrations': true,
            },
          })
        : notFound(),
  },
  {
    method: 'GET',
    path: '/organizations/:/workspaces',
    handle: (request, organization) => {
      if (!request.world.organizations.includes(organization!)) return notFound();
      const all = request.world.workspaces.filter(
        (each) => each.organization === organization && sees(request.person, each),
      );
      const shown: HcpWorkspaceState[] = [];
      const reply = page(request, all, (each) => {
        shown.push(each);
        return workspaceResource(each, request.person);
      });
      return request.query.has('include')
        ? { ...reply, body: { ...(reply.body as object), included: included(request, shown) } }
        : reply;
    },
  },
  {
    method: 'POST',
    path: '/organizations/:/workspaces',
    handle: (request, organization) => {
      const { name } = request.attributes;
      if (!request.world.organizations.includes(organization!)) return notFound();
      if (typeof name !== 'string' || request.world.workspaces.some(byName(organization!, name))) {
        return refusal(422, 'invalid attribute', 'Name has already been taken');
      }
      const made = request.world.addWorkspace(name, { organization: organization! });
      return { ...change(request, made), status: 201 };
    },
  },
  {
    method: 'GET',
    path: '/organizations/:/workspaces/:',
    handle: (request, organization, name) => one(request, visible(request, byName(organization!, name!))),
  },
  {
    method: 'PATCH',
    path: '/organizations/:/workspaces/:',
    handle: (request, organization, name) => change(request, visible(request, byName(organization!, name!))),
  },
  { method: 'GET', path: '/workspaces/:', handle: (request, id) => one(request, visible(request, byId(id!))) },
  { method: 'PATCH', path: '/workspaces/:', handle: (request, id) => change(request, visible(request, byId(id!))) },
  {
    method: 'GET',
    path: '/workspaces/:/runs',
    handle: (request, id) => {
      const workspace = visible(request, byId(id!));
      return workspace === undefined
        ? notFound()
        : page(request, workspace.runs.toReversed(), (run) => runResource(run, workspace.id));
    },
  },
  {
    method: 'GET',
    path: '/runs/:',
    handle: (request, id) => {
      const workspace = visible(request, ({ runs }) => runs.some((run) => run.id === id));
      const run = workspace?.runs.find((each) => each.id === id);
      return workspace === undefined || run === undefined ? notFound() : ok(runResource(run, workspace.id));
    },
  },
];
