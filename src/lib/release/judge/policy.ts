import type { Spending } from './spending.ts';

/** What the judge holds a canary to. Rates and differences are 0–1. */
export interface JudgePolicy {
  /** Canary invocations before any verdict on rates. */
  readonly minimumSample: number;
  /** Chance of rolling a healthy canary back, over all looks of the release together. */
  readonly alpha: number;
  readonly spending: Spending;
  /** A smaller difference than this never rolls back. */
  readonly absoluteFloor: number;
  /** Nor does one smaller than this share of the baseline's rate. */
  readonly relativeFloor: number;
  /** So many canary invocations, all failed, are enough without statistics. */
  readonly firstInvocations: number;
  /** Standard deviations by which throttles or dead letters may exceed what was to be expected. */
  readonly riseTolerance: number;
  /**
   * Seconds by which the oldest message may be older than was to be expected. At least visibility timeout ×
   * maxReceiveCount, or one message that fails for good is taken for a jam.
   */
  readonly ageTolerance: number;
  /** The harm whose chance of detection is reported. */
  readonly detect: number;
}

export const defaultPolicy: JudgePolicy = {
  minimumSample: 50,
  alpha: 0.05,
  spending: 'pocock',
  absoluteFloor: 0.01,
  relativeFloor: 0.1,
  firstInvocations: 5,
  riseTolerance: 3,
  ageTolerance: 300,
  detect: 0.05,
};

const positive = (value: number) => Number.isFinite(value) && value > 0;
const share = (value: number) => value >= 0 && value <= 1;

/** The policy with its gaps filled. Throws a RangeError naming the field that makes no sense. */
export function fullPolicy(given: Partial<JudgePolicy> = {}): JudgePolicy {
  const policy = { ...defaultPolicy, ...given };
  const checks: readonly (readonly [keyof JudgePolicy, boolean])[] = [
    ['minimumSample', Number.isInteger(policy.minimumSample) && policy.minimumSample > 0],
    ['alpha', policy.alpha > 0 && policy.alpha < 0.5],
    ['spending', policy.spending === 'pocock' || policy.spending === 'obrien-fleming'],
    ['absoluteFloor', share(policy.absoluteFloor)],
    ['relativeFloor', Number.isFinite(policy.relativeFloor) && policy.relativeFloor >= 0],
    ['firstInvocations', Number.isInteger(policy.firstInvocations) && policy.firstInvocations > 0],
    ['riseTolerance', positive(policy.riseTolerance)],
    ['ageTolerance', positive(policy.ageTolerance)],
    ['detect', policy.detect > 0 && share(policy.detect)],
  ];
  const wrong = checks.find(([, holds]) => !holds)?.[0];
  if (wrong !== undefined) throw new RangeError(`${wrong} of the canary's policy cannot be ${policy[wrong]}`);
  return policy;
}
