import { formatCount } from '../../io/format.ts';
import { GB, ITEM_OVERHEAD_BYTES } from '../billed-units.ts';
import type { Tariff } from '../tariff/tariff.ts';
import { type ForecastRow, forecastRow, term } from './forecast-row.ts';
import { neededReadUnits, reportRuns, weekReadUnits } from './report-reads.ts';
import type { SystemModel } from './system-model.ts';

const WRITE_BYTES = 1_024;

/** Capacity or units of the table of events (with the table of releases beside it), and what is stored. */
export function tableRows(queries: number, model: SystemModel, tariff: Tariff): readonly ForecastRow[] {
  const capacity = capacityRows(queries, model, tariff);
  const units = model.table.billing === 'on-demand' ? unitRows(queries, model, tariff) : [];
  const items = (queries / model.days) * model.table.retentionDays;
  const stored = (items * (model.table.itemBytes + ITEM_OVERHEAD_BYTES)) / GB;
  return [
    ...capacity,
    ...units,
    forecastRow(tariff, {
      id: 'dynamodb-storage',
      service: 'DynamoDB',
      metric: 'storage',
      unit: 'GB',
      used: stored,
      limit: 'dynamodb-storage-gb',
      price: 'dynamodb-gb-month',
      grows: true,
      text: 'queries a day × days kept × (item + 100 bytes)',
      terms: [
        term('queries a day', queries / model.days, '', '--queries'),
        term('days kept', model.table.retentionDays, 'd', '--retention-days'),
        term('item', model.table.itemBytes, 'bytes', '--item-bytes'),
      ],
      notes: ['Once the table is as old as its items become.'],
    }),
  ];
}

function capacityRows(queries: number, model: SystemModel, tariff: Tariff): readonly ForecastRow[] {
  const { table, ledger, days, peak } = model;
  const provisioned = table.billing === 'provisioned';
  const hours = days * 24;
  const rate = queries / (days * 86_400);
  const unitsEach = writeUnits(model);
  const writes = (factor: number) =>
    ledger.writeUnits + (provisioned ? Math.max(table.writeUnits, Math.ceil(rate * factor * unitsEach)) : 0);
  const needed = neededReadUnits(queries, model);
  const reads = ledger.readUnits + (provisioned ? Math.max(table.readUnits, needed) : 0);
  return [
    forecastRow(tariff, {
      id: 'dynamodb-write-capacity',
      service: 'DynamoDB',
      metric: 'write capacity',
      unit: 'WCU',
      used: writes(peak),
      // Queue and burst capacity smooth peaks out; twice the peak is what a bad day brings.
      range: { low: writes(1), high: writes(2 * peak) },
      limit: 'dynamodb-write-capacity',
      price: 'dynamodb-wcu-hour',
      perUnit: hours,
      grows: provisioned,
      text: provisioned
        ? 'the larger of the setting and writes a second × peak × units a write, + releases'
        : 'releases',
      terms: [
        ...(provisioned
          ? [
              term('setting', table.writeUnits, 'WCU'),
              term('writes a second', rate, '', '--queries'),
              term('peak', peak, 'times the average', '--peak'),
              term('units a write', unitsEach, 'WCU', '--item-bytes'),
            ]
          : []),
        term('releases', ledger.writeUnits, 'WCU'),
        term('hours of the month', hours, 'h'),
      ],
    }),
    forecastRow(tariff, {
      id: 'dynamodb-read-capacity',
      service: 'DynamoDB',
      metric: 'read capacity',
      unit: 'RCU',
      used: reads,
      // Raised for the hour of the report alone, it stays within the free unit-hours of the month.
      range: { low: ledger.readUnits + (provisioned ? table.readUnits : 0), high: reads },
      limit: 'dynamodb-read-capacity',
      price: 'dynamodb-rcu-hour',
      perUnit: hours,
      grows: provisioned,
      text: provisioned
        ? 'the larger of the setting and read units of a week / (300 s of burst + the reporter’s time), + releases'
        : 'releases',
      terms: [
        ...(provisioned
          ? [
              term('setting', table.readUnits, 'RCU'),
              term('read units of a week', weekReadUnits(queries, model), 'units', '--queries, --item-bytes'),
              term('the reporter’s time', model.reporter.timeoutSeconds, 's'),
            ]
          : []),
        term('releases', ledger.readUnits, 'RCU'),
        term('hours of the month', hours, 'h'),
      ],
      notes:
        provisioned && needed > table.readUnits
          ? [
              `The weekly report reads every item of the week and needs ${formatCount(needed)} read units for that, where ${table.readUnits} are set. Raised for its hour alone they cost next to nothing.`,
            ]
          : [],
    }),
  ];
}

function unitRows(queries: number, model: SystemModel, tariff: Tariff): readonly ForecastRow[] {
  const unitsEach = writeUnits(model);
  const runs = reportRuns(model);
  const week = weekReadUnits(queries, model);
  return [
    forecastRow(tariff, {
      id: 'dynamodb-write-units',
      service: 'DynamoDB',
      metric: 'write units',
      unit: 'units',
      used: queries * unitsEach,
      price: 'dynamodb-write-unit',
      grows: true,
      text: 'queries × units a write',
      terms: [term('queries', queries, 'a month', '--queries'), term('units a write', unitsEach, '', '--item-bytes')],
      notes: ['On-demand tables have no free units.'],
    }),
    forecastRow(tariff, {
      id: 'dynamodb-read-units',
      service: 'DynamoDB',
      metric: 'read units',
      unit: 'units',
      used: runs * week,
      price: 'dynamodb-read-unit',
      grows: true,
      text: 'reports × read units of a week',
      terms: [term('reports', runs, 'a month'), term('read units of a week', week, 'units', '--queries, --item-bytes')],
    }),
  ];
}

function writeUnits({ table }: SystemModel): number {
  return Math.ceil(table.itemBytes / WRITE_BYTES);
}
