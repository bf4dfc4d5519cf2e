import { type HcpReply, type HcpRequest, notFound, ok, type Route, refusal } from './request.ts';
import { variableResource } from './resources.ts';
import { visible } from './workspace-routes.ts';
import { type HcpVar, type HcpWorkspaceState, newVersionId } from './world.ts';

/** What a request says of a variable; a 422 in words where it cannot be. */
function settings({ attributes }: HcpRequest): Partial<HcpVar> {
  const { key, value, category, sensitive, hcl, description } = attributes;
  return {
    ...(typeof key === 'string' ? { key } : {}),
    ...(typeof value === 'string' ? { value } : {}),
    ...(typeof category === 'string' ? { category } : {}),
    ...(typeof sensitive === 'boolean' ? { sensitive } : {}),
    ...(typeof hcl === 'boolean' ? { hcl } : {}),
    ...(typeof description === 'string' ? { description } : {}),
  };
}

function create(request: HcpRequest, workspace: HcpWorkspaceState): HcpReply {
  const { key = '', category = 'env', ...rest } = settings(request);
  if (key === '') return refusal(422, 'invalid attribute', "Key can't be blank");
  if (workspace.vars.some((each) => each.key === key && each.category === category)) {
    return refusal(422, 'invalid attribute', 'Key has already been taken');
  }
  const made = request.world.addVar(workspace, key, { category, ...rest });
  return { ...ok(variableResource(made, workspace.id)), status: 201 };
}

function update(request: HcpRequest, workspace: HcpWorkspaceState, variable: HcpVar): HcpReply {
  const wanted = settings(request);
  // https://developer.hashicorp.com/terraform/cloud-docs/workspaces/variables/managing-variables#sensitive-values
  if (variable.sensitive && wanted.sensitive === false) {
    return refusal(422, 'invalid attribute', 'Sensitive cannot be changed');
  }
  Object.assign(variable, wanted, { versionId: newVersionId() });
  return ok(variableResource(variable, workspace.id));
}

const within = (handle: (request: HcpRequest, workspace: HcpWorkspaceState, id: string) => HcpReply) => {
  return (request: HcpRequest, workspaceId: string | undefined, id: string | undefined) => {
    const workspace = visible(request, (each) => each.id === workspaceId);
    return workspace === undefined ? notFound() : handle(request, workspace, id ?? '');
  };
};

const onOne = (handle: (request: HcpRequest, workspace: HcpWorkspaceState, variable: HcpVar) => HcpReply) =>
  within((request, workspace, id) => {
    const variable = workspace.vars.find((each) => each.id === id);
    return variable === undefined ? notFound() : handle(request, workspace, variable);
  });

const list = within((_request, { id, vars }) => ok(vars.map((each) => variableResource(each, id))));

/** https://developer.hashicorp.com/terraform/cloud-docs/api-docs/workspace-variables */
export const variableRoutes: readonly Route[] = [
  { method: 'GET', path: '/workspaces/:/vars', handle: list },
  { method: 'GET', path: '/workspaces/:/all-vars', handle: list },
  { method: 'POST', path: '/workspaces/:/vars', handle: within(create) },
  {
    method: 'GET',
    path: '/workspaces/:/vars/:',
    handle: onOne((_request, { id }, variable) => ok(variableResource(variable, id))),
  },
  { method: 'PATCH', path: '/workspaces/:/vars/:', handle: onOne(update) },
  {
    method: 'DELETE',
    path: '/workspaces/:/vars/:',
    handle: onOne((_request, { vars }, variable) => {
      vars.splice(vars.indexOf(variable), 1);
      return { status: 204 };
    }),
  },
];
