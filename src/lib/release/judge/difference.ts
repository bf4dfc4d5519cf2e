import type { TwoByTwo } from './fisher.ts';

/** How much more often the canary fails, with the interval that holds the truth 95 times of 100. */
export interface Difference {
  readonly canaryRate: number;
  readonly baselineRate: number;
  /** Canary's rate less the baseline's, −1 to 1. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Two-sided 95 %. */
const Z = 1.959963984540054;

/** Wilson's interval of a rate seen in `size` invocations. */
function wilson(rate: number, size: number): readonly [number, number] {
  const z2 = Z * Z;
  const centre = rate + z2 / (2 * size);
  const spread = Z * Math.sqrt((rate * (1 - rate)) / size + z2 / (4 * size * size));
  const scale = 1 + z2 / size;
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}

/**
 * The difference of the two rates; `undefined` without invocations on both sides of at least one table.
 *
 * Tables are weighted as Mantel and Haenszel do (n₁n₂ ÷ n), so that each compares like with like. The interval is Newcombe's
 * (Statistics in Medicine 17, 1998, method 10), over the tables' effective sizes; it is for reading, the verdict rests
 * on the exact test.
 */
export function differenceOf(tables: readonly TwoByTwo[]): Difference | undefined {
  let weights = 0;
  let canary = 0;
  let baseline = 0;
  let canaryShares = 0;
  let baselineShares = 0;
  for (const table of tables) {
    const [n1, n2] = [table.canary.invocations, table.baseline.invocations];
    if (n1 === 0 || n2 === 0) continue;
    const weight = (n1 / (n1 + n2)) * n2;
    weights += weight;
    canary += weight * (table.canary.failures / n1);
    baseline += weight * (table.baseline.failures / n2);
    canaryShares += (weight * weight) / n1;
    baselineShares += (weight * weight) / n2;
  }
  if (weights === 0) return undefined;
  const canaryRate = canary / weights;
  const baselineRate = baseline / weights;
  const value = canaryRate - baselineRate;
  const [canaryLow, canaryHigh] = wilson(canaryRate, (weights * weights) / canaryShares);
  const [baselineLow, baselineHigh] = wilson(baselineRate, (weights * weights) / baselineShares);
  return {
    canaryRate,
    baselineRate,
    value,
    low: value - Math.hypot(canaryRate - canaryLow, baselineHigh - baselineRate),
    high: value + Math.hypot(canaryHigh - canaryRate, baselineRate - baselineLow),
  };
}
