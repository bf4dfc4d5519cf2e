import { type HcpReply, type HcpRequest, notFound, ok, page, type Route } from './request.ts';
import { setResource, setVariableResource } from './resources.ts';
import { visible } from './workspace-routes.ts';

/** The sets of one workspace: global ones, those of its project, and its own. */
function list(request: HcpRequest, id: string | undefined): HcpReply {
  const workspace = visible(request, (each) => each.id === id);
  if (workspace === undefined) return notFound();
  return page(request, request.world.setsOf(workspace), (each) => setResource(each, request.world));
}

/** All at once: the document knows no pages here. */
function variables({ world }: HcpRequest, id: string | undefined): HcpReply {
  const set = world.sets.find((each) => each.id === id);
  return set === undefined ? notFound() : ok(set.vars.map((each) => setVariableResource(each, set.id)));
}

/** https://developer.hashicorp.com/terraform/cloud-docs/api-docs/variable-sets */
export const variableSetRoutes: readonly Route[] = [
  { method: 'GET', path: '/workspaces/:/varsets', handle: list },
  { method: 'GET', path: '/varsets/:/relationships/vars', handle: variables },
];
