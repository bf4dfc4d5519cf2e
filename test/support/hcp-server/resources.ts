import {
  currentState,
  type HcpPerson,
  type HcpRunState,
  type HcpSet,
  type HcpState,
  type HcpVar,
  type HcpWorkspaceState,
  type HcpWorld,
  resourceCount,
} from './world.ts';

/** What the world holds as JSON:API resources, with the names that HCP Terraform gives them. */

const identifier = (type: string, id: string | undefined | null) => ({
  data: id === undefined || id === null ? null : { id, type },
});

export function userResource({ id, name, team }: HcpPerson) {
  return {
    id,
    type: 'users',
    attributes: { username: name, 'is-service-account': team === true, 'avatar-url': null, 'v2-only': false },
  };
}

/** What of a team is seen by whoever looks at a lock that it holds. */
export function teamResource({ id, name }: HcpPerson) {
  return { id, type: 'teams', attributes: { name } };
}

export function organizationResource(name: string) {
  return {
    id: name,
    type: 'organizations',
    attributes: {
      name,
      email: 'ops@example.com',
      'default-execution-mode': 'local',
      'plan-identifier': 'free_standard',
    },
  };
}

export function workspaceResource(workspace: HcpWorkspaceState, person: HcpPerson) {
  const { id, name, lock } = workspace;
  const may = { 'can-lock': true, 'can-unlock': true, 'can-force-unlock': person.admin === true };
  return {
    id,
    type: 'workspaces',
    attributes: {
      name,
      'auto-apply': workspace.autoApply,
      'created-at': workspace.createdAt,
      'updated-at': workspace.updatedAt,
      environment: 'default',
      'execution-mode': workspace.executionMode,
      operations: workspace.executionMode !== 'local',
      locked: lock !== null,
      'locked-reason': lock?.reason ?? '',
      'resource-count': resourceCount(workspace),
      'terraform-version': workspace.terraformVersion,
      'working-directory': null,
      'vcs-repo': null,
      permissions: { 'can-update': true, 'can-queue-apply': true, 'can-create-state-versions': true, ...may },
    },
    relationships: {
      organization: identifier('organizations', workspace.organization),
      'locked-by': identifier(lock?.type ?? 'users', lock?.id),
      'current-run': identifier('runs', workspace.runs.at(-1)?.id),
      'current-state-version': identifier('state-versions', currentState(workspace)?.id),
    },
    links: { self: `/api/v2/organizations/${workspace.organization}/workspaces/${name}` },
  };
}

export function runResource({ id, status, message, createdAt }: HcpRunState, workspaceId: string) {
  return {
    id,
    type: 'runs',
    attributes: { status, message, 'created-at': createdAt, source: 'tfe-api', 'is-destroy': false },
    relationships: { workspace: identifier('workspaces', workspaceId) },
  };
}

export function variableResource(variable: HcpVar, workspaceId: string) {
  return {
    ...variableOf(variable),
    relationships: { configurable: identifier('workspaces', workspaceId) },
    links: { self: `/api/v2/workspaces/${workspaceId}/vars/${variable.id}` },
  };
}

export function setVariableResource(variable: HcpVar, setId: string) {
  return {
    ...variableOf(variable),
    relationships: { varset: identifier('varsets', setId) },
    links: { self: `/api/v2/varsets/${setId}/relationships/vars/${variable.id}` },
  };
}

/** https://developer.hashicorp.com/terraform/cloud-docs/api-docs/variable-sets#list-variable-sets */
export function setResource(set: HcpSet, world: HcpWorld) {
  const attached = world.workspaces.filter(({ name }) => set.workspaces.includes(name));
  const projects = set.projectWorkspaces.length > 0 ? [{ id: 'prj-of-the-tests', type: 'projects' }] : [];
  return {
    id: set.id,
    type: 'varsets',
    attributes: {
      name: set.name,
      description: '',
      global: set.global,
      priority: set.priority,
      'updated-at': set.updatedAt,
      'var-count': set.vars.length,
      'workspace-count': attached.length,
      'project-count': projects.length,
    },
    relationships: {
      organization: identifier('organizations', set.organization),
      vars: { data: set.vars.map(({ id }) => ({ id, type: 'vars' })) },
      workspaces: { data: attached.map(({ id }) => ({ id, type: 'workspaces' })) },
      projects: { data: projects },
      parent: set.projectOwned
        ? identifier('projects', 'prj-of-the-tests')
        : identifier('organizations', set.organization),
    },
  };
}

function variableOf(variable: HcpVar) {
  const { id, key, value, category, sensitive, hcl, description, createdAt, versionId } = variable;
  return {
    id,
    type: 'vars',
    attributes: {
      key,
      // What is sensitive is written and never read again.
      value: sensitive ? null : value,
      category,
      sensitive,
      hcl,
      description,
      'created-at': createdAt,
      'version-id': versionId,
    },
  };
}

/** @param origin of the server, for the URLs that content goes to and comes from */
export function stateResource(state: HcpState, workspaceId: string, origin: string) {
  const archive = `${origin}/_archivist/${state.id}/${state.secret}`;
  const isWhole = state.content !== null;
  return {
    id: state.id,
    type: 'state-versions',
    attributes: {
      'created-at': state.createdAt,
      serial: state.serial,
      size: state.content?.length ?? 0,
      status: isWhole ? 'finalized' : 'pending',
      'terraform-version': state.terraformVersion,
      'resources-processed': isWhole,
      'hosted-state-download-url': isWhole ? archive : null,
      'hosted-json-state-download-url': null,
      'hosted-state-upload-url': isWhole ? null : archive,
      'hosted-json-state-upload-url': isWhole ? null : `${archive}/json`,
      'vcs-commit-sha': null,
      'vcs-commit-url': null,
    },
    relationships: {
      run: identifier('runs', state.run),
      'created-by': identifier('users', state.createdBy),
      workspace: identifier('workspaces', workspaceId),
      outputs: { data: outputResources(state).map(({ id, type }) => ({ id, type })) },
    },
  };
}

/** @param revealed asked for one by one, the sensitive ones are shown, too */
export function outputResources(state: HcpState, revealed = false) {
  if (state.content === null) return [];
  const { outputs = {} } = JSON.parse(state.content.toString('utf8')) as {
    outputs?: Record<string, { value: unknown; type: unknown; sensitive?: boolean }>;
  };
  return Object.entries(outputs).map(([name, { value, type, sensitive = false }], i) => {
    const id = `wsout-${state.id.slice(3)}${i}`;
    return {
      id,
      type: 'state-version-outputs',
      attributes: {
        name,
        sensitive,
        type: typeof type === 'string' ? type : 'object',
        value: sensitive && !revealed ? null : value,
        'detailed-type': type,
      },
      links: { self: `/api/v2/state-version-outputs/${id}` },
    };
  });
}
