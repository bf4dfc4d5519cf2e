import { GB, ITEM_OVERHEAD_BYTES } from '../billed-units.ts';
import { amount as figure } from '../figures.ts';
import { mapped } from '../mapped.ts';
import type { Period } from '../month.ts';
import type { TableSettings } from '../readings.ts';
import { costUsd } from '../tariff/cost.ts';
import type { Term, UsageRow } from '../usage-row.ts';
import { level, pastLevelNote } from './amounts.ts';
import { gathered } from './gathered.ts';
import { sumOf } from './hours.ts';
import { type RowInput, rowOf } from './row-of.ts';
import { isStandard, otherClassNote } from './table-class.ts';

/** What the configured tables hold. */
export function storageRow(input: RowInput): UsageRow {
  const { tables, period } = input.readings;
  const standard = tables.filter(isStandard);
  const read = gathered(
    standard.map(({ name, settings }) =>
      mapped(settings, (value) => ({ name, createdAt: value.createdAt, ...sizeOf(value) })),
    ),
  );
  const gbMonths = (untilMs: number) =>
    sumOf(read.values.map(({ bytes, createdAt }) => (bytes / GB) * shareOfMonth(createdAt, untilMs, period)));
  const end = gbMonths(period.month.endMs);
  const used = period.isOver ? end : sumOf(read.values.map(({ bytes }) => bytes)) / GB;
  const free = input.tariff.limits['dynamodb-storage-gb'].free;
  return rowOf(
    {
      id: 'dynamodb-storage',
      service: 'DynamoDB',
      metric: 'storage',
      unit: 'GB',
      limit: 'dynamodb-storage-gb',
      projection: 'level',
      basis: 'size of tables and indexes + 100 B an item',
      amount:
        read.values.length === 0 && standard.length > 0 ? null : { ...level(used, period, 'medium'), projected: end },
      // So far: what the average since the month began lies beyond the allowance, for the part of the month that is over.
      cost: ({ beyond, monthShare }) =>
        costUsd(
          input.tariff,
          'dynamodb-gb-month',
          monthShare === 1 ? beyond : gbMonths(period.untilMs) - free * monthShare,
        ),
      gap: read.gap,
      formula: 'Σ (bytes + 100 × items) of tables and indexes / 2³⁰',
      summands: read.values.map(({ bytes }) => `${figure(bytes)} / 2³⁰`),
      terms: read.values.flatMap(({ name, bytes, items }): Term[] => [
        {
          name: `items and index entries of ${name}`,
          value: items,
          unit: '',
          source: 'dynamodb:DescribeTable ItemCount',
        },
        {
          name: `billed bytes of ${name}`,
          value: bytes,
          unit: 'bytes',
          source: 'dynamodb:DescribeTable TableSizeBytes, IndexSizeBytes',
        },
      ]),
      notes: [
        'DynamoDB counts a table every six hours or so. The bill has the average over the month: what a table made in it has today counts from its first day on.',
        pastLevelNote(period),
        otherClassNote(tables),
      ],
    },
    input,
  );
}

/** The part of the month, 0–1, in which a table was there up to a moment. */
function shareOfMonth(createdAt: number, untilMs: number, { month }: Period): number {
  return Math.max(0, untilMs - Math.max(createdAt, month.startMs)) / (month.endMs - month.startMs);
}

function sizeOf({ sizeBytes, items, indexes }: TableSettings): { readonly bytes: number; readonly items: number } {
  const all = [{ sizeBytes, items }, ...indexes];
  const count = sumOf(all.map((each) => each.items));
  return { bytes: sumOf(all.map((each) => each.sizeBytes)) + count * ITEM_OVERHEAD_BYTES, items: count };
}
