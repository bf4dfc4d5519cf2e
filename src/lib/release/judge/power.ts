import { logBinomial } from './density.ts';
import { fisherTest } from './fisher.ts';
import { normalQuantile } from './normal.ts';

/** A test about to be made: sizes, the baseline's rate, the level, and the difference below which nothing is done. */
export interface PlannedTest {
  readonly canary: number;
  readonly baseline: number;
  /** 0–1 */
  readonly baselineRate: number;
  readonly alpha: number;
  /** The difference demanded of a baseline that fails at `rate`. */
  readonly floor: (rate: number) => number;
}

/** Smallest number in 0 … `limit` + 1 from which `holds` is true, found outwards from a guess. */
function firstWhere(guess: number, limit: number, holds: (x: number) => boolean): number {
  let low = -1;
  let high = limit + 1;
  let at = Math.min(limit, Math.max(0, guess));
  for (let stride = 1; low + 1 < high; stride *= 2) {
    if (holds(at)) high = at;
    else low = at;
    at = high === limit + 1 ? low + stride : low === -1 ? high - stride : Math.floor((low + high) / 2);
    at = Math.min(high - 1, Math.max(low + 1, at));
  }
  return high;
}

/** Fewest canary failures that fail the canary beside a baseline with `failures`. */
function criticalFailures(test: PlannedTest, failures: number, guess: number): number {
  const rate = failures / test.baseline;
  const demanded = rate + test.floor(rate);
  return firstWhere(guess, test.canary, (canaryFailures) => {
    if (canaryFailures / test.canary < demanded) return false;
    const table = {
      canary: { invocations: test.canary, failures: canaryFailures },
      baseline: { invocations: test.baseline, failures },
    };
    return fisherTest([table]) <= test.alpha;
  });
}

/** P(X ≥ x) of n draws at p. */
export function binomialTail(x: number, n: number, p: number): number {
  if (x <= 0) return 1;
  if (x > n) return 0;
  if (p <= 0 || p >= 1) return p >= 1 ? 1 : 0;
  const above = x > n * p;
  let at = above ? x : x - 1;
  let term = Math.exp(logBinomial(at, n, p, 1 - p));
  let sum = 0;
  while (term > 1e-17 * sum && at >= 0 && at <= n) {
    sum += term;
    term *= above ? ((n - at) / (at + 1)) * (p / (1 - p)) : (at / (n - at + 1)) * ((1 - p) / p);
    at += above ? 1 : -1;
  }
  return Math.min(1, Math.max(0, above ? sum : 1 - sum));
}

/** Points at which the baseline's failures are tried. */
const POINTS = 25;

/**
 * For each of `effects` (0–1), the chance that a canary which fails so much more often than the baseline would have been
 * failed by this test, at this look, with these sizes. Exact in the canary's failures; the baseline's are taken at up to 25 points of what they can be.
 */
export function powerOf(test: PlannedTest, effects: readonly number[]): readonly number[] {
  if (test.canary === 0 || test.baseline === 0 || test.alpha <= 0) return effects.map(() => 0);
  const mean = test.baseline * test.baselineRate;
  const reach = 3.5 * Math.sqrt(mean * (1 - test.baselineRate)) + 1;
  const lowest = Math.max(0, Math.floor(mean - reach));
  const highest = Math.min(test.baseline, Math.ceil(mean + reach));
  const stride = Math.max(1, Math.ceil((highest - lowest) / (POINTS - 1)));
  const spread = Math.sqrt((test.baselineRate * (1 - test.baselineRate) + 1 / test.baseline) / test.canary);
  let critical = Math.round(test.canary * (lowest / test.baseline + normalQuantile(test.alpha) * spread));
  let weights = 0;
  const caught = effects.map(() => 0);
  for (let failures = lowest; failures <= highest; failures += stride) {
    const weight = Math.exp(logBinomial(failures, test.baseline, test.baselineRate, 1 - test.baselineRate));
    if (weight < 1e-9) continue;
    weights += weight;
    critical = criticalFailures(test, failures, critical);
    effects.forEach((effect, index) => {
      const harmed = Math.min(1, test.baselineRate + effect);
      caught[index]! += weight * binomialTail(critical, test.canary, harmed);
    });
    critical += Math.round((stride * test.canary) / test.baseline);
  }
  return caught.map((chance) => (weights === 0 ? 0 : Math.min(1, chance / weights)));
}

/**
 * Canary invocations from which `effect` is caught 80 times of 100, with the baseline growing alongside. The usual formula
 * for two rates with the correction for Fisher's test (Casagrande, Pike and Smith, Biometrics 34, 1978): good to a few per cent.
 */
export function invocationsForPower(test: PlannedTest, effect: number): number | null {
  const ratio = test.baseline / test.canary;
  if (!(ratio > 0 && Number.isFinite(ratio)) || test.alpha <= 0) return null;
  const harmed = Math.min(1, test.baselineRate + effect);
  const gain = harmed - test.baselineRate;
  const beyondFloor = gain - test.floor(test.baselineRate);
  // Seen through chance, a harm as large as the floor is half of the time below it, whatever the sample.
  if (!(beyondFloor > 1e-9)) return null;
  const pooled = (harmed + ratio * test.baselineRate) / (1 + ratio);
  const blind = normalQuantile(test.alpha) * Math.sqrt((1 + 1 / ratio) * pooled * (1 - pooled));
  const seen =
    normalQuantile(0.2) * Math.sqrt(harmed * (1 - harmed) + (test.baselineRate * (1 - test.baselineRate)) / ratio);
  const plain = ((blind + seen) / gain) ** 2;
  const corrected = (plain / 4) * (1 + Math.sqrt(1 + (2 * (ratio + 1)) / (plain * ratio * gain))) ** 2;
  return Math.ceil(Math.max(corrected, (seen / beyondFloor) ** 2));
}
