import { formatCount, formatUsd, text } from '../../lib/io/format.ts';
import type { Block, Cell } from '../../lib/io/outcome.ts';
import { amount, between, inCurrency, rowName } from '../../lib/usage/figures.ts';
import type { ArticleComparison } from '../../lib/usage/forecast/article.ts';
import type { Bounds, ForecastRow } from '../../lib/usage/forecast/forecast-row.ts';
import type { Tariff } from '../../lib/usage/tariff/tariff.ts';
import { termsTable } from './explain-view.ts';
import { pricesOf } from './prices-of.ts';

/** One traffic of `usage forecast`; its fields are public promises. */
export interface ForecastScenario {
  readonly queriesPerMonth: number;
  readonly rows: readonly ForecastRow[];
  readonly totals: {
    readonly costUsd: number;
    readonly rangeUsd: Bounds;
    /** What AWS bills of it. */
    readonly awsUsd: number;
    readonly awsRangeUsd: Bounds;
    readonly display: {
      readonly currency: string;
      readonly rate: number;
      readonly asOf: string;
      readonly cost: number;
    } | null;
  };
  readonly article: ArticleComparison | null;
}

/** The rows of all scenarios side by side, their sums, and the article's figures. */
export function forecastView(scenarios: readonly ForecastScenario[], tariff: Tariff): readonly Block[] {
  // Of the last scenario, which is mostly the largest: notes tell figures.
  const notes = scenarios.at(-1)!.rows.flatMap((row) => row.notes.map((note) => `${rowName(row)}: ${note}`));
  return [
    { kind: 'table', table: rowsTable(scenarios) },
    {
      kind: 'line',
      text: `USD a month, before credits, beyond the allowances of an account that does nothing else; ${pricesOf(tariff)}.`,
      tone: 'dim',
    },
    ...notes.map((note): Block => ({ kind: 'line', text: note, tone: 'dim' })),
    ...scenarios.flatMap(articleBlocks),
  ];
}

/** One row at each traffic: how it is reckoned, and from which numbers. */
export function explainForecast(scenarios: readonly ForecastScenario[], id: string): readonly Block[] {
  return scenarios.flatMap(({ queriesPerMonth, rows }): readonly Block[] => {
    const row = rows.find((each) => each.id === id)!;
    const { range, unit } = row;
    return [
      {
        kind: 'line',
        text: `${id}: ${rowName(row)}, at ${formatCount(queriesPerMonth)} queries a month`,
        tone: 'strong',
      },
      {
        kind: 'fields',
        fields: [
          ['used', { raw: row.used, text: `${amount(row.used)} ${unit}` }],
          ...(range.low === range.high ? [] : [['range', text(`${between(range)} ${unit}`)] as const]),
          ['free', { raw: row.limit, text: row.limit === 0 ? 'nothing' : `${amount(row.limit)} ${unit}` }],
          ['cost', cost(row.costUsd, row.costRangeUsd)],
          ['source', text(row.source)],
        ],
      },
      { kind: 'line', text: row.formula.text, tone: 'accent' },
      ...termsTable(row.formula.terms),
      ...row.notes.map((note): Block => ({ kind: 'line', text: `- ${note}` })),
    ];
  });
}

function rowsTable(scenarios: readonly ForecastScenario[]) {
  const [first] = scenarios;
  const ids = first!.rows.map(({ id }) => id);
  return {
    columns: [
      { label: 'A MONTH' },
      { label: 'FREE', align: 'right' as const },
      ...scenarios.flatMap(({ queriesPerMonth }) => [
        { label: compact(queriesPerMonth), align: 'right' as const },
        { label: 'USD', align: 'right' as const },
      ]),
    ],
    rows: [
      ...ids.map((id, index) => [
        text(rowName(first!.rows[index]!)),
        free(first!.rows[index]!),
        ...scenarios.flatMap(({ rows }) => {
          const row = rows.find((each) => each.id === id)!;
          return [used(row), cost(row.costUsd, row.costRangeUsd)];
        }),
      ]),
      [
        text('total', 'strong'),
        text(''),
        ...scenarios.flatMap(({ totals }): readonly Cell[] => [
          text(''),
          { ...cost(totals.costUsd, totals.rangeUsd), tone: 'strong' },
        ]),
      ],
      ...(scenarios.some(({ totals }) => totals.awsUsd < totals.costUsd) ? [awsRow(scenarios)] : []),
      ...(first!.totals.display === null ? [] : [displayRow(scenarios)]),
    ],
  };
}

function awsRow(scenarios: readonly ForecastScenario[]): readonly Cell[] {
  const costs = scenarios.flatMap(({ totals }) => [text(''), cost(totals.awsUsd, totals.awsRangeUsd)]);
  return [text('of it AWS'), text(''), ...costs];
}

function displayRow(scenarios: readonly ForecastScenario[]): readonly Cell[] {
  const { rate, asOf, currency } = scenarios[0]!.totals.display!;
  return [
    text(`1 USD = ${rate} ${currency}, ${asOf}`, 'dim'),
    text(''),
    ...scenarios.flatMap(({ totals }): readonly Cell[] => [
      text(''),
      { raw: totals.display!.cost, text: inCurrency(totals.costUsd, totals.display!), tone: 'dim' },
    ]),
  ];
}

function free({ limit, unit }: ForecastRow): Cell {
  return { raw: limit, text: limit === 0 ? 'nothing' : `${compact(limit)}${unit.length > 3 ? '' : ` ${unit}`}` };
}

function used({ used: value, limit }: ForecastRow): Cell {
  return { raw: value, text: compact(value), ...(value > limit ? { tone: 'warn' as const } : {}) };
}

/** `$14.26 (13.40–14.76)`: the bounds where they differ by a cent. */
function cost(usd: number, { low, high }: Bounds): Cell {
  const bounds = high - low < 0.01 ? '' : ` (${low.toFixed(2)}–${high.toFixed(2)})`;
  return { raw: usd, text: `${formatUsd(usd)}${bounds}` };
}

/** `9.76M`, `583K`, `0.016`. */
function compact(value: number): string {
  if (value < 10_000) return amount(value);
  return new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 }).format(value);
}

function articleBlocks({ queriesPerMonth, article, totals }: ForecastScenario): readonly Block[] {
  if (article === null) return [];
  const rows = article.lines.map(({ service, articleUsd, oursUsd, oursRangeUsd, why }) => [
    text(service),
    articleUsd === null ? text(null) : cost(articleUsd, { low: articleUsd, high: articleUsd }),
    cost(oursUsd, oursRangeUsd),
    text(why, 'dim'),
  ]);
  const total = [
    text('total', 'strong'),
    { raw: article.articleUsd, text: formatUsd(article.articleUsd), tone: 'strong' as const },
    { ...cost(totals.costUsd, totals.rangeUsd), tone: 'strong' as const },
    text(article.why, 'dim'),
  ];
  const columns = [
    { label: `AT ${compact(queriesPerMonth)}` },
    { label: 'ARTICLE', align: 'right' },
    { label: 'OURS', align: 'right' },
    { label: 'WHY' },
  ] as const;
  return [{ kind: 'table', table: { columns, rows: [...rows, total] } }];
}
