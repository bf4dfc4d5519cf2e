import { formatUsd, plural, text } from '../../lib/io/format.ts';
import type { Block, Cell } from '../../lib/io/outcome.ts';
import { percent } from '../../lib/release/judge/words.ts';
import { amount } from '../../lib/usage/figures.ts';
import type { ReconciledRow, Reconciliation } from '../../lib/usage/reconcile/reconciliation.ts';
import { gapWords } from './gap-words.ts';

const STATES: Readonly<Record<ReconciledRow['state'], Omit<Cell, 'raw'>>> = {
  agrees: { text: 'agrees', tone: 'good' },
  differs: { text: 'differs', tone: 'bad' },
  others: { text: 'others use it, too', tone: 'warn' },
  'not reported': { text: 'AWS tells nothing', tone: 'dim' },
  'not read': { text: 'not read', tone: 'warn' },
};

/** AWS's own count beside ours; what AWS does not tell of has no figure, never 0. */
export function reconcileView({ rows, plan, creditsLeftUsd, gap, planGap }: Reconciliation): readonly Block[] {
  const told = rows.filter(({ aws }) => aws !== null);
  const silent = rows.length - told.length;
  const line = (words: string): Block => ({ kind: 'line', text: words });
  return [
    ...(told.length === 0 ? [] : [{ kind: 'table', table: table(told) } as const]),
    ...(gap === null ? [] : [line(gapWords('AWS’s own count was', gap))]),
    ...(gap === null && silent > 0 ? [line(`AWS tells nothing of ${plural(silent, 'row')}, which is not zero.`)] : []),
    ...(planGap === null
      ? [line(planWords(plan, creditsLeftUsd))]
      : [line(gapWords('The account’s plan was', planGap))]),
  ];
}

function table(rows: readonly ReconciledRow[]) {
  return {
    columns: [
      { label: 'AWS’S OWN COUNT' },
      { label: 'OURS', align: 'right' },
      { label: 'AWS', align: 'right' },
      { label: 'OFF', align: 'right' },
      { label: '' },
    ] as const,
    rows: rows.map(({ id, ours, aws, difference, state, at }) => [
      text(at === 'now' ? id : `${id}, at the end`),
      figure(ours),
      figure(aws),
      { raw: difference, text: difference === null ? '–' : percent(difference) },
      { raw: state, ...STATES[state] },
    ]),
  };
}

function figure(value: number | null): Cell {
  return { raw: value, text: value === null ? '–' : amount(value) };
}

function planWords(plan: Reconciliation['plan'], creditsLeftUsd: number | null): string {
  if (plan === null) return 'The account is from before there were plans and credits.';
  const until = plan.expiresAt === null ? '' : ` until ${new Date(plan.expiresAt).toISOString().slice(0, 10)}`;
  const credits = creditsLeftUsd === null ? '' : `, ${formatUsd(creditsLeftUsd)} of credits left`;
  return `Account plan: ${plan.type.toLowerCase()}, ${plan.status.toLowerCase().replace('_', ' ')}${until}${credits}.`;
}
