import type { Clock } from '../kernel/clock.ts';
import type { InvokePort, Region } from '../kernel/region.ts';
import type { Operation, Service } from '../kernel/service.ts';
import { aliasOperations } from './aliases.ts';
import { AsynchronousInvocations } from './asynchronous-invocations.ts';
import { EnvironmentPool } from './environment-pool.ts';
import { functionOperations } from './function-operations.ts';
import type { FunctionSteering } from './function-states.ts';
import { FunctionStore } from './function-store.ts';
import { invokeOperation } from './invoke-operation.ts';
import { Invoker } from './invoker.ts';
import { EventSourceMappings } from './mapping-operations.ts';
import { readReference } from './names.ts';
import { provisionedConcurrencyOperations } from './provisioned-concurrency.ts';
import { resourceOperations } from './resource-operations.ts';
import { LAMBDA_ROUTES, TRAIL_NAMES } from './routes.ts';
import { LAMBDA_SHAPES } from './shapes.ts';

/** What tests and the sandbox may set; AWS promises none of these numbers. */
export interface LambdaOptions {
  /** Simulated ms from Pending to Active. */
  readonly creationMs?: number;
  /** Simulated ms of an update of code or configuration. */
  readonly updateMs?: number;
  /** Simulated ms that a change of an event source mapping takes. */
  readonly mappingMs?: number;
  /** Simulated ms until provisioned concurrency is allocated; AWS tells of a minute or two. */
  readonly provisioningMs?: number;
  /** Execution environments of the region at most. */
  readonly environments?: number;
  /** Simulated ms after which an idle execution environment is thrown away. */
  readonly idleMs?: number;
}

/** Lambda: functions, versions, aliases and mappings, running real handler code in worker threads. */
export class Lambda implements Service {
  readonly id = 'lambda';
  readonly shapes = LAMBDA_SHAPES;
  readonly routes = LAMBDA_ROUTES;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly port: InvokePort;
  readonly #store: FunctionStore;
  readonly #pool: EnvironmentPool;
  readonly #events: AsynchronousInvocations;
  readonly #mappings: EventSourceMappings;

  constructor(region: Region, options: LambdaOptions = {}) {
    const {
      creationMs = 100,
      updateMs = 100,
      mappingMs = 100,
      provisioningMs = 60_000,
      environments = 10,
      idleMs = 600_000,
    } = options;
    const host = {
      region: region.name,
      get endpoint() {
        return region.endpoint;
      },
      now: () => region.clock.now(),
      rate: () => rateOf(region.clock),
    };
    this.#pool = new EnvironmentPool(host, environments, idleMs, () => region.uuid());
    const delays = { creation: creationMs, update: updateMs, provisioning: provisioningMs };
    const store = new FunctionStore(region, delays, (deployment) => this.#pool.retire(deployment));
    this.#store = store;
    const invoker = new Invoker(region, store, this.#pool);
    this.#events = new AsynchronousInvocations(region, store, invoker);
    this.#mappings = new EventSourceMappings(region, store, invoker, mappingMs);
    this.operations = {
      ...functionOperations(region, store),
      ...aliasOperations(region, store),
      ...provisionedConcurrencyOperations(region, store),
      ...resourceOperations(region, store, (uuid) => this.#mappings.tags(uuid)),
      ...this.#mappings.operations,
      Invoke: invokeOperation(region, invoker, this.#events),
    };
    this.port = {
      invokeAsync: (functionArn, payload) => {
        const reference = readReference(region, functionArn);
        this.#events.enqueue(reference, JSON.stringify(payload) ?? 'null', region.uuid());
      },
    };
  }

  trailName(operation: string): string | undefined {
    return TRAIL_NAMES[operation];
  }

  /** Brings about in a function what AWS does by itself. Answers false when there is no such function or version. */
  steer(functionName: string, steering: FunctionSteering): boolean {
    return this.#store.steer(functionName, steering);
  }

  /** Kills every handler; resolves when all workers are gone. */
  async close(): Promise<void> {
    this.#events.close();
    this.#mappings.close();
    await this.#pool.close();
  }
}

/** A clock that does not tell its speed runs as the wall clock does. */
function rateOf(clock: Clock): number {
  return 'rate' in clock && typeof clock.rate === 'number' ? clock.rate : 1;
}
