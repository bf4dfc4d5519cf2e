import { normalQuantile, normalTail } from './normal.ts';

/** How the error budget is laid out over the looks: `pocock` nearly evenly, `obrien-fleming` almost all at the end. */
export type Spending = 'pocock' | 'obrien-fleming';

/**
 * Part of `alpha` that may be spent once a share `time` (0–1) of the looks is done.
 * Lan and DeMets, Biometrika 70 (1983): functions that rise from 0 to alpha.
 */
export function alphaSpendable(spending: Spending, alpha: number, time: number): number {
  if (time <= 0) return 0;
  if (time >= 1) return alpha;
  if (spending === 'pocock') return alpha * Math.log(1 + (Math.E - 1) * time);
  return 2 * normalTail(normalQuantile(alpha / 2) / Math.sqrt(time));
}

/**
 * Level of the test at this look: what may be spent by now, less what was. A look that could not test leaves its share to
 * the next. The levels of all looks add up to `alpha` at most, and so, whatever the looks have in common, does the chance
 * of a false alarm at any of them.
 */
export function alphaOfLook(
  spending: Spending,
  alpha: number,
  plan: { readonly look: number; readonly looksLeft: number; readonly alphaSpent: number },
): number {
  const time = plan.look / (plan.look + plan.looksLeft);
  return Math.max(0, alphaSpendable(spending, alpha, time) - plan.alphaSpent);
}
