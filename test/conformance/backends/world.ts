import { randomBytes } from 'node:crypto';
import type { World } from '../suite/case.ts';
import { NotConformant } from '../suite/check.ts';
import type { Clients } from './clients.ts';

export interface WorldOptions {
  readonly clients: Clients;
  readonly region: string;
  readonly roleArn: string;
  readonly pollSeconds: number;
  readonly now: () => number;
  readonly pass: (ms: number) => Promise<void>;
  /** How long `eventually` goes on at least, in the backend's ms. */
  readonly patienceMs: number;
}

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1000;

/** The world of one case over one backend's clients and time. `close` cleans up in reverse order. */
export function openWorld(options: WorldOptions): { readonly world: World; close(): Promise<void> } {
  const work: (() => Promise<unknown>)[] = [];
  const { now, pass } = options;
  const world: World = {
    ...options.clients,
    region: options.region,
    roleArn: options.roleArn,
    pollSeconds: options.pollSeconds,
    now,
    pass,
    async eventually(what, probe, leastMs = 0) {
      const withinMs = Math.max(leastMs, options.patienceMs);
      const deadline = now() + withinMs;
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        const found = await probe();
        if (found !== undefined) return found;
        if (now() >= deadline) throw new NotConformant(`in ${withinMs / 1000} s it did not happen that ${what}`);
        await pass(pause);
      }
    },
    name: (hint) => `cvops-${hint}-${randomBytes(5).toString('hex')}`,
    cleanUp(step) {
      work.push(step);
    },
  };
  return {
    world,
    async close() {
      for (const step of work.reverse()) await step().catch(() => undefined);
    },
  };
}
