import { formatUsd, text, withHint } from '../../lib/io/format.ts';
import type { Block, Cell } from '../../lib/io/outcome.ts';
import { percent } from '../../lib/release/judge/words.ts';
import { amount, between, monthName, rowName } from '../../lib/usage/figures.ts';
import type { Term, UsageReport, UsageRow } from '../../lib/usage/usage-row.ts';

const PROJECTIONS: Readonly<Record<UsageRow['projection'], string>> = {
  flow: 'the rest of the month like the same hours of its weeks so far; in the first week a straight line',
  level: 'today’s level stays',
  'capacity-hours': 'the hours so far, and today’s setting for those that are left',
  daily: 'each day has its own limit',
  none: 'none',
};

/** One row: how it is counted, from which numbers, and what to know of it. */
export function explainView(row: UsageRow, { period }: UsageReport): readonly Block[] {
  return [
    { kind: 'line', text: `${row.id}: ${rowName(row)}, ${monthName(period.month)}`, tone: 'strong' },
    { kind: 'fields', fields: fieldsOf(row, period.isOver) },
    { kind: 'line', text: row.formula.text, tone: 'accent' },
    ...termsTable(row.formula.terms),
    ...row.notes.map((note): Block => ({ kind: 'line', text: `- ${note}` })),
  ];
}

function fieldsOf(row: UsageRow, isOver: boolean): readonly (readonly [string, Cell])[] {
  const { used, range, limit, unit, gap, account } = row;
  const of = (share: number | null) => (share === null ? '' : ` (${percent(share)})`);
  const figure = (value: number | null, share: number | null) =>
    value === null ? text(null) : { raw: value, text: `${amount(value)} ${unit}${of(share)}` };
  const optional: readonly (readonly [string, Cell] | null)[] = [
    ['used', used === null ? text('not read', 'bad') : figure(used, row.utilisation)],
    range === null ? null : ['range', { raw: null, text: `${between(range)} ${unit}` }],
    gap === null ? null : ['missing', text(withHint(gap.message, gap.hint), 'warn')],
    account === null || account.used === used ? null : ['account', figure(account.used, account.utilisation)],
    [
      'free',
      limit === null
        ? text('no limit by the unit')
        : { raw: limit, text: `${amount(limit)} ${unit}, of the ${row.scope === 'region' ? 'Region' : row.scope}` },
    ],
    isOver ? null : ['at the end', figure(row.projected, row.projectedUtilisation)],
    row.projectedRange === null || isOver
      ? null
      : ['its range', { raw: null, text: `${between(row.projectedRange)} ${unit}` }],
    isOver ? null : ['how', text(PROJECTIONS[row.projection])],
    ['confidence', text(row.confidence)],
    ['cost', { raw: row.costUsd, text: cost(row, isOver) }],
    ['source', text(row.source)],
  ];
  return optional.filter((field) => field !== null);
}

function cost({ costUsd, projectedCostUsd }: UsageRow, isOver: boolean): string {
  if (costUsd === null) return '–';
  if (isOver) return `${formatUsd(costUsd)}, before credits`;
  const end = projectedCostUsd === null ? '' : `, ${formatUsd(projectedCostUsd)} at the end`;
  return `${formatUsd(costUsd)} so far${end}, before credits`;
}

/** The numbers of a formula, and where each is from. */
export function termsTable(terms: readonly Term[]): readonly Block[] {
  if (terms.length === 0) return [];
  return [
    {
      kind: 'table',
      table: {
        columns: [{ label: 'NUMBER' }, { label: 'VALUE', align: 'right' }, { label: 'UNIT' }, { label: 'FROM' }],
        rows: terms.map(({ name, value, unit, source }) => [
          text(name),
          { raw: value, text: value === null ? 'not read' : amount(value) },
          text(unit),
          text(source, 'dim'),
        ]),
      },
    },
  ];
}
