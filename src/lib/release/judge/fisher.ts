import { logBinomial } from './density.ts';

/** Two samples and how many of each failed. */
export interface TwoByTwo {
  readonly canary: { readonly invocations: number; readonly failures: number };
  readonly baseline: { readonly invocations: number; readonly failures: number };
}

/** The failures that fell on the canary, were all failures dealt out blindly among all invocations. */
interface Deal {
  readonly total: number;
  readonly drawn: number;
  readonly failures: number;
  readonly lowest: number;
  readonly highest: number;
}

function dealOf({ canary, baseline }: TwoByTwo): Deal {
  const total = canary.invocations + baseline.invocations;
  const failures = canary.failures + baseline.failures;
  return {
    total,
    drawn: canary.invocations,
    failures,
    lowest: Math.max(0, failures - baseline.invocations),
    highest: Math.min(failures, canary.invocations),
  };
}

/** P(X = x) of the hypergeometric distribution. */
function mass(deal: Deal, x: number): number {
  const p = deal.drawn / deal.total;
  const q = (deal.total - deal.drawn) / deal.total;
  const log =
    logBinomial(x, deal.failures, p, q) +
    logBinomial(deal.drawn - x, deal.total - deal.failures, p, q) -
    logBinomial(deal.drawn, deal.total, p, q);
  return Math.exp(log);
}

/** P(X = x + 1) ÷ P(X = x). */
function upward(deal: Deal, x: number): number {
  const spared = deal.total - deal.failures - deal.drawn;
  return ((deal.failures - x) / (x + 1)) * ((deal.drawn - x) / (spared + x + 1));
}

function modeOf(deal: Deal): number {
  const mode = Math.floor((deal.drawn + 1) * ((deal.failures + 1) / (deal.total + 2)));
  return Math.min(deal.highest, Math.max(deal.lowest, mode));
}

/** Terms smaller than this part of what is summed already change no digit that matters. */
const NEGLIGIBLE = 1e-17;

/** P(X ≥ x), summed from the side that has less to sum, so that no digits are lost in small tails. */
function tail(deal: Deal, x: number): number {
  if (x <= deal.lowest) return 1;
  if (x > deal.highest) return 0;
  const above = x > modeOf(deal);
  let at = above ? x : x - 1;
  let term = mass(deal, at);
  let sum = 0;
  while (term > NEGLIGIBLE * sum) {
    sum += term;
    if (above) {
      if (at >= deal.highest) break;
      term *= upward(deal, at);
      at += 1;
    } else {
      if (at <= deal.lowest) break;
      at -= 1;
      term /= upward(deal, at);
    }
  }
  return Math.min(1, Math.max(0, above ? sum : 1 - sum));
}

/** A distribution on consecutive whole numbers from `from`. */
interface Distribution {
  readonly from: number;
  readonly masses: Float64Array;
}

/** All of a deal that is not negligible: some 17 standard deviations, however many invocations there are. */
function distribution(deal: Deal): Distribution {
  const mode = modeOf(deal);
  const below: number[] = [];
  let term = 1;
  for (let at = mode; at > deal.lowest; at -= 1) {
    term /= upward(deal, at - 1);
    if (term < NEGLIGIBLE) break;
    below.push(term);
  }
  const above: number[] = [];
  term = 1;
  for (let at = mode; at < deal.highest; at += 1) {
    term *= upward(deal, at);
    if (term < NEGLIGIBLE) break;
    above.push(term);
  }
  const masses = Float64Array.from([...below.reverse(), 1, ...above]);
  const sum = masses.reduce((all, one) => all + one, 0);
  return { from: mode - below.length, masses: masses.map((one) => one / sum) };
}

/** Products that a sum of two distributions may cost. */
const AFFORDABLE = 4_000_000;

function meanOf({ from, masses }: Distribution): number {
  return masses.reduce((sum, mass, at) => sum + mass * (from + at), 0);
}

function varianceOf(all: Distribution): number {
  const mean = meanOf(all);
  return all.masses.reduce((sum, mass, at) => sum + mass * (all.from + at - mean) ** 2, 0);
}

/** The normal distribution on whole numbers: what sums of distributions some hundred standard deviations wide come to. */
function normalSum(left: Distribution, right: Distribution): Distribution {
  const mean = meanOf(left) + meanOf(right);
  const deviation = Math.sqrt(varianceOf(left) + varianceOf(right));
  const reach = Math.ceil(8.5 * deviation);
  const from = Math.floor(mean) - reach;
  const masses = Float64Array.from({ length: 2 * reach + 1 }, (_, at) =>
    Math.exp(-(((from + at - mean) / deviation) ** 2) / 2),
  );
  const sum = masses.reduce((all, one) => all + one, 0);
  return { from, masses: masses.map((one) => one / sum) };
}

function sumOf(left: Distribution, right: Distribution): Distribution {
  if (left.masses.length * right.masses.length > AFFORDABLE) return normalSum(left, right);
  const masses = new Float64Array(left.masses.length + right.masses.length - 1);
  for (let i = 0; i < left.masses.length; i += 1) {
    const weight = left.masses[i]!;
    for (let k = 0; k < right.masses.length; k += 1) masses[i + k]! += weight * right.masses[k]!;
  }
  return { from: left.from + right.from, masses };
}

/** P(left + right ≥ x), in one pass over each. */
function tailOfSum(left: Distribution, right: Distribution, x: number): number {
  const suffix = new Float64Array(right.masses.length + 1);
  for (let k = right.masses.length - 1; k >= 0; k -= 1) suffix[k] = suffix[k + 1]! + right.masses[k]!;
  let sum = 0;
  for (let i = 0; i < left.masses.length; i += 1) {
    const needed = x - (left.from + i) - right.from;
    sum += left.masses[i]! * suffix[Math.min(right.masses.length, Math.max(0, needed))]!;
  }
  return Math.min(1, sum);
}

/**
 * One-sided Fisher exact test: the chance that blind dealing gives the canary at least the failures that it has.
 *
 * Several tables (steps of a release, each with its own share of the traffic) are tested together by the sum of the
 * canary's failures, each dealt within its own table: the exact test of Cochran, Mantel and Haenszel. Adding the tables up
 * first would blame the canary for a bad hour that it merely had more of the traffic in.
 *
 * Work grows with the square root of the counts. Three and more tables with millions of invocations each are summed as normal
 * distributions, all but the widest: a few per cent of a small chance. No tables, or none with anything to compare, give 1.
 */
export function fisherTest(tables: readonly TwoByTwo[]): number {
  const telling = tables
    .map((table) => ({ deal: dealOf(table), failures: table.canary.failures }))
    .filter(({ deal }) => deal.highest > deal.lowest);
  const [first] = telling;
  if (first === undefined) return 1;
  if (telling.length === 1) return tail(first.deal, first.failures);
  const failures = telling.reduce((sum, one) => sum + one.failures, 0);
  const [widest, ...others] = telling
    .map(({ deal }) => distribution(deal))
    .sort((left, right) => right.masses.length - left.masses.length);
  return tailOfSum(others.reduce(sumOf), widest!, failures);
}
