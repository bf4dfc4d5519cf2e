import { join } from 'node:path';
import type { Region } from '../kernel/region.ts';
import type { Input } from '../kernel/service.ts';
import { CodeStore } from './code-package.ts';
import { conflict, invalidParameter, notFound, revisionMismatch } from './errors.ts';
import {
  type Deployment,
  type FunctionVersion,
  findVersion,
  fingerprint,
  type LambdaFunction,
  type PolicyStatement,
} from './function-model.ts';
import {
  awaken,
  becomeActive,
  CREATING,
  type FunctionSteering,
  notReady,
  obey,
  RESTORING,
  withOptimization,
  wrongState,
} from './function-states.ts';
import { type FunctionReference, functionArn, LATEST } from './names.ts';
import { changedSettings, newSettings } from './settings.ts';

/** How long the transitions take, in simulated ms; AWS needs seconds, and promises nothing. */
export interface FunctionDelays {
  /** Pending → Active. */
  readonly creation: number;
  /** LastUpdateStatus InProgress → Successful. */
  readonly update: number;
  /** Provisioned concurrency IN_PROGRESS → READY. */
  readonly provisioning: number;
}

/** What of a function to change with UpdateFunctionCode or UpdateFunctionConfiguration. */
type Change = (current: Deployment) => Deployment;

/** The functions of one region, their versions, and the state machine of both. */
export class FunctionStore {
  readonly #region: Region;
  readonly #delays: FunctionDelays;
  readonly #retire: (deployment: Deployment) => void;
  readonly #functions = new Map<string, LambdaFunction>();
  readonly #code: CodeStore;

  /** @param retire told of each deployment that no invocation will start on again. */
  constructor(region: Region, delays: FunctionDelays, retire: (deployment: Deployment) => void) {
    this.#region = region;
    this.#delays = delays;
    this.#retire = retire;
    this.#code = new CodeStore(() => join(region.folder, 'lambda'));
  }

  get all(): readonly LambdaFunction[] {
    return [...this.#functions.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): LambdaFunction | undefined {
    return this.#functions.get(name);
  }

  /** Throws the 404 of most operations, which names the qualifier only where one was given. */
  require({ name, qualifier }: FunctionReference): LambdaFunction {
    const fn = this.#functions.get(name);
    if (fn === undefined) throw notFound(`Function not found: ${functionArn(this.#region, name, qualifier)}`);
    return fn;
  }

  /** The version that a reference means: `$LATEST`, a number, or an alias's primary version. */
  requireVersion(reference: FunctionReference): { fn: LambdaFunction; version: FunctionVersion } {
    const fn = this.require(reference);
    const alias = reference.qualifier === undefined ? undefined : fn.aliases.get(reference.qualifier);
    const version = findVersion(fn, alias?.functionVersion ?? reference.qualifier);
    if (version === undefined) {
      throw notFound(`Function not found: ${functionArn(this.#region, fn.name, reference.qualifier)}`);
    }
    return { fn, version };
  }

  /** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
  create(name: string, input: Input): LambdaFunction {
    const settings = newSettings(name, input);
    if (this.#functions.has(name)) throw conflict(`Function already exist: ${name}`);
    const deployment: Deployment = { functionName: name, version: LATEST, settings, code: this.#readCode(input.Code) };
    const now = this.#region.clock.now();
    const fn: LambdaFunction = {
      name,
      latest: {
        deployment,
        revisionId: this.#region.uuid(),
        lastModified: now,
        state: 'Pending',
        stateReason: CREATING,
        idle: undefined,
        lastUpdate: undefined,
        lastUpdateReason: undefined,
      },
      serving: deployment,
      versions: new Map(),
      nextVersion: 1,
      published: undefined,
      aliases: new Map(),
      policies: new Map(),
      eventInvoke: new Map(),
      tags: new Map(Object.entries(input.Tags ?? {})),
      provisioned: new Map(),
      orders: {},
      reservedConcurrency: undefined,
      inFlight: 0,
    };
    this.#functions.set(name, fn);
    this.#after(this.#delays.creation, fn, () => {
      becomeActive(fn.latest);
      this.#newRevision(fn.latest);
    });
    if (input.Publish === true) this.#addVersion(fn, undefined);
    return fn;
  }

  /** Refuses a stale RevisionId with 412. */
  checkRevision(fn: LambdaFunction, revisionId: unknown): void {
    if (revisionId !== undefined && revisionId !== fn.latest.revisionId) throw revisionMismatch();
  }

  /** UpdateFunctionCode's deployment; what DryRun would have set. */
  withCode(fn: LambdaFunction, input: Input): Deployment {
    const code = this.#readCode(input);
    const current = fn.latest.deployment;
    const architectures = input.Architectures ?? current.settings.Architectures;
    return { ...current, code, settings: { ...current.settings, Architectures: architectures } };
  }

  updateCode(fn: LambdaFunction, input: Input): FunctionVersion {
    this.#update(fn, () => this.withCode(fn, input));
    if (input.Publish !== true) return fn.latest;
    return this.#unpublished(fn) ? this.#addVersion(fn, undefined) : fn.versions.get(fn.published!.version)!;
  }

  updateConfiguration(fn: LambdaFunction, input: Input): FunctionVersion {
    this.#update(fn, (current) => ({ ...current, settings: changedSettings(current.settings, input) }));
    return fn.latest;
  }

  /**
   * Publishes `$LATEST`, or answers the newest version when neither code nor configuration changed since
   * (https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html).
   */
  publish(fn: LambdaFunction, input: Input): FunctionVersion {
    this.#checkSettled(fn);
    const sha256 = fn.latest.deployment.code.sha256;
    if (input.CodeSha256 !== undefined && input.CodeSha256 !== '' && input.CodeSha256 !== sha256) {
      throw invalidParameter(
        `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${sha256}). Please try again with the CodeSHA256 in $LATEST.`,
      );
    }
    this.checkRevision(fn, input.RevisionId);
    if (!this.#unpublished(fn)) return fn.versions.get(fn.published!.version)!;
    return this.#addVersion(fn, input.Description);
  }

  /** Deletes the function with everything that belongs to it. */
  delete(fn: LambdaFunction): void {
    this.#functions.delete(fn.name);
    this.#retire(fn.latest.deployment);
    if (fn.serving !== fn.latest.deployment) this.#retire(fn.serving);
    for (const version of fn.versions.values()) this.#retire(version.deployment);
  }

  /** Deletes one version; unknown ones are deleted already. 409 while an alias references it. */
  deleteVersion(fn: LambdaFunction, number: string): void {
    const version = fn.versions.get(number);
    if (version === undefined) return;
    const names = [...fn.aliases.values()]
      .filter((alias) => alias.functionVersion === number || number in alias.weights)
      .map((alias) => alias.name);
    if (names.length > 0) {
      throw conflict(`Unable to delete version because the following aliases reference it: [${names.join(', ')}]`);
    }
    fn.versions.delete(number);
    fn.policies.delete(number);
    fn.provisioned.delete(number);
    this.#retire(version.deployment);
  }

  addStatement(fn: LambdaFunction, qualifier: string, statement: PolicyStatement): void {
    const policy = fn.policies.get(qualifier);
    if (policy?.statements.some((each) => each.Sid === statement.Sid) === true) {
      throw conflict(
        `The statement id (${statement.Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
      );
    }
    fn.policies.set(qualifier, {
      statements: [...(policy?.statements ?? []), statement],
      revisionId: this.#region.uuid(),
    });
  }

  /**
   * Refuses what cannot be run, in Invoke's words. What is inactive begins to come back by it.
   * https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
   */
  requireActive(fn: LambdaFunction, version: FunctionVersion): void {
    if (version.state === 'Active') return;
    const refusal = version.idle === undefined ? wrongState(version.state) : notReady(version.idle.reclaimed);
    if (version.state === 'Inactive') {
      version.state = 'Pending';
      version.stateReason = RESTORING;
      this.#after(this.#delays.creation, fn, () => version.idle && awaken(version, version.idle));
    }
    throw refusal;
  }

  /** What AWS does by itself, on order. Answers false for a function or version that does not exist. */
  steer(name: string, steering: FunctionSteering): boolean {
    const fn = this.#functions.get(name);
    const version = fn === undefined ? undefined : findVersion(fn, steering.qualifier);
    if (fn === undefined || version === undefined) return false;
    obey(fn, version, steering);
    return true;
  }

  /** Begins to allocate provisioned concurrency, anew when its alias has moved. */
  provision(fn: LambdaFunction, qualifier: string, requested: number): void {
    const now = this.#region.clock.now();
    fn.provisioned.set(qualifier, {
      requested,
      lastModified: now,
      readyAt: now + this.#delays.provisioning,
      failure: fn.orders.provisioningFails,
    });
  }

  #update(fn: LambdaFunction, change: Change): void {
    this.#checkSettled(fn);
    const { latest } = fn;
    latest.deployment = change(latest.deployment);
    latest.lastModified = this.#region.clock.now();
    latest.lastUpdate = 'InProgress';
    latest.lastUpdateReason = CREATING;
    this.#newRevision(latest);
    const failure = fn.orders.nextUpdateFails;
    fn.orders.nextUpdateFails = undefined;
    // Until the update is through, invocations still run the old deployment:
    // https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
    this.#after(this.#delays.update, fn, () => {
      latest.lastUpdate = failure === undefined ? 'Successful' : 'Failed';
      latest.lastUpdateReason = failure;
      this.#newRevision(latest);
      if (failure !== undefined) {
        latest.deployment = fn.serving;
        return;
      }
      const old = fn.serving;
      fn.serving = latest.deployment;
      this.#retire(old);
    });
  }

  #addVersion(fn: LambdaFunction, description: string | undefined): FunctionVersion {
    const { latest } = fn;
    const number = String(fn.nextVersion++);
    const settings =
      description === undefined
        ? latest.deployment.settings
        : { ...latest.deployment.settings, Description: description };
    const withSnapshot = settings.SnapStart.ApplyOn === 'PublishedVersions';
    const settled = latest.state !== 'Pending' && latest.lastUpdate !== 'InProgress';
    const ready = settled && !withSnapshot;
    const version: FunctionVersion = {
      deployment: { ...latest.deployment, version: number, settings },
      revisionId: this.#region.uuid(),
      lastModified: this.#region.clock.now(),
      state: ready ? 'Active' : 'Pending',
      stateReason: ready ? undefined : CREATING,
      idle: undefined,
      lastUpdate: ready ? 'Successful' : undefined,
      lastUpdateReason: undefined,
    };
    fn.versions.set(number, version);
    fn.published = { version: number, fingerprint: fingerprint(latest.deployment) };
    if (!ready) {
      this.#after(this.#delays.update, fn, () => {
        if (latest.lastUpdate === 'Failed') {
          version.state = 'Failed';
          version.stateReason = latest.lastUpdateReason;
          return;
        }
        becomeActive(version);
        if (withSnapshot) version.deployment = withOptimization(version.deployment);
      });
    }
    // Publishing changes the RevisionId of $LATEST too.
    if (settled) this.#newRevision(latest);
    return version;
  }

  #unpublished(fn: LambdaFunction): boolean {
    const newest = fn.published;
    if (newest === undefined || !fn.versions.has(newest.version)) return true;
    return newest.fingerprint !== fingerprint(fn.latest.deployment);
  }

  #checkSettled(fn: LambdaFunction): void {
    if (fn.latest.state === 'Pending' || fn.latest.state === 'Failed') throw wrongState(fn.latest.state);
    if (fn.latest.lastUpdate === 'InProgress') {
      throw conflict(
        `The operation cannot be performed at this time. An update is in progress for resource: ${functionArn(this.#region, fn.name)}`,
      );
    }
  }

  #readCode(code: Input) {
    if (code?.S3Bucket !== undefined) {
      throw invalidParameter('The simulator has no S3; send the package as ZipFile.');
    }
    if (typeof code?.ZipFile !== 'string') throw invalidParameter('Please provide a source for function code.');
    const added = this.#code.add(code.ZipFile);
    // CloudTrail leaves the archive out of the request, and so does the simulator's trail.
    delete code.ZipFile;
    return added;
  }

  #newRevision(version: FunctionVersion): void {
    version.revisionId = this.#region.uuid();
  }

  /** Runs after the delay unless the function was deleted meanwhile. */
  #after(ms: number, fn: LambdaFunction, run: () => void): void {
    this.#region.clock.schedule(this.#region.clock.now() + ms, () => {
      if (this.#functions.get(fn.name) === fn) run();
    });
  }
}
