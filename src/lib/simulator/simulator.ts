import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { control } from './control.ts';
import type { ApiError } from './kernel/api-error.ts';
import { SimulatedClock } from './kernel/clock.ts';
import { Faults } from './kernel/faults.ts';
import { HttpDate } from './kernel/http-date.ts';
import { seededRandom } from './kernel/random.ts';
import { Router, type Target } from './kernel/router.ts';
import { type Backend, listen } from './kernel/server.ts';
import type { Call } from './kernel/service.ts';
import { SimulatedRegion } from './simulated-region.ts';

export interface SimulatorOptions {
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  readonly accountId?: string;
  readonly clock?: SimulatedClock;
  /** Seed of routing weights and fault probabilities. */
  readonly seed?: number;
}

/** The embedded AWS: one account, any region, served over loopback HTTP. */
export class Simulator implements Backend {
  readonly accountId: string;
  readonly clock: SimulatedClock;
  readonly faults: Faults;
  readonly #random: () => number;
  readonly #regions = new Map<string, { region: SimulatedRegion; router: Router }>();
  readonly #folder = mkdtempSync(join(tmpdir(), 'cvops-simulator-'));
  #made = 0;
  readonly #httpDate = new HttpDate();
  #server: Server | undefined;
  #port = 0;

  private constructor(options: SimulatorOptions) {
    this.accountId = options.accountId ?? '000000000000';
    this.clock = options.clock ?? new SimulatedClock();
    this.#random = seededRandom(options.seed ?? 1);
    this.faults = new Faults(this.#random);
  }

  /** Starts a simulator that listens on 127.0.0.1. Rejects with `EADDRINUSE` when the port is taken. */
  static async start(options: SimulatorOptions = {}): Promise<Simulator> {
    const simulator = new Simulator(options);
    const { server, port } = await listen(simulator, options.port ?? 0);
    simulator.#server = server;
    simulator.#port = port;
    return simulator;
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
    this.region(call.region).finished(target, call, output, error);
  }

  /** Forgets everything but the clock and the port. */
  async reset(): Promise<void> {
    const regions = this.regions;
    this.#regions.clear();
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
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #at(name: string): { region: SimulatedRegion; router: Router } {
    const known = this.#regions.get(name);
    if (known !== undefined) return known;
    const region = new SimulatedRegion({
      name,
      accountId: this.accountId,
      clock: this.clock,
      random: this.#random,
      uuid: randomUUID,
      // A region made anew after a reset finds nothing of the one before.
      folder: join(this.#folder, `${name}-${this.#made++}`),
      endpoint: () => this.endpoint,
    });
    const made = { region, router: new Router(region.services) };
    this.#regions.set(name, made);
    return made;
  }
}
