import { type Period, periodOf } from '../../../../../src/lib/usage/month.ts';
import type {
  FunctionReadings,
  QueueReadings,
  Reading,
  Readings,
  Series,
  TableReadings,
  TopicReadings,
} from '../../../../../src/lib/usage/readings.ts';
import { usageRows } from '../../../../../src/lib/usage/rows/usage-rows.ts';
import { shippedTariff } from '../../../../../src/lib/usage/tariff/load-tariff.ts';
import type { UsageRow } from '../../../../../src/lib/usage/usage-row.ts';

export const HOUR_MS = 3_600_000;

/** A month, up to an hour of it; over without one. */
export function periodAt(month: string, hour?: number): Period {
  const startMs = Date.parse(`${month}-01T00:00:00Z`);
  return periodOf(month, hour === undefined ? startMs + 40 * 24 * HOUR_MS : startMs + hour * HOUR_MS);
}

/** A point for each hour up to the period's end, the last one too; null for an hour without data. */
export function points(
  { month, untilMs }: Period,
  value: (hour: number) => number | null,
  { samples = 1, maximum }: { samples?: number; maximum?: (hour: number) => number } = {},
): Series {
  const all: Series[number][] = [];
  for (let hour = 0; month.startMs + hour * HOUR_MS < untilMs; hour++) {
    const sum = value(hour);
    if (sum === null) continue;
    all.push({
      at: month.startMs + hour * HOUR_MS,
      sum,
      average: sum / samples,
      maximum: maximum?.(hour) ?? sum,
      samples,
    });
  }
  return all;
}

const none: Reading<Series> = { value: [] };
export const refused: Reading<never> = {
  gap: { code: 'AccessDenied', message: 'not allowed: cloudwatch:GetMetricStatistics.', hint: 'allow it.' },
};

export function aFunction(parts: Partial<FunctionReadings> = {}): FunctionReadings {
  return {
    name: 'processor',
    services: ['processor'],
    invocations: none,
    duration: none,
    concurrency: none,
    versions: { value: [{ version: '$LATEST', memoryMb: 128, architecture: 'x86_64', modifiedAt: 0 }] },
    byVersion: [],
    sources: { value: [] },
    reported: null,
    ...parts,
  };
}

export function aQueue(parts: Partial<QueueReadings> = {}): QueueReadings {
  return {
    name: 'queue',
    fifo: false,
    services: ['worker', 'processor'],
    isDeadLetterQueue: false,
    sent: none,
    received: none,
    emptyReceives: none,
    sizes: none,
    ...parts,
  };
}

export function aTable(parts: Partial<TableReadings> = {}, settings: object = {}): TableReadings {
  return {
    name: 'events',
    services: ['processor'],
    provisionedRead: none,
    provisionedWrite: none,
    consumedRead: none,
    consumedWrite: none,
    indexes: [],
    settings: {
      value: {
        billing: 'PROVISIONED',
        tableClass: 'STANDARD',
        read: 4,
        write: 10,
        sizeBytes: 0,
        items: 0,
        createdAt: 0,
        indexes: [],
        ...settings,
      },
    },
    ...parts,
  };
}

export function aTopic(parts: Partial<TopicReadings> = {}): TopicReadings {
  return { name: 'alerts', services: ['reporter'], published: none, delivered: none, failed: none, ...parts };
}

/** Readings in which nothing ran, but for what is given. */
export function monthOf(period: Period, parts: Partial<Readings> = {}): Readings {
  return {
    region: 'us-east-1',
    period,
    functions: [],
    queues: [],
    tables: [],
    topics: [],
    allFunctions: { invocations: none, duration: none },
    events: { rules: none, schedules: { value: [] } },
    cloudwatch: {
      alarms: { value: [] },
      dashboards: { value: 0 },
      customMetrics: { value: { count: 0, complete: true } },
      calls: { value: [] },
    },
    logs: { incomingBytes: none, groups: { value: [] } },
    ...parts,
  };
}

/** One row of the report on them. */
export async function rowOf(id: string, readings: Readings): Promise<UsageRow> {
  const rows = usageRows(readings, await shippedTariff('us-east-1'));
  const row = rows.find((each) => each.id === id);
  if (row === undefined) throw new Error(`no row ${id}: ${rows.map((each) => each.id).join(', ')}`);
  return row;
}
