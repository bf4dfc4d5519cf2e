import { describe, expect, it } from 'vitest';
import { logBinomial } from '../../../../../src/lib/release/judge/density.ts';
import { fisherTest } from '../../../../../src/lib/release/judge/fisher.ts';
import {
  binomialTail,
  invocationsForPower,
  type PlannedTest,
  powerOf,
} from '../../../../../src/lib/release/judge/power.ts';

const planned = (canary: number, baseline: number, rest: Partial<PlannedTest> = {}): PlannedTest => ({
  canary,
  baseline,
  baselineRate: 0.02,
  alpha: 0.0148,
  floor: (rate) => Math.max(0.01, 0.1 * rate),
  ...rest,
});

/** The chance by trying every pair of counts. */
function tried(test: PlannedTest, effect: number): number {
  let caught = 0;
  for (let b = 0; b <= test.baseline; b += 1) {
    const ofBaseline = Math.exp(logBinomial(b, test.baseline, test.baselineRate, 1 - test.baselineRate));
    if (ofBaseline < 1e-8) continue;
    for (let a = 0; a <= test.canary; a += 1) {
      const rate = b / test.baseline;
      if (a / test.canary < rate + test.floor(rate)) continue;
      const table = {
        canary: { invocations: test.canary, failures: a },
        baseline: { invocations: test.baseline, failures: b },
      };
      if (fisherTest([table]) > test.alpha) continue;
      const harmed = test.baselineRate + effect;
      caught += ofBaseline * Math.exp(logBinomial(a, test.canary, harmed, 1 - harmed));
    }
  }
  return caught;
}

describe('power', () => {
  it.each([
    [planned(50, 450), 0.05],
    [planned(60, 60), 0.05],
    [planned(60, 540, { alpha: 0.05 }), 0.1],
    [planned(150, 150, { baselineRate: 0.2 }), 0.1],
    [planned(50, 100, { baselineRate: 0.0001 }), 0.05],
  ])('is what trying every pair of counts gives (%#)', (test, effect) => {
    expect(powerOf(test, [effect])[0]).toBeCloseTo(tried(test, effect), 2);
  });

  it('is nothing without traffic or without a budget, and whole for a harm that cannot be missed', () => {
    expect(powerOf(planned(0, 450), [0.05])[0]).toBe(0);
    expect(powerOf(planned(50, 0), [0.05])[0]).toBe(0);
    expect(powerOf(planned(50, 450, { alpha: 0 }), [0.05])[0]).toBe(0);
    expect(powerOf(planned(1_000, 9_000), [0.98])[0]).toBeCloseTo(1, 6);
  });

  it('never passes one half for a harm as large as the floor', () => {
    expect(powerOf(planned(1e6, 9e6), [0.01])[0]).toBeCloseTo(0.5, 1);
    expect(invocationsForPower(planned(1e6, 9e6), 0.01)).toBeNull();
  });

  it.each([planned(50, 450), planned(60, 60), planned(60, 540, { baselineRate: 0.2 })])(
    'tells how many invocations make it 0.8 (%#)',
    (test) => {
      const enough = invocationsForPower(test, 0.05) ?? 0;
      const grown = { ...test, canary: enough, baseline: Math.round((enough * test.baseline) / test.canary) };
      expect(powerOf(grown, [0.05])[0]).toBeGreaterThan(0.74);
      expect(powerOf(grown, [0.05])[0]).toBeLessThan(0.87);
    },
  );

  it('stays finite at 10 million invocations', () => {
    for (const baselineRate of [0, 1e-7, 0.02, 0.5, 0.999, 1]) {
      const chance = powerOf(planned(1e7, 9e7, { baselineRate }), [0.05])[0];
      expect(chance).toBeGreaterThanOrEqual(0);
      expect(chance).toBeLessThanOrEqual(1);
    }
  });
});

describe('the binomial distribution', () => {
  it('rolls a healthy 2 % service back 11.9 times of 100 by "twice the baseline" at 60 invocations', () => {
    // Twice 2 % of 60 is 2.4 failures: 3 are over it.
    expect(binomialTail(3, 60, 0.02)).toBeCloseTo(0.119, 3);
  });

  it('sums to the same from both ends', () => {
    for (const [x, n, p] of [
      [3, 60, 0.02],
      [40, 60, 0.6],
      [1, 10, 0.999],
      [500_200, 1e6, 0.5],
    ] as const) {
      expect(binomialTail(x, n, p) + binomialTail(n - x + 1, n, 1 - p)).toBeCloseTo(1, 9);
    }
  });
});
