import type { Evidence, LookPlan, SideCounts, StepEvidence } from '../../../../../src/lib/release/judge/evidence.ts';

/** A side with everything readable. */
export function side(invocations: number, errors: number, throttles = 0): SideCounts {
  return { invocations, errors, throttles };
}

/** One step of ten minutes: `[invocations, errors]` of canary and baseline. */
export function step(
  canary: readonly [number, number],
  baseline: readonly [number, number],
  rest: Partial<StepEvidence> = {},
): StepEvidence {
  return { weight: 0.1, seconds: 600, canary: side(...canary), baseline: side(...baseline), ...rest };
}

/** A release of one step. */
export function evidence(
  canary: readonly [number, number],
  baseline: readonly [number, number],
  rest: Partial<Evidence> = {},
): Evidence {
  return { steps: [step(canary, baseline)], ...rest };
}

export const firstOfFive: LookPlan = { look: 1, looksLeft: 4, alphaSpent: 0 };
export const onlyLook: LookPlan = { look: 1, looksLeft: 0, alphaSpent: 0 };
