import type { Warning } from '../../lib/io/outcome.ts';
import type { PromotionPlan } from '../../lib/release/plan-promotion.ts';
import type { Rehearsal } from '../../lib/release/promote.ts';
import type { Settled } from '../../lib/release/settle.ts';

/** What did not stop a promotion, and should be known of it. */
export function promotionWarnings(
  plan: PromotionPlan,
  rehearsal: Rehearsal | null,
  settled: Settled | null,
): readonly Warning[] {
  const found: Warning[] = [];
  if (rehearsal !== null && rehearsal.before.failure !== null) {
    found.push({
      code: 'WayBackFails',
      message: `version ${rehearsal.before.version}, the way back, failed the smoke test: ${rehearsal.before.failure}`,
    });
  }
  if (settled?.settled === false) {
    found.push({
      code: 'NotSettled',
      message: `the alias points to version ${plan.to.version}, but that was not seen ${settled.basis === 'alias' ? 'by GetAlias' : 'by its invocations'} yet.`,
    });
  }
  if (settled !== null && settled.failure !== null) {
    found.push({
      code: 'ProbeFailed',
      message: `after the move, the smoke event failed through the alias: ${settled.failure}`,
    });
  }
  return found;
}
