import type { Context } from '../../lib/context.ts';
import { count, formatCount, formatUsd, text } from '../../lib/io/format.ts';
import type { Block, Cell, Outcome } from '../../lib/io/outcome.ts';
import { amount, rowName } from '../../lib/usage/figures.ts';
import { type Headroom, type HeadroomRow, headroom } from '../../lib/usage/forecast/headroom.ts';
import type { SystemModel } from '../../lib/usage/forecast/system-model.ts';
import type { Tariff } from '../../lib/usage/tariff/tariff.ts';
import { defineCommand } from '../command.ts';
import { MODEL_FLAGS, modelWords, parseModel } from './model-flags.ts';
import { modelInUse } from './model-in-use.ts';
import { pricesOf } from './prices-of.ts';
import { tariffInUse } from './tariff-in-use.ts';

interface HeadroomOptions {
  readonly model: SystemModel;
  /** The flags that it came from. */
  readonly said: string;
}

export const usageHeadroom = defineCommand<HeadroomOptions>({
  flags: MODEL_FLAGS,
  examples: [
    'cvops usage headroom',
    'cvops usage headroom --pollers 2',
    'cvops usage headroom --query data.binding.id',
  ],
  parse: (_arguments, flags) => ({ model: parseModel(flags), said: modelWords(flags) }),
  run,
});

async function run({ said, ...options }: HeadroomOptions, context: Context): Promise<Outcome> {
  const { tariff, warnings } = await tariffInUse(context);
  const model = await modelInUse(options.model, context);
  const found = headroom(model, tariff);
  const { queriesPerMonth } = found.binding ?? { queriesPerMonth: null };
  return {
    kind: 'usage.headroom',
    data: { region: tariff.region, asOf: tariff.asOf, model, rows: found.rows, binding: found.binding },
    items: found.rows,
    warnings,
    next:
      queriesPerMonth === null || queriesPerMonth === 0
        ? []
        : [{ command: `cvops usage forecast --queries ${queriesPerMonth * 10}${said}`, why: 'see ten times that' }],
    view: () => view(found, tariff),
  };
}

function view({ rows, binding }: Headroom, tariff: Tariff): readonly Block[] {
  return [
    headline(binding),
    {
      kind: 'table',
      table: {
        columns: [
          { label: 'ROW' },
          { label: 'FREE', align: 'right' },
          { label: 'IDLE', align: 'right' },
          { label: 'FREE UP TO', align: 'right' },
          { label: 'FROM', align: 'right' },
          { label: 'TO', align: 'right' },
        ],
        rows: rows.map((row) => [
          text(rowName(row)),
          { raw: row.limit, text: row.limit === 0 ? 'nothing' : amount(row.limit) },
          { raw: row.idle, text: amount(row.idle) },
          upTo(row.queriesPerMonth),
          bound(row, row.range.low),
          bound(row, row.range.high),
        ]),
      },
    },
    {
      kind: 'line',
      text: `Queries a month; from bursts of single messages to even traffic in full batches; ${pricesOf(tariff)}.`,
      tone: 'dim',
    },
    ...(binding?.notes ?? []).map((note): Block => ({ kind: 'line', text: note, tone: 'dim' })),
  ];
}

function headline(binding: HeadroomRow | null): Block {
  if (binding === null) return { kind: 'line', text: 'Nothing here ever costs anything.', tone: 'good' };
  const queries = binding.queriesPerMonth!;
  if (queries > 0) {
    return { kind: 'line', text: `Free up to ${formatCount(queries)} queries a month; then ${rowName(binding)} cost.` };
  }
  const first = (binding.firstCostUsd ?? 0) < 0.01 ? '' : ` (${formatUsd(binding.firstCostUsd!)} a month)`;
  return { kind: 'line', text: `${rowName(binding)} cost from the first query on${first}.`, tone: 'warn' };
}

function upTo(queries: number | null): Cell {
  return queries === null ? { raw: null, text: 'any' } : count(queries);
}

/** Bounds that say nothing are left out. */
function bound({ queriesPerMonth }: HeadroomRow, queries: number | null): Cell {
  return queries === queriesPerMonth ? { raw: queries, text: '' } : upTo(queries);
}
