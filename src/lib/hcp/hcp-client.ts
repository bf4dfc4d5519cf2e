import { ForeignAnswer } from '../aws/foreign-answer.ts';
import { closest } from '../errors/closest.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import type { HcpAccess } from './hcp-access.ts';
import { forbidden, notHcp, unanswered, unseen } from './hcp-errors.ts';
import { type HcpAnswer, type HcpCall, type HcpSetup, HcpTransport } from './hcp-transport.ts';
import { type JsonApiDocument, type Resource, textOf } from './json-api.ts';
import { type HcpStateVersion, readStateVersion } from './state-version.ts';
import { type HcpVariable, readVariable, type VariableInput } from './variable.ts';
import { type HcpVariableSet, readVariableSet } from './variable-set.ts';
import { type HcpWorkspace, readWorkspace, WORKSPACE_INCLUDES } from './workspace.ts';

const WORKSPACES = ['workspaces', 'locked'] as const;
const VARIABLES = ['vars', 'key'] as const;
const USERS = ['users', 'username'] as const;

/** A user as far as others see it. */
export interface HcpUser {
  readonly id: string;
  /** Null where the server does not say. */
  readonly name: string | null;
}

/** What a lock or unlock came to; not done when the lock is not as it was thought to be, with the server's words. */
export type LockAnswer =
  | { readonly done: true; readonly workspace: HcpWorkspace }
  | { readonly done: false; readonly said: string };

/**
 * The part of the HCP Terraform API that cvops uses. All methods throw CvopsError: `HcpTokenRefused`, `AccessDenied`,
 * `HcpUnreachable`, `NotHcpTerraform` (4), `WorkspaceNotFound`, `OrganizationNotFound`, `HcpNotFound` (5), `Throttled`,
 * `HcpUnavailable`, `HcpBroken`, `HcpRefused` (1).
 * https://developer.hashicorp.com/terraform/cloud-docs/api-docs
 */
export class HcpClient {
  readonly access: HcpAccess;
  readonly #transport: HcpTransport;

  constructor(setup: HcpSetup) {
    this.access = setup.access;
    this.#transport = new HcpTransport(setup);
  }

  /** Whose token it is; for a team's or an organisation's, its service account. */
  async account(): Promise<HcpUser> {
    return readUser(await this.#one({ method: 'GET', path: '/account/details', what: 'the account', holds: USERS }));
  }

  /** Null where the token may not see the user. */
  async user(id: string): Promise<HcpUser | null> {
    const path = `/users/${encodeURIComponent(id)}`;
    const answer = await this.#transport.send({
      method: 'GET',
      path,
      what: `user "${id}"`,
      holds: USERS,
      expect: [404],
    });
    const [user] = answer.document.data;
    return user === undefined ? null : readUser(user);
  }

  /** Names of the organisations that the token may see; none for a token of a team. */
  async organizations(): Promise<readonly string[]> {
    const { data } = await this.#transport.list({ method: 'GET', path: '/organizations', what: 'the organisations' });
    return data.map((each) => textOf(each, 'name') ?? each.id);
  }

  /** All workspaces of the organisation, with holder of the lock, current run and current state. */
  async workspaces(): Promise<readonly HcpWorkspace[]> {
    const { organization } = this.access;
    const query = { include: WORKSPACE_INCLUDES };
    const path = `${this.#organizationPath}/workspaces`;
    const what = `organisation "${organization}"`;
    const document = await this.#transport
      .list({ method: 'GET', path, query, what, holds: WORKSPACES })
      .catch((cause) => this.#explainMissing(cause));
    return document.data.map((each) => readWorkspace(each, document));
  }

  /** @throws CvopsError `WorkspaceNotFound` with the closest name, `OrganizationNotFound` with the closest of those. */
  async workspace(name: string): Promise<HcpWorkspace> {
    const what = workspaceWords(name);
    const path = `${this.#organizationPath}/workspaces/${encodeURIComponent(name)}`;
    const query = { include: WORKSPACE_INCLUDES };
    const answer = await this.#transport.send({ method: 'GET', path, query, what, holds: WORKSPACES, expect: [404] });
    if (answer.status !== 404) return readWorkspace(this.#only(answer, { method: 'GET', path, what }), answer.document);
    // Which of the two is missing is told by the list; where the organisation cannot be seen, it says so.
    const names = (await this.workspaces()).map((each) => each.name);
    const near = closest(name, names);
    const hint =
      near === undefined
        ? `workspaces of "${this.access.organization}": ${names.slice(0, 10).join(', ') || 'none'};`
        : `did you mean "${near}"?`;
    throw unseen(this.access, `${what} of organisation "${this.access.organization}"`, 'WorkspaceNotFound', hint);
  }

  /** Takes the lock; not when somebody holds it, whoever it is. */
  lock(workspace: HcpWorkspace, reason: string): Promise<LockAnswer> {
    return this.#lockAction(workspace, 'lock', { reason });
  }

  /** Gives the lock back that the token's own user holds. */
  unlock(workspace: HcpWorkspace): Promise<LockAnswer> {
    return this.#lockAction(workspace, 'unlock');
  }

  /** Takes the lock from whoever holds it; needs admin access to the workspace. */
  forceUnlock(workspace: HcpWorkspace): Promise<LockAnswer> {
    return this.#lockAction(workspace, 'force-unlock');
  }

  /** The last state versions, the newest first. */
  async stateVersions(workspace: string, limit: number): Promise<readonly HcpStateVersion[]> {
    const query = {
      'filter[organization][name]': this.access.organization,
      'filter[workspace][name]': workspace,
      'page[size]': limit,
    };
    const what = `states of ${workspaceWords(workspace)}`;
    const { document } = await this.#transport.send({
      method: 'GET',
      path: '/state-versions',
      query,
      what,
      holds: ['state-versions', 'serial'],
    });
    return document.data.map(readStateVersion);
  }

  async variables(workspace: HcpWorkspace): Promise<readonly HcpVariable[]> {
    const what = `variables of ${workspaceWords(workspace.name)}`;
    const { document } = await this.#transport.send({
      method: 'GET',
      path: variablesPath(workspace),
      what,
      holds: VARIABLES,
    });
    return document.data.map(readVariable);
  }

  /** The sets whose variables reach the workspace: global ones, those of its project, and its own. */
  async variableSets(workspace: HcpWorkspace): Promise<readonly HcpVariableSet[]> {
    const path = `/workspaces/${encodeURIComponent(workspace.id)}/varsets`;
    const what = `variable sets of ${workspaceWords(workspace.name)}`;
    return (await this.#transport.list({ method: 'GET', path, what, holds: ['varsets', 'name'] })).data.map(
      readVariableSet,
    );
  }

  async variablesOfSet({ id, name }: HcpVariableSet): Promise<readonly HcpVariable[]> {
    const path = `/varsets/${encodeURIComponent(id)}/relationships/vars`;
    const what = `variables of variable set "${name}"`;
    return (await this.#transport.send({ method: 'GET', path, what, holds: VARIABLES })).document.data.map(
      readVariable,
    );
  }

  /**
   * Creates the variable, or updates the one with its key and category.
   * A key that is there is answered with 422, which says nothing of which one it is: the list does.
   */
  async putVariable(
    workspace: HcpWorkspace,
    input: VariableInput,
  ): Promise<{ readonly created: boolean; readonly variable: HcpVariable }> {
    const call: HcpCall = {
      method: 'POST',
      path: variablesPath(workspace),
      what: `variable "${input.key}" of ${workspaceWords(workspace.name)}`,
      body: { data: { type: 'vars', attributes: input } },
      secrets: [input.value],
      holds: VARIABLES,
    };
    const answer = await this.#transport.send({ ...call, expect: [422] });
    if (answer.status !== 422) return { created: true, variable: readVariable(this.#only(answer, call)) };
    const there = (await this.variables(workspace)).find(
      ({ key, category }) => key === input.key && category === input.category,
    );
    if (there === undefined) throw unanswered(this.access, call, 422, answer.document.errors);
    // What is sensitive stays so: HCP Terraform refuses to lift that.
    const attributes = { ...input, sensitive: input.sensitive || there.sensitive };
    const variable = await this.#one({
      ...call,
      method: 'PATCH',
      path: `${variablesPath(workspace)}/${encodeURIComponent(there.id)}`,
      body: { data: { type: 'vars', id: there.id, attributes } },
    });
    return { created: false, variable: readVariable(variable) };
  }

  get #organizationPath(): string {
    return `/organizations/${encodeURIComponent(this.access.organization)}`;
  }

  async #lockAction(workspace: HcpWorkspace, action: string, body?: object): Promise<LockAnswer> {
    const what = workspaceWords(workspace.name);
    const call: HcpCall = {
      method: 'POST',
      path: `/workspaces/${encodeURIComponent(workspace.id)}/actions/${action}`,
      what,
      ...(body === undefined ? {} : { body }),
      holds: WORKSPACES,
      expect: [404, 409],
    };
    const answer = await this.#transport.send(call);
    const { status, document } = answer;
    // It was seen a moment ago: what is missing is the permission.
    if (status === 404) throw forbidden(this.access, what, `${action.replace('-', ' ')} it`);
    if (status === 409) return { done: false, said: document.errors.join('; ') };
    return { done: true, workspace: readWorkspace(this.#only(answer, call), document) };
  }

  async #one(call: HcpCall): Promise<Resource> {
    return this.#only(await this.#transport.send(call), call);
  }

  #only({ status, document }: HcpAnswer, call: HcpCall): Resource {
    const [first] = document.data;
    if (first !== undefined) return first;
    throw notHcp(this.access, call, new ForeignAnswer({ statusCode: status, headers: {} }, ', without data'));
  }

  /** Says of an organisation that is not there which names are near. */
  async #explainMissing(cause: unknown): Promise<JsonApiDocument> {
    if (!(cause instanceof CvopsError) || cause.code !== 'HcpNotFound') throw cause;
    const { organization } = this.access;
    const names = await this.organizations().catch(() => []);
    const near = closest(organization, names);
    const hint =
      near !== undefined
        ? `did you mean "${near}"?`
        : names.length === 0
          ? undefined
          : `it may see: ${names.slice(0, 10).join(', ')};`;
    throw unseen(this.access, `organisation "${organization}"`, 'OrganizationNotFound', hint);
  }
}

function variablesPath({ id }: HcpWorkspace): string {
  return `/workspaces/${encodeURIComponent(id)}/vars`;
}

function workspaceWords(name: string): string {
  return `workspace "${name}"`;
}

function readUser(resource: Resource): HcpUser {
  return { id: resource.id, name: textOf(resource, 'username') };
}
