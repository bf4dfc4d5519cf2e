import { HOUR_MS } from '../../durations.ts';
import { plural } from '../../io/format.ts';
import { mapped } from '../mapped.ts';
import { projectCapacity } from '../projection.ts';
import type { CapacityReadings, Reading, TableReadings, TableSettings } from '../readings.ts';
import { costUsd } from '../tariff/cost.ts';
import type { Term, UsageRow } from '../usage-row.ts';
import { flow, straightLineTerm } from './amounts.ts';
import { capacityHours } from './capacity-hours.ts';
import { both, gathered } from './gathered.ts';
import { added, byDay, hoursOf, sumOf, total } from './hours.ts';
import { type RowInput, rowOf } from './row-of.ts';
import { isStandard, otherClassNote } from './table-class.ts';
import { storageRow } from './table-storage.ts';

type Direction = 'write' | 'read';

const DIRECTIONS = {
  write: {
    unit: 'WCU',
    provisioned: 'provisionedWrite',
    consumed: 'consumedWrite',
    metric: 'WriteCapacityUnits',
    hourPrice: 'dynamodb-wcu-hour',
    unitPrice: 'dynamodb-write-unit',
  },
  read: {
    unit: 'RCU',
    provisioned: 'provisionedRead',
    consumed: 'consumedRead',
    metric: 'ReadCapacityUnits',
    hourPrice: 'dynamodb-rcu-hour',
    unitPrice: 'dynamodb-read-unit',
  },
} as const;

/** Capacity, storage and consumed units of the configured tables. */
export function dynamoDbRows(input: RowInput): readonly UsageRow[] {
  if (input.readings.tables.length === 0) return [];
  return [
    capacity('write', input),
    capacity('read', input),
    storageRow(input),
    units('write', input),
    units('read', input),
  ];
}

/** A table's own capacity, or an index's: each has its own, and all count. */
interface Part {
  readonly name: string;
  readonly dimensions: string;
  readonly readings: CapacityReadings;
  readonly settings: Reading<{
    readonly isProvisioned: boolean;
    readonly write: number;
    readonly read: number;
    readonly createdAt: number | null;
  }>;
}

function partsOf(table: TableReadings): readonly Part[] {
  const isProvisioned = (settings: TableSettings) => settings.billing === 'PROVISIONED';
  return [
    {
      name: table.name,
      dimensions: `TableName=${table.name}`,
      readings: table,
      settings: mapped(table.settings, (settings) => ({ ...settings, isProvisioned: isProvisioned(settings) })),
    },
    ...table.indexes.map(
      (index): Part => ({
        name: `${table.name}/${index.name}`,
        dimensions: `TableName=${table.name}, GlobalSecondaryIndexName=${index.name}`,
        readings: index,
        settings: mapped(table.settings, (settings) => {
          const own = settings.indexes.find(({ name }) => name === index.name);
          return {
            isProvisioned: isProvisioned(settings) && own !== undefined,
            write: own?.write ?? 0,
            read: own?.read ?? 0,
            createdAt: null,
          };
        }),
      }),
    ),
  ];
}

function capacity(direction: Direction, input: RowInput): UsageRow {
  const { unit, provisioned, metric, hourPrice } = DIRECTIONS[direction];
  const { tables, period } = input.readings;
  const parts = tables.filter(isStandard).flatMap(partsOf);
  const read = gathered(
    parts.map((part) =>
      mapped(both(part.readings[provisioned], part.settings), ([series, settings]) => ({
        part,
        setting: settings.isProvisioned ? settings[direction] : 0,
        ...capacityHours(series, { ...settings, capacity: settings[direction] }, period),
      })),
    ),
  );
  const hours = added(...read.values.map((each) => each.hours));
  const setting = sumOf(read.values.map((each) => each.setting));
  const used = total(hours);
  const end = period.isOver ? used : projectCapacity(hours, setting, period);
  const filled = sumOf(read.values.map((each) => each.filled));
  return rowOf(
    {
      id: `dynamodb-${direction}-capacity`,
      service: 'DynamoDB',
      metric: `${direction} capacity`,
      unit: `${unit}-hours`,
      limit: `dynamodb-${direction}-capacity`,
      limitTimes: period.month.hours,
      projection: 'capacity-hours',
      basis: 'provisioned capacity of each hour, tables and indexes',
      amount:
        read.values.length === 0 && parts.length > 0
          ? null
          : {
              used,
              range: null,
              projected: end,
              projectedRange: null,
              confidence: filled > 0 ? 'medium' : 'high',
              daily: byDay(hours, period),
            },
      cost: ({ beyond }) => costUsd(input.tariff, hourPrice, beyond),
      gap: read.gap,
      formula: `Σ hourly average of Provisioned${metric}, of 25 × ${period.month.hours} hours`,
      summands: read.values.map((each) => total(each.hours)),
      terms: [
        ...read.values.flatMap((each): Term[] => [
          {
            name: `${unit}-hours of ${each.part.name}`,
            value: total(each.hours),
            unit: `${unit}-hours`,
            source: `AWS/DynamoDB Provisioned${metric}, Average, ${each.part.dimensions}`,
          },
          { name: `today’s setting of ${each.part.name}`, value: each.setting, unit, source: 'dynamodb:DescribeTable' },
        ]),
        {
          name: 'hours left',
          value: (period.month.endMs - period.untilMs) / HOUR_MS,
          unit: 'hours',
          source: 'the clock',
        },
      ],
      notes: [
        'Capacity is what is free, not what is consumed; other tables of the Region share the allowance.',
        tables.some(({ settings }) => settings.value?.billing === 'PAY_PER_REQUEST') &&
          'On-demand tables have nothing free and are in the rows of units.',
        filled > 0 &&
          `${plural(filled, 'hour')} had no point and ${filled === 1 ? 'has' : 'have'} the capacity of the hour before.`,
        ...new Set(read.values.flatMap((each) => each.notes)),
        otherClassNote(tables),
      ],
    },
    input,
  );
}

/** Consumed units are another thing than capacity, and never divided by 25: they cost where the table is on-demand. */
function units(direction: Direction, input: RowInput): UsageRow {
  const { consumed, provisioned, metric, unitPrice } = DIRECTIONS[direction];
  const { tables, period } = input.readings;
  const read = gathered(
    tables.flatMap(partsOf).map((part) =>
      mapped(
        both(both(part.readings[consumed], part.readings[provisioned]), part.settings),
        ([[used, capacities], settings]) => {
          // A table that was provisioned earlier in the month pays by the unit from then on.
          const lastProvisioned = capacities.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
          const hours = hoursOf(used);
          return {
            part,
            hours,
            paid: settings.isProvisioned ? [] : hours.filter(({ at }) => at > lastProvisioned),
          };
        },
      ),
    ),
  );
  const hours = added(...read.values.map((each) => each.hours));
  const paid = total(added(...read.values.map((each) => each.paid)));
  const used = total(hours);
  const name = `${direction} units`;
  return rowOf(
    {
      id: `dynamodb-${direction}-units`,
      service: 'DynamoDB',
      metric: name,
      unit: name,
      limit: null,
      scope: 'region',
      source: input.tariff.prices[unitPrice].source,
      projection: 'flow',
      basis: paid > 0 ? 'consumed units; those of on-demand tables are paid' : 'consumed units, inside the capacity',
      amount: read.values.length === 0 ? null : flow(hours, period),
      cost: ({ growth }) => costUsd(input.tariff, unitPrice, paid * growth),
      parts: [
        { name: 'provisioned', used: used - paid },
        { name: 'on-demand', used: paid },
      ],
      gap: read.gap,
      formula: `Σ Consumed${metric}`,
      summands: read.values.map((each) => total(each.hours)),
      terms: [
        ...read.values.map(
          (each): Term => ({
            name: `consumed by ${each.part.name}`,
            value: total(each.hours),
            unit: name,
            source: `AWS/DynamoDB Consumed${metric}, Sum, ${each.part.dimensions}`,
          }),
        ),
        straightLineTerm(used, period, name),
      ],
      notes: ['Nothing is free by the unit: what provisioned tables consume is covered by their capacity.'],
    },
    input,
  );
}
