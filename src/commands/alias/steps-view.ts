import { formatCount, text } from '../../lib/io/format.ts';
import type { Block } from '../../lib/io/outcome.ts';
import type { StepResult } from '../../lib/release/canary/release-in-steps.ts';

/** One step of a release as JSON tells it. */
export function stepData({ percent, startedAt, endedAt, judgement }: StepResult) {
  return {
    percent,
    startedAt: new Date(startedAt).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
    verdict: judgement?.verdict ?? null,
    canary: judgement?.numbers.canary ?? null,
    baseline: judgement?.numbers.baseline ?? null,
    difference: judgement?.numbers.difference ?? null,
    pValue: judgement?.numbers.pValue ?? null,
    sample: judgement?.sample ?? null,
    power: judgement?.power ?? null,
    reasons: judgement?.reasons ?? [],
  };
}

/** The steps of a release, or of several services; nothing without any. */
export function stepsTable(services: readonly { readonly service?: string; readonly steps: readonly StepResult[] }[]) {
  const rows = services.flatMap(({ service, steps }) => steps.map((step) => ({ service, step })));
  if (rows.length === 0) return [];
  const side = (figures: { invocations: number; failures: number } | undefined) =>
    text(figures === undefined ? null : `${formatCount(figures.failures)} of ${formatCount(figures.invocations)}`);
  const tone = { PASS: 'good', FAIL: 'bad', INCONCLUSIVE: 'warn' } as const;
  const named = rows.some(({ service }) => service !== undefined);
  const labels = ['STEP', 'VERDICT', 'CANARY FAILED', 'BASELINE FAILED', 'WHY'];
  const block: Block = {
    kind: 'table',
    table: {
      columns: [...(named ? ['SERVICE'] : []), ...labels].map((label) => ({ label })),
      rows: rows.map(({ service, step: { percent, judgement } }) => [
        ...(named ? [text(service ?? null, 'strong')] : []),
        text(`${percent} %`),
        text(judgement?.verdict ?? null, judgement === null ? undefined : tone[judgement.verdict]),
        side(judgement?.numbers.canary),
        side(judgement?.numbers.baseline),
        text(judgement?.reasons[0]?.text ?? null),
      ]),
    },
  };
  return [block];
}
