import { type EnvironmentHost, ExecutionEnvironment } from './execution-environment.ts';
import type { Deployment } from './function-model.ts';

interface Waiting {
  readonly deployment: Deployment;
  readonly resolve: (environment: ExecutionEnvironment) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The warm execution environments of a region. AWS starts as many as are needed; here a machine's few cores set the
 * limit, and invocations over it wait for a free one.
 */
export class EnvironmentPool {
  readonly #host: EnvironmentHost;
  readonly #limit: number;
  readonly #idleMs: number;
  readonly #random: () => string;
  readonly #all = new Set<ExecutionEnvironment>();
  readonly #idle = new Map<Deployment, ExecutionEnvironment[]>();
  readonly #retired = new WeakSet<Deployment>();
  #waiting: Waiting[] = [];
  #closed = false;

  /**
   * @param limit environments at most
   * @param idleMs idle longer than this (simulated ms), one is thrown away, and the next invocation starts cold; AWS names
   * no number
   * @param uuid makes the hexadecimal part of log stream names
   */
  constructor(host: EnvironmentHost, limit: number, idleMs: number, uuid: () => string) {
    this.#host = host;
    this.#limit = limit;
    this.#idleMs = idleMs;
    this.#random = uuid;
  }

  /** How many environments exist, busy ones included. */
  get size(): number {
    return this.#all.size;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** A warm environment, a new one, or the next that becomes free. Rejects when the pool closes. */
  acquire(deployment: Deployment): Promise<ExecutionEnvironment> {
    if (this.#closed) return Promise.reject(new Error('The simulator is closed.'));
    const warm = this.#takeIdle(deployment);
    if (warm !== undefined) return Promise.resolve(warm);
    if (this.#all.size < this.#limit || this.#evict()) return Promise.resolve(this.#start(deployment));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ deployment, resolve, reject });
    });
  }

  /** Gives an environment back after its invocation. */
  release(environment: ExecutionEnvironment): void {
    environment.lastUsed = this.#host.now();
    if (this.#closed || !environment.alive || this.#retired.has(environment.deployment)) this.#discard(environment);
    const next = this.#waiting.shift();
    if (next === undefined) {
      if (this.#all.has(environment)) this.#keep(environment);
    } else if (this.#all.has(environment) && next.deployment === environment.deployment) {
      next.resolve(environment);
    } else {
      if (this.#all.has(environment)) this.#discard(environment);
      next.resolve(this.#start(next.deployment));
    }
  }

  /** No invocation will start on this deployment again: its idle environments end now, busy ones after their work. */
  retire(deployment: Deployment): void {
    this.#retired.add(deployment);
    for (const environment of this.#idle.get(deployment) ?? []) this.#discard(environment);
    this.#idle.delete(deployment);
  }

  /** Kills all handlers. */
  async close(): Promise<void> {
    this.#closed = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) each.reject(new Error('The simulator is closed.'));
    const all = [...this.#all];
    this.#all.clear();
    this.#idle.clear();
    await Promise.all(all.map((environment) => environment.terminate()));
  }

  #start(deployment: Deployment): ExecutionEnvironment {
    const environment = new ExecutionEnvironment(this.#host, deployment, this.#logStream(deployment));
    this.#all.add(environment);
    return environment;
  }

  /**
   * `2026/11/23/[7]0f…`, in a log group of its own choice `2026/11/23/name[7][0f…]`.
   * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html
   */
  #logStream({ functionName, version, settings }: Deployment): string {
    const day = new Date(this.#host.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    const id = this.#random().replaceAll('-', '');
    const isOwn = settings.LoggingConfig.LogGroup === `/aws/lambda/${functionName}`;
    return isOwn ? `${day}/[${version}]${id}` : `${day}/${functionName}[${version}][${id}]`;
  }

  #takeIdle(deployment: Deployment): ExecutionEnvironment | undefined {
    const idle = this.#idle.get(deployment);
    const oldest = this.#host.now() - this.#idleMs;
    for (let environment = idle?.pop(); environment !== undefined; environment = idle?.pop()) {
      if (environment.alive && environment.lastUsed >= oldest) return environment;
      this.#discard(environment);
    }
    return undefined;
  }

  #keep(environment: ExecutionEnvironment): void {
    const idle = this.#idle.get(environment.deployment);
    if (idle === undefined) this.#idle.set(environment.deployment, [environment]);
    else idle.push(environment);
  }

  /** Ends the environment that has been idle longest; false when all are busy. */
  #evict(): boolean {
    let victim: ExecutionEnvironment | undefined;
    for (const [first] of this.#idle.values()) {
      if (first !== undefined && (victim === undefined || first.lastUsed < victim.lastUsed)) victim = first;
    }
    if (victim === undefined) return false;
    this.#idle.get(victim.deployment)!.shift();
    this.#discard(victim);
    return true;
  }

  #discard(environment: ExecutionEnvironment): void {
    this.#all.delete(environment);
    void environment.terminate();
  }
}
