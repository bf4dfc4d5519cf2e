import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { control } from './control.ts';
import { FreeTierAccount } from './freetier/free-tier-account.ts';
import { IamAccount } from './iam/iam-account.ts';
import type { ApiError } from './kernel/api-error.ts';
import { SimulatedClock } from './kernel/clock.ts';
import { dispatch } from './kernel/dispatch.ts';
import { Faults } from './kernel/faults.ts';
import { HttpDate } from './kernel/http-date.ts';
import { connectionReset, InProcessCall, sdkError } from './kernel/in-process-call.ts';
import { seededRandom } from './kernel/random.ts';
import { Router, type Target } from './kernel/router.ts';
import { type Backend, listen } from './kernel/server.ts';
import type { Call, Input, Output } from './kernel/service.ts';
import type { LambdaOptions } from './lambda/lambda.ts';
import { SimulatedRegion } from './simulated-region.ts';

export interface SimulatorOptions {
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  readonly accountId?: string;
  readonly clock?: SimulatedClock;
  /** Seed of routing weights and fault probabilities. */
  readonly seed?: number;
  readonly lambda?: LambdaOptions;
}

/**
 * The embedded AWS: one account, any region. `Simulator.start` serves it over loopback HTTP; one made with `new` is for
 * use in process, by `call`: it opens no port and touches no disk until a function is created.
 */
export class Simulator implements Backend {
  readonly accountId: string;
  readonly clock: SimulatedClock;
  readonly faults: Faults;
  readonly #lambda: LambdaOptions;
  #freeTier: FreeTierAccount;
  #iam = new IamAccount();
  readonly #random: () => number;
  readonly #regions = new Map<string, { region: SimulatedRegion; router: Router }>();
  #folder: string | undefined;
  #made = 0;
  readonly #httpDate = new HttpDate();
  #server: Server | undefined;
  #port = 0;

  constructor(options: SimulatorOptions = {}) {
    this.accountId = options.accountId ?? '000000000000';
    this.clock = options.clock ?? new SimulatedClock();
    this.#lambda = options.lambda ?? {};
    const seed = options.seed ?? 1;
    this.#random = seededRandom(seed);
    // Faults draw from a generator of their own: how often functions are routed does not shift them.
    this.faults = new Faults(seededRandom(seed + 1));
    this.#freeTier = this.#newFreeTier();
  }

  /** Starts a simulator that listens on 127.0.0.1. Rejects with `EADDRINUSE` when the port is taken. */
  static async start(options: SimulatorOptions = {}): Promise<Simulator> {
    const simulator = new Simulator(options);
    const { server, port } = await listen(simulator, options.port ?? 0);
    simulator.#server = server;
    simulator.#port = port;
    return simulator;
  }

  /**
   * One call without HTTP, under the fault rules in force: delays pass in simulated time. Members of input and output are
   * those of the JSON protocol (binary values in base64); the output shares its values with the simulator and must not be
   * changed. Rejects as the AWS SDK does (name, `$fault`, `$metadata`), and with ECONNRESET where a rule breaks the connection.
   */
  call(
    service: string,
    operation: string,
    input: Input = {},
    options: { readonly region?: string; readonly signal?: AbortSignal } = {},
  ): Promise<Output> {
    const region = this.region(options.region);
    const found = region.services.find(({ id }) => id === service);
    if (found === undefined) return Promise.reject(new Error(`The simulator has no service ${service}.`));
    const target: Target = { service: found, operation, protocol: 'json', input, status: 200 };
    const call = new InProcessCall(region.name, this.accountId, target, options.signal);
    return new Promise((resolve, reject) => {
      dispatch(this, target, call, {
        succeed: resolve,
        fail: (error) => reject(sdkError(error, found.queryCompatible === true, call.requestId)),
        hangUp: () => reject(connectionReset()),
        pause: (ms) => new Promise((done) => this.clock.schedule(this.clock.now() + ms, done)),
      });
    });
  }

  get port(): number {
    return this.#port;
  }

  /** Base URL for every service, e.g. `http://127.0.0.1:4566`. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The region's services, made on first use. */
  region(name = 'us-east-1'): SimulatedRegion {
    return this.#at(name).region;
  }

  get regions(): readonly SimulatedRegion[] {
    return [...this.#regions.values()].map((entry) => entry.region);
  }

  /** What the Free Tier API tells of the account, to be steered. */
  get freeTier(): FreeTierAccount {
    return this.#freeTier;
  }

  /** Simulated time, ms since the epoch. */
  now(): number {
    return this.clock.now();
  }

  httpDate(): string {
    return this.#httpDate.at(this.clock.now());
  }

  router(region: string): Router {
    return this.#at(region).router;
  }

  control = (method: string, path: string, body: Buffer) => control(this, method, path, body);

  finished(target: Target, call: Call, output: unknown, error: ApiError | undefined): void {
    const region = this.#regions.get(call.region)?.region;
    // What began before a reset is none of the new region's business.
    if (region?.services.includes(target.service) === true) region.finished(target, call, output, error);
  }

  /** Forgets everything but the clock and the port. */
  async reset(): Promise<void> {
    const regions = this.regions;
    this.#regions.clear();
    this.#freeTier = this.#newFreeTier();
    this.#iam = new IamAccount();
    this.faults.clear();
    await Promise.all(regions.map((region) => region.close()));
  }

  async close(): Promise<void> {
    await this.reset();
    this.clock.close();
    const server = this.#server;
    if (server !== undefined) {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  #newFreeTier(): FreeTierAccount {
    return new FreeTierAccount(this.clock, () => this.regions);
  }

  #at(name: string): { region: SimulatedRegion; router: Router } {
    const known = this.#regions.get(name);
    if (known !== undefined) return known;
    const made = this.#made++;
    const region = new SimulatedRegion({
      name,
      accountId: this.accountId,
      clock: this.clock,
      random: this.#random,
      uuid: randomUUID,
      // A region made anew after a reset finds nothing of the one before.
      folder: () => {
        this.#folder ??= mkdtempSync(join(tmpdir(), 'cvops-simulator-'));
        return join(this.#folder, `${name}-${made}`);
      },
      endpoint: () => this.endpoint,
      freeTier: this.#freeTier,
      iam: this.#iam,
      lambda: this.#lambda,
    });
    const entry = { region, router: new Router(region.services) };
    this.#regions.set(name, entry);
    return entry;
  }
}
