import type { ReplayPlan } from '../../lib/dlq/replay/plan.ts';
import { formatDuration, formatUsd, plural, text } from '../../lib/io/format.ts';
import type { Block, Outcome, Warning } from '../../lib/io/outcome.ts';

/** What `dlq replay --dry-run` answers. */
export function planOutcome(service: string | null, plan: ReplayPlan): Outcome {
  const matched = plan.look?.matched ?? plan.waiting;
  return {
    kind: 'dlq.replay',
    data: {
      service,
      dryRun: true,
      runId: null,
      engine: 'client',
      matched,
      replayed: 0,
      failed: 0,
      skipped: plan.look?.skipped ?? 0,
      suppressed: 0,
      remaining: plan.waiting,
      verified: null,
      requests: plan.requests,
      costUsd: plan.costUsd,
      durationMs: 0,
      ratePerSecond: 0,
      plan,
    },
    warnings: planWarnings(plan),
    next: matched === 0 ? [] : [{ command: `cvops dlq replay${service === null ? '' : ` ${service}`}`, why: 'do it' }],
    view: () => planView(plan, matched),
  };
}

/** What stands in the way, or may. */
export function planWarnings(plan: ReplayPlan): Warning[] {
  return plan.checks
    .filter((check) => check.status === 'NG')
    .map((check) => ({ code: check.id, message: `${check.detail}.` }));
}

function planView(plan: ReplayPlan, matched: number): readonly Block[] {
  const time = plan.seconds === null ? '' : `, ${formatDuration(plan.seconds)} at the rate asked for`;
  const blocks: Block[] = [
    {
      kind: 'line',
      text: `Would replay ${plural(matched, 'message')} from ${plan.dlq} to ${plan.target}: about ${plural(plan.requests, 'request')}, ${formatUsd(plan.costUsd)}${time}. Nothing was sent or deleted.`,
    },
  ];
  if (plan.look !== null && plan.look.groups.length > 0) {
    blocks.push({
      kind: 'table',
      table: {
        columns: [{ label: 'GROUP' }, { label: 'COUNT', align: 'right' }],
        rows: plan.look.groups.slice(0, 20).map((group) => [text(group.groupId), { raw: group.count }]),
      },
    });
  }
  if (plan.look !== null && !plan.look.complete) {
    blocks.push({
      kind: 'line',
      text: `About ${plural(plan.look.hidden, 'message')} could not be seen.`,
      tone: 'warn',
    });
  }
  for (const check of plan.checks) {
    const tone = check.status === 'NG' ? 'bad' : 'dim';
    blocks.push({ kind: 'line', text: `${check.status.padEnd(4)}  ${check.detail}`, tone });
  }
  return blocks;
}
