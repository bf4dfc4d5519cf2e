import { createHash, randomBytes } from 'node:crypto';

/** Whose token it is, and what it may do. */
export interface HcpPerson {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  /** A team's token acts as a service account. */
  readonly team?: boolean;
  /** May force locks open. */
  readonly admin?: boolean;
  /** Names of workspaces that it sees; all without it. Others are answered with 404. */
  readonly sees?: readonly string[];
  /** May not list organisations, as a team's token may not. */
  readonly listsNothing?: boolean;
}

export interface HcpRunState {
  readonly id: string;
  status: string;
  readonly message: string;
  readonly createdAt: string;
}

export interface HcpVar {
  readonly id: string;
  readonly createdAt: string;
  key: string;
  value: string;
  category: string;
  sensitive: boolean;
  hcl: boolean;
  description: string;
  versionId: string;
}

/** A variable set of the organisation; without `projectOwned` the organisation owns it. */
export interface HcpSet {
  readonly id: string;
  readonly name: string;
  readonly organization: string;
  readonly global: boolean;
  readonly priority: boolean;
  readonly projectOwned: boolean;
  /** Names of the workspaces that it is attached to. */
  readonly workspaces: readonly string[];
  /** Names of the workspaces of the project that it is attached to. */
  readonly projectWorkspaces: readonly string[];
  readonly updatedAt: string;
  readonly vars: HcpVar[];
}

export interface HcpState {
  readonly id: string;
  readonly serial: number;
  readonly lineage: string;
  readonly md5: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly run: string | null;
  readonly terraformVersion: string;
  /** For the URLs that need no token. */
  readonly secret: string;
  content: Buffer | null;
}

export interface HcpWorkspaceState {
  readonly id: string;
  readonly name: string;
  readonly organization: string;
  readonly createdAt: string;
  updatedAt: string;
  executionMode: string;
  autoApply: boolean;
  terraformVersion: string;
  lock: { readonly type: 'users' | 'teams' | 'runs'; readonly id: string; readonly reason: string } | null;
  readonly vars: HcpVar[];
  readonly states: HcpState[];
  readonly runs: HcpRunState[];
}

/** What the test server knows: organisations, people, workspaces. Tests look into it and change it. */
export class HcpWorld {
  readonly organizations: string[];
  readonly people: HcpPerson[];
  readonly workspaces: HcpWorkspaceState[] = [];
  readonly sets: HcpSet[] = [];
  readonly #now: () => number;

  constructor(organizations: readonly string[], people: readonly HcpPerson[], now: () => number) {
    this.organizations = [...organizations];
    this.people = [...people];
    this.#now = now;
  }

  timestamp(): string {
    return new Date(this.#now()).toISOString();
  }

  addWorkspace(name: string, settings: Partial<HcpWorkspaceState> = {}): HcpWorkspaceState {
    const createdAt = this.timestamp();
    const workspace: HcpWorkspaceState = {
      id: newId('ws'),
      name,
      organization: this.organizations[0]!,
      createdAt,
      updatedAt: createdAt,
      executionMode: 'local',
      autoApply: false,
      terraformVersion: '1.11.4',
      lock: null,
      vars: [],
      states: [],
      runs: [],
      ...settings,
    };
    this.workspaces.push(workspace);
    return workspace;
  }

  workspace(name: string): HcpWorkspaceState {
    return this.workspaces.find((each) => each.name === name)!;
  }

  /** A run that holds the lock, as one that plans or applies does. */
  startRun(workspace: HcpWorkspaceState, status = 'applying', message = 'Triggered via CLI'): HcpRunState {
    const run = { id: newId('run'), status, message, createdAt: this.timestamp() };
    workspace.runs.push(run);
    workspace.lock = { type: 'runs', id: run.id, reason: 'Locked by run' };
    return run;
  }

  addState(workspace: HcpWorkspaceState, state: Partial<HcpState> & { readonly createdBy: string }): HcpState {
    const made: HcpState = {
      id: newId('sv'),
      serial: (workspace.states.at(-1)?.serial ?? 0) + 1,
      lineage: workspace.states.at(-1)?.lineage ?? 'c0ffee00-0000-4000-8000-000000000000',
      md5: '',
      createdAt: this.timestamp(),
      run: null,
      terraformVersion: workspace.terraformVersion,
      secret: randomBytes(16).toString('hex'),
      content: null,
      ...state,
    };
    workspace.states.push(made);
    return made;
  }

  addSet(name: string, settings: Partial<HcpSet> = {}): HcpSet {
    const set: HcpSet = {
      id: newId('varset'),
      name,
      organization: this.organizations[0]!,
      global: false,
      priority: false,
      projectOwned: false,
      workspaces: [],
      projectWorkspaces: [],
      updatedAt: this.timestamp(),
      vars: [],
      ...settings,
    };
    this.sets.push(set);
    return set;
  }

  /** The sets whose variables reach a workspace. */
  setsOf({ name, organization }: HcpWorkspaceState): readonly HcpSet[] {
    return this.sets.filter(
      (set) =>
        set.organization === organization &&
        (set.global || [...set.workspaces, ...set.projectWorkspaces].includes(name)),
    );
  }

  addVar(holder: Pick<HcpWorkspaceState, 'vars'>, key: string, settings: Partial<HcpVar> = {}): HcpVar {
    const made: HcpVar = {
      id: newId('var'),
      createdAt: this.timestamp(),
      key,
      value: '',
      category: 'env',
      sensitive: false,
      hcl: false,
      description: '',
      versionId: newVersionId(),
      ...settings,
    };
    holder.vars.push(made);
    return made;
  }
}

/** The last state that arrived whole. */
export function currentState({ states }: HcpWorkspaceState): HcpState | undefined {
  return states.findLast(({ content }) => content !== null);
}

/** Instances of managed resources in the current state. */
export function resourceCount(workspace: HcpWorkspaceState): number {
  const content = currentState(workspace)?.content;
  if (content === null || content === undefined) return 0;
  const { resources = [] } = JSON.parse(content.toString('utf8')) as {
    resources?: readonly { mode: string; instances: readonly unknown[] }[];
  };
  return resources.filter(({ mode }) => mode === 'managed').reduce((sum, { instances }) => sum + instances.length, 0);
}

export function md5(content: Buffer): string {
  return createHash('md5').update(content).digest('hex');
}

export function newVersionId(): string {
  return randomBytes(20).toString('hex');
}

function newId(kind: string): string {
  return `${kind}-${randomBytes(12).toString('base64url').replace(/[-_]/g, 'x')}`;
}
