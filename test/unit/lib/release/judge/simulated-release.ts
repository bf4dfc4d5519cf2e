import type { StepEvidence } from '../../../../../src/lib/release/judge/evidence.ts';
import { judgeCanary } from '../../../../../src/lib/release/judge/judge-canary.ts';
import type { JudgePolicy } from '../../../../../src/lib/release/judge/policy.ts';
import { side } from './counts.ts';

/** Numbers in 0–1 that a seed decides (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Failures in `invocations` at `rate`, jumping from failure to failure. */
export function failuresAmong(random: () => number, invocations: number, rate: number): number {
  if (rate <= 0) return 0;
  if (rate >= 1) return invocations;
  let failures = 0;
  let at = Math.floor(Math.log(1 - random()) / Math.log(1 - rate));
  while (at < invocations) {
    failures += 1;
    at += 1 + Math.floor(Math.log(1 - random()) / Math.log(1 - rate));
  }
  return failures;
}

/** Steps of a release: the canary's share of the traffic, and how often it is looked at. */
export type Shape = readonly { readonly weight: number; readonly looks: number }[];

/** Whole releases as they are run: which shapes the figures are taken over. */
export const shapes: Readonly<Record<string, Shape>> = {
  '10 % for 5 looks': [{ weight: 0.1, looks: 5 }],
  '50 % for 5 looks': [{ weight: 0.5, looks: 5 }],
  '10, 50 %, 5 looks each': [
    { weight: 0.1, looks: 5 },
    { weight: 0.5, looks: 5 },
  ],
  '5, 25, 50 %, 3 looks each': [
    { weight: 0.05, looks: 3 },
    { weight: 0.25, looks: 3 },
    { weight: 0.5, looks: 3 },
  ],
};

export interface SimulatedRelease {
  readonly shape: Shape;
  /** Of the canary, over the whole release. */
  readonly invocations: number;
  /** The baseline's rate of failure at a look. */
  readonly rate: (look: number) => number;
  /** By how much the canary fails more often. */
  readonly harm: number;
  readonly policy?: Partial<JudgePolicy>;
}

/** The look that failed the canary, or none. */
export function rolledBackAt(random: () => number, release: SimulatedRelease): number | undefined {
  const looks = release.shape.reduce((sum, { looks }) => sum + looks, 0);
  const done: StepEvidence[] = [];
  let alphaSpent = 0;
  let look = 0;
  for (const { weight, looks: looksOfStep } of release.shape) {
    const canary = { invocations: 0, errors: 0 };
    const baseline = { invocations: 0, errors: 0 };
    let present: StepEvidence | undefined;
    for (let ofStep = 1; ofStep <= looksOfStep; ofStep += 1) {
      look += 1;
      const rate = release.rate(look);
      const arrived =
        Math.round((release.invocations * look) / looks) - Math.round((release.invocations * (look - 1)) / looks);
      const beside = Math.round((arrived * (1 - weight)) / weight);
      canary.invocations += arrived;
      canary.errors += failuresAmong(random, arrived, rate + release.harm);
      baseline.invocations += beside;
      baseline.errors += failuresAmong(random, beside, rate);
      present = {
        weight,
        seconds: ofStep * 60,
        canary: side(canary.invocations, canary.errors),
        baseline: side(baseline.invocations, baseline.errors),
      };
      const plan = { look, looksLeft: looks - look, alphaSpent };
      const judgement = judgeCanary({ steps: [...done, present] }, plan, release.policy);
      if (judgement.verdict === 'FAIL') return look;
      alphaSpent = judgement.alpha.spent;
    }
    if (present) done.push(present);
  }
  return undefined;
}
