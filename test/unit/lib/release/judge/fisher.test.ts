import { describe, expect, it } from 'vitest';
import { fisherTest, type TwoByTwo } from '../../../../../src/lib/release/judge/fisher.ts';
import { normalTail } from '../../../../../src/lib/release/judge/normal.ts';

const table = (canary: readonly [number, number], baseline: readonly [number, number]): TwoByTwo => ({
  canary: { invocations: canary[0], failures: canary[1] },
  baseline: { invocations: baseline[0], failures: baseline[1] },
});

function choose(n: number, k: number): bigint {
  if (k < 0 || k > n) return 0n;
  let result = 1n;
  for (let i = 1; i <= k; i += 1) result = (result * BigInt(n - k + i)) / BigInt(i);
  return result;
}

/** Ways to deal the failures so that the canary has x, for every x: whole numbers, so nothing is rounded. */
function waysOf({ canary, baseline }: TwoByTwo): readonly bigint[] {
  const failures = canary.failures + baseline.failures;
  const spared = canary.invocations + baseline.invocations - failures;
  return Array.from({ length: failures + 1 }, (_, x) => choose(failures, x) * choose(spared, canary.invocations - x));
}

/** The test by counting every deal. */
function counted(tables: readonly TwoByTwo[]): number {
  let all: readonly bigint[] = [1n];
  for (const one of tables) {
    const ways = waysOf(one);
    const next = Array.from({ length: all.length + ways.length - 1 }, () => 0n);
    all.forEach((left, i) => {
      ways.forEach((right, k) => {
        next[i + k]! += left * right;
      });
    });
    all = next;
  }
  const seen = tables.reduce((sum, { canary }) => sum + canary.failures, 0);
  const sum = (ways: readonly bigint[]) => ways.reduce((left, right) => left + right, 0n);
  return Number((sum(all.slice(seen)) * 10n ** 40n) / sum(all)) / 1e40;
}

/** Of the canary's share of `failures` dealt among two sides of `invocations` each. */
const deviationOf = (invocations: number, failures: number) =>
  Math.sqrt((failures * (2 * invocations - failures)) / (4 * (2 * invocations - 1)));

describe('the exact test', () => {
  it("gives Fisher's own figure for the lady who tasted tea", () => {
    expect(fisherTest([table([4, 3], [4, 1])])).toBeCloseTo(17 / 70, 14);
  });

  it('counts as counting every deal does, for every small table', () => {
    for (let n = 0; n <= 7; n += 1) {
      for (let m = 0; m <= 7; m += 1) {
        for (let a = 0; a <= n; a += 1) {
          for (let b = 0; b <= m; b += 1) {
            const one = table([n, a], [m, b]);
            expect(fisherTest([one]), `${a} of ${n}, ${b} of ${m}`).toBeCloseTo(counted([one]), 13);
          }
        }
      }
    }
  });

  it.each([
    [table([60, 6], [540, 11])],
    [table([1_000, 70], [9_000, 180])],
    [table([500, 0], [500, 9])],
    [table([300, 300], [300, 290])],
    [table([2_000, 200], [100, 1])],
    [table([400, 60], [400, 4])],
  ])('keeps its digits in larger tables and small chances (%#)', (one) => {
    const exact = counted([one]);
    expect(Math.abs(fisherTest([one]) / exact - 1)).toBeLessThan(1e-11);
  });

  it.each([
    { tables: [table([20, 3], [180, 9]), table([30, 4], [30, 1])] },
    { tables: [table([50, 5], [450, 9]), table([100, 9], [300, 6]), table([40, 3], [40, 1])] },
    { tables: [table([50, 0], [450, 9]), table([0, 0], [300, 6]), table([40, 3], [40, 1])] },
  ])('tests several steps together as counting every deal of each does (%#)', ({ tables }) => {
    expect(Math.abs(fisherTest(tables) / counted(tables) - 1)).toBeLessThan(1e-10);
  });

  it('does not blame the canary for a bad hour that it had more of the traffic in', () => {
    const calm = table([100, 1], [900, 9]);
    const bad = table([500, 100], [500, 100]);
    const added = table([600, 101], [1_400, 109]);
    expect(fisherTest([calm, bad])).toBeGreaterThan(0.4);
    expect(fisherTest([added])).toBeLessThan(1e-6);
  });

  it('is 1 where there is nothing to compare', () => {
    expect(fisherTest([])).toBe(1);
    expect(fisherTest([table([0, 0], [900, 9])])).toBe(1);
    expect(fisherTest([table([100, 9], [0, 0])])).toBe(1);
    expect(fisherTest([table([100, 0], [900, 0]), table([5, 5], [7, 7])])).toBe(1);
  });

  it('leaves each side the chance that the other does not take', () => {
    const [worse, better] = [table([60, 6], [540, 11]), table([540, 11], [60, 6])];
    const both = counted([table([60, 6], [540, 11])]) - counted([table([60, 7], [540, 10])]);
    expect(fisherTest([worse]) + fisherTest([better])).toBeCloseTo(1 + both, 12);
  });

  it('agrees with the normal distribution at 10 million invocations a side', () => {
    const deviation = deviationOf(1e7, 400_000);
    for (const more of [100, 500, 1_000]) {
      const chance = fisherTest([table([1e7, 200_000 + more], [1e7, 200_000 - more])]);
      expect(chance / normalTail((more - 0.5) / deviation)).toBeCloseTo(1, 3);
    }
  });

  it('stays finite at 10 million invocations, whatever failed, in one step or in four', () => {
    const million = 1e7;
    const counts = [0, 1, 200_000, 5_000_000, 9_999_999, million];
    for (const a of counts) {
      for (const b of counts) {
        const one = table([million, a], [9 * million, b]);
        for (const tables of [[one], [one, one, one, one]]) {
          const chance = fisherTest(tables);
          // Fewer failures than its share prove nothing against the canary.
          expect(chance).toBeGreaterThanOrEqual(9 * a <= b ? 0.5 : 0);
          expect(chance).toBeLessThanOrEqual(1);
        }
      }
    }
  });

  it('sums steps too wide for the exact sum nearly as exactly', () => {
    const deviation = Math.sqrt(3) * deviationOf(1e7, 1e7);
    for (const more of [200, 1_250, 2_500]) {
      const wide = table([1e7, 5_000_000 + more], [1e7, 5_000_000 - more]);
      const chance = fisherTest([wide, wide, wide]);
      expect(chance / normalTail((3 * more - 0.5) / deviation)).toBeCloseTo(1, 3);
    }
  });
});
