import { count, plural, text } from '../../lib/io/format.ts';
import type { Block, Cell } from '../../lib/io/outcome.ts';
import { LIMIT_IDS, PRICE_IDS, type PriceId, type Tariff, type Tier } from '../../lib/usage/tariff/tariff.ts';

/** Prices, limits, and the pages that they are from. */
export function pricesView(tariff: Tariff): readonly Block[] {
  const origin = tariff.file === null ? 'as cvops came with them' : `from ${tariff.file}`;
  return [
    {
      kind: 'line',
      text: `Prices of ${tariff.region}, ${tariff.asOf}, ${origin}. Limits of ${tariff.limitsAsOf}.`,
    },
    priceTable(tariff),
    ...footnote(tariff),
    limitTable(tariff),
    sources(tariff),
  ];
}

/** What a refresh did. */
interface RefreshView {
  /** Null: cvops had no prices of the Region. */
  readonly before: Tariff | null;
  readonly after: Tariff;
  readonly changed: readonly PriceId[];
  readonly kept: readonly PriceId[];
  readonly dryRun: boolean;
  readonly path: string;
}

/** What changed and what stayed for want of a new price; the rest is in the JSON. */
export function refreshView({ before, after, changed, kept, dryRun, path }: RefreshView): readonly Block[] {
  const what = before === null ? 'all new' : changed.length === 0 ? 'none changed' : `${changed.length} changed`;
  const told = `${plural(PRICE_IDS.length, 'price')} of ${after.region}, ${after.asOf}: ${what}`;
  const headline: Block = dryRun
    ? { kind: 'line', text: `${told}. Nothing was written.` }
    : { kind: 'line', text: `✓ ${told}. Written to ${path}.`, tone: 'good' };
  const shown = PRICE_IDS.filter((id) => changed.includes(id) || kept.includes(id));
  if (shown.length === 0) return [headline];
  const rows = shown.map((id) => [
    text(id),
    before === null ? text('') : usd(before.prices[id].tiers, 'dim'),
    usd(after.prices[id].tiers),
    text(after.prices[id].unit),
    kept.includes(id) ? text('kept', 'warn') : text(before === null ? 'new' : 'changed'),
  ]);
  const columns = [
    { label: 'PRICE' },
    { label: 'BEFORE', align: 'right' },
    { label: 'USD', align: 'right' },
    { label: 'FOR ONE' },
    { label: '' },
  ] as const;
  return [headline, { kind: 'table', table: { columns, rows } }];
}

function priceTable({ prices }: Tariff): Block {
  return {
    kind: 'table',
    table: {
      columns: [{ label: 'PRICE' }, { label: 'USD', align: 'right' }, { label: 'FOR ONE' }, { label: '' }],
      rows: PRICE_IDS.map((id) => {
        const { tiers, unit, unverified } = prices[id];
        return [
          text(id),
          usd(tiers),
          text(unit),
          unverified === true ? { raw: 'unverified', text: '*', tone: 'warn' } : text(''),
        ];
      }),
    },
  };
}

function footnote({ prices }: Tariff): readonly Block[] {
  if (!PRICE_IDS.some((id) => prices[id].unverified === true)) return [];
  return [{ kind: 'line', text: '* as AWS has published it; not seen in its price list', tone: 'dim' }];
}

/** Of the first tier that costs: prices fall from millions of units on, which the JSON tells. */
function usd(tiers: readonly Tier[], tone?: Cell['tone']): Cell {
  const first = tiers.find((tier) => tier.usd > 0) ?? tiers[0]!;
  const shown = first.usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 12 });
  // Not 2e-7.
  return { raw: shown.replaceAll(',', ''), text: `$${shown}`, ...(tone === undefined ? {} : { tone }) };
}

function limitTable({ limits }: Tariff): Block {
  return {
    kind: 'table',
    table: {
      columns: [{ label: 'LIMIT' }, { label: 'FREE', align: 'right' }, { label: 'UNIT' }, { label: 'OF THE' }],
      rows: LIMIT_IDS.map((id) => {
        const { free, unit, scope } = limits[id];
        return [text(id), count(free), text(unit), text(scope)];
      }),
    },
  };
}

function sources({ limits, prices }: Tariff): Block {
  const pages = new Set([...Object.values(prices), ...Object.values(limits)].map(({ source }) => source));
  return {
    kind: 'fields',
    fields: [...pages].map((page, index): [string, Cell] => [index === 0 ? 'sources' : '', text(page)]),
  };
}
