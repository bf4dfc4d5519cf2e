import type { World } from '../suite/case.ts';

export type BackendName = 'simulator' | 'ministack' | 'moto' | 'aws';

/** Something that claims to be AWS, or is. */
export interface Backend {
  readonly name: BackendName;
  /** What was measured, e.g. `ministack 1.5.33`. */
  readonly version: string;
  /** Whether time can be moved; without it a case that needs a clock is not run. */
  readonly clock: boolean;
  /** Longer than any case takes, in real ms. */
  readonly caseLimitMs: number;
  /** Cases at the same time. */
  readonly concurrency: number;
  /** A world for one case; `close` runs what the case asked to clean up. */
  open(): Promise<{ readonly world: World; close(): Promise<void> }>;
  stop(): Promise<void>;
}
