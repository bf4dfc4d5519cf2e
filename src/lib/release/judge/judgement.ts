import type { Basis } from './comparison.ts';
import type { Difference } from './difference.ts';
import type { Reason } from './reason.ts';

/**
 * `PASS`: go on. `FAIL`: back to the baseline. `INCONCLUSIVE`: not known yet or not knowable; neither go on nor call it
 * healthy.
 */
export type Verdict = 'PASS' | 'FAIL' | 'INCONCLUSIVE';

/** A side as it was compared. */
export interface SideFigures {
  readonly invocations: number;
  readonly failures: number;
  /** 0–1; `null` without invocations. */
  readonly rate: number | null;
}

/** Whether harm of some size would have been seen. */
export interface PowerFigures {
  /** The harm, as a difference of rates, 0–1. */
  readonly effect: number;
  /** Chance, 0–1, that this look would have failed such a canary. */
  readonly chance: number;
  /** Canary invocations that make the chance 0.8 at this look's level; `null` where none would. */
  readonly invocationsFor80: number | null;
}

/** What a look came to. */
export interface Judgement {
  readonly verdict: Verdict;
  /** In the order of weight: what decided comes first. */
  readonly reasons: readonly Reason[];
  readonly numbers: {
    readonly basis: Basis;
    readonly canary: SideFigures;
    readonly baseline: SideFigures;
    /** `null` where nothing could be compared. */
    readonly difference: Difference | null;
    /** The difference that it takes to fail, 0–1. */
    readonly floor: number;
    /** One-sided; `null` where nothing could be compared. */
    readonly pValue: number | null;
  };
  readonly alpha: {
    readonly total: number;
    /** Level of the test at this look. */
    readonly look: number;
    /** Spent with this look; the plan of the next look takes it. */
    readonly spent: number;
  };
  /** Canary invocations of the present step. `etaSeconds` until enough: 0 when there are, `null` when it cannot be told. */
  readonly sample: { readonly have: number; readonly need: number; readonly etaSeconds: number | null };
  /** For the policy's `detect`, and for the floor itself (at most one half: chance puts it below as often as above); `null` where nothing could be compared. */
  readonly power: { readonly detect: PowerFigures; readonly floor: PowerFigures } | null;
}
