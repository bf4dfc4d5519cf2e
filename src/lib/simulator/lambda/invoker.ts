import type { Region } from '../kernel/region.ts';
import { drawVersion } from './aliases.ts';
import type { EnvironmentPool } from './environment-pool.ts';
import { notFound, throttled } from './errors.ts';
import type { EnvironmentResult, LogLine } from './execution-environment.ts';
import { type Alias, type Deployment, findVersion, type LambdaFunction } from './function-model.ts';
import type { FunctionStore } from './function-store.ts';
import { billedMs, invocationLines } from './invocation-log.ts';
import { type MetricTarget, recordInvocation, recordThrottle } from './invocation-metrics.ts';
import { type FunctionReference, functionArn, LATEST } from './names.ts';

export interface InvocationRequest {
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  readonly clientContext?: unknown;
}

export interface InvocationOutcome {
  readonly executedVersion: string;
  /** JSON text: the handler's result or its error. */
  readonly body: string;
  readonly failed: boolean;
  readonly lines: readonly LogLine[];
}

interface Target {
  readonly fn: LambdaFunction;
  readonly deployment: Deployment;
  readonly metrics: MetricTarget;
  /** The ARN as the handler's context shows it. */
  readonly arn: string;
}

/** Runs functions: picks the version, takes an environment, writes the logs and the metrics. */
export class Invoker {
  readonly #region: Region;
  readonly #store: FunctionStore;
  readonly #pool: EnvironmentPool;
  #inFlight = 0;

  constructor(region: Region, store: FunctionStore, pool: EnvironmentPool) {
    this.#region = region;
    this.#store = store;
    this.#pool = pool;
  }

  /**
   * Throws what the caller of Invoke sees: 404 (with `$LATEST` where no qualifier was given), 409 while the version
   * is pending, failed, or inactive (which begins to come back by it), 429 above the reserved concurrency.
   */
  check(reference: FunctionReference): void {
    this.#resolve(reference, (alias) => alias.functionVersion);
  }

  /** One synchronous invocation; function errors are outcomes. Throws as `check` does. */
  async invoke(reference: FunctionReference, request: InvocationRequest): Promise<InvocationOutcome> {
    const target = this.#resolve(reference, (alias) => drawVersion(alias, () => this.#region.random()));
    const { fn, deployment } = target;
    const reserved = fn.reservedConcurrency;
    if (reserved !== undefined && fn.inFlight >= reserved) {
      recordThrottle(this.#region.metrics, target.metrics, this.#region.clock.now());
      throw throttled();
    }
    fn.inFlight++;
    this.#inFlight++;
    try {
      return await this.#region.clock.track(this.#run(target, deployment, request));
    } finally {
      fn.inFlight--;
      this.#inFlight--;
    }
  }

  async #run(target: Target, deployment: Deployment, request: InvocationRequest): Promise<InvocationOutcome> {
    const { clock, metrics, logs, billing } = this.#region;
    const { settings, version } = deployment;
    const concurrency = target.fn.inFlight;
    const accountConcurrency = this.#inFlight;
    const record = (at: number, durationMs: number, failed: boolean) =>
      recordInvocation(metrics, target.metrics, { at, durationMs, failed, concurrency, accountConcurrency });
    if (settings.Runtime?.startsWith('nodejs') !== true) {
      record(clock.now(), 0, true);
      billing.count('lambda-requests', target.fn.name);
      return unsupportedRuntime(deployment);
    }
    const environment = await this.#pool.acquire(deployment).catch((cause: unknown) => {
      throw this.#pool.closed ? notFound(`Function not found: ${target.arn}`) : cause;
    });
    const startedAt = clock.now();
    let result: EnvironmentResult;
    try {
      const { requestId, payload, clientContext } = request;
      result = await environment.invoke({ requestId, payload, clientContext, functionArn: target.arn });
    } finally {
      this.#pool.release(environment);
    }
    // The region was forgotten while the handler ran, and the function with it: what the handler was killed with is no result.
    if (this.#pool.closed) throw notFound(`Function not found: ${target.arn}`);
    const { requestId } = request;
    const lines = invocationLines({ requestId, version, settings, startedAt, endedAt: clock.now(), result });
    logs.write(settings.LoggingConfig.LogGroup, environment.logStream, lines);
    record(startedAt, result.durationMs, result.failed);
    billing.tally('lambda-requests', target.fn.name).add(1, startedAt);
    const gbSeconds = (billedMs(result) / 1000) * (settings.MemorySize / 1024);
    const quantity = settings.Architectures[0] === 'arm64' ? 'lambda-gb-seconds-arm' : 'lambda-gb-seconds';
    billing.tally(quantity, target.fn.name).add(gbSeconds, startedAt);
    return { executedVersion: version, body: result.body, failed: result.failed, lines };
  }

  #resolve({ name, qualifier }: FunctionReference, choose: (alias: Alias) => string): Target {
    const fn = this.#store.find(name);
    const missing = () => notFound(`Function not found: ${functionArn(this.#region, name, qualifier ?? LATEST)}`);
    if (fn === undefined) throw missing();
    const alias = qualifier === undefined ? undefined : fn.aliases.get(qualifier);
    const number = alias === undefined ? qualifier : choose(alias);
    const version = findVersion(fn, number);
    if (version === undefined) throw missing();
    this.#store.requireActive(fn, version);
    const named = qualifier === LATEST ? undefined : qualifier;
    return {
      fn,
      deployment: version === fn.latest ? fn.serving : version.deployment,
      metrics: {
        functionName: name,
        qualifier: named,
        aliasVersion: alias === undefined ? undefined : (number ?? LATEST),
      },
      arn: functionArn(this.#region, name, qualifier),
    };
  }
}

/** Functions of other runtimes exist for the API only. */
function unsupportedRuntime({ settings, version }: Deployment): InvocationOutcome {
  const errorMessage = `The simulator runs Node.js functions only; ${settings.Runtime ?? 'no runtime'} cannot be invoked.`;
  const body = JSON.stringify({ errorType: 'Simulator.UnsupportedRuntime', errorMessage });
  return { executedVersion: version, body, failed: true, lines: [] };
}
