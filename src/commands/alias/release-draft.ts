import { commitOf } from '../../lib/deploy/version-note.ts';
import type { StepsResult } from '../../lib/release/canary/release-in-steps.ts';
import type { PromotionPlan } from '../../lib/release/plan-promotion.ts';
import type { Author } from '../../lib/release/promote.ts';
import type { Settled } from '../../lib/release/settle.ts';
import type { ReleaseOutcome, ReleaseStep } from '../../lib/release-ledger/release-entry.ts';
import type { ReleaseDraft } from '../../lib/release-ledger/release-ledger.ts';

/** What the ledger is told of a promotion however it ends. @param release its id, and when it began. */
export function releaseDraft(
  release: { readonly id: string; readonly at: number } & Author,
  service: string,
  plan: PromotionPlan,
  isStepped: boolean,
) {
  return {
    id: release.id,
    at: release.at,
    by: release.by,
    reason: release.reason,
    kind: 'promote',
    service,
    function: plan.alias.functionName,
    alias: plan.alias.name,
    aliasArn: plan.alias.arn,
    from: plan.from.version,
    to: plan.to.version,
    strategy: isStepped ? 'steps' : 'all-at-once',
    codeSha256: plan.to.codeSha256,
    git: commitOf(plan.to.description),
    revisionBefore: plan.alias.revisionId,
  } as const satisfies Partial<ReleaseDraft>;
}

/** What it is told of one that went through, to whatever end. */
export function movedDraft(
  steps: StepsResult | null,
  settled: Settled | null,
): Pick<ReleaseDraft, 'outcome' | 'steps' | 'probe'> {
  return {
    outcome: outcomeOf(steps),
    steps: (steps?.steps ?? []).map(stepOf),
    probe:
      settled === null
        ? null
        : { invocations: settled.invocations, failures: settled.failures, settled: settled.settled },
  };
}

function outcomeOf(steps: StepsResult | null): ReleaseOutcome {
  if (steps === null || steps.verdict === 'PASS') return 'succeeded';
  return steps.verdict === 'FAIL' ? 'rolled-back' : 'inconclusive';
}

function stepOf({ percent, startedAt, endedAt, judgement }: StepsResult['steps'][number]): ReleaseStep {
  const counts = (side: 'canary' | 'baseline') => {
    if (judgement === null) return null;
    const { invocations, failures } = judgement.numbers[side];
    return { invocations, failures };
  };
  return {
    percent,
    startedAt,
    endedAt,
    verdict: judgement?.verdict ?? null,
    canary: counts('canary'),
    baseline: counts('baseline'),
  };
}
