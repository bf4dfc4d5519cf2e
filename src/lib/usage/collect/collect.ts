import type { EventSource } from '../../aws/ports/functions.ts';
import type { UsageSources } from '../../aws/ports/usage-source.ts';
import type { Period } from '../month.ts';
import type { Reading, Readings, ReportedCompute } from '../readings.ts';
import { readAccount } from './account-readings.ts';
import { type MeasuredFunction, readFunction } from './function-readings.ts';
import type { Inventory } from './inventory.ts';
import { readQueue } from './queue-readings.ts';
import { Reader } from './reader.ts';
import { readTable } from './table-readings.ts';
import { readTopic } from './topic-readings.ts';

export interface CollectOptions {
  readonly region: string;
  /** Adds up the functions' REPORT lines too: as many calls as their logs have pages. */
  readonly exact?: boolean;
}

/**
 * Reads everything that a report rests on. All calls are reads that cost nothing: GetMetricStatistics, ListMetrics,
 * Describe and List. A call that is refused or fails leaves a {@link Gap} in its reading.
 *
 * The calls, at most ten at a time and three deep; for the example system 43 where only this report calls CloudWatch:
 * - each function: 3 GetMetricStatistics, ListVersionsByFunction; where versions differ in memory or architecture,
 *   ListMetrics, then 2 GetMetricStatistics for each version that ran (8)
 * - all functions: ListEventSourceMappings, 2 GetMetricStatistics (3)
 * - each queue: 4 GetMetricStatistics, 3 for a dead-letter queue (7)
 * - each table, the one of releases too: DescribeTable, 4 GetMetricStatistics; then 4 for each index (10)
 * - each topic: 3 GetMetricStatistics (3)
 * - EventBridge: 1 GetMetricStatistics for all rules; ListMetrics, then one for each group of schedules (3)
 * - CloudWatch: DescribeAlarms, ListDashboards, ListMetrics for metrics of one's own; ListMetrics, then one
 *   GetMetricStatistics for each operation that was called (7)
 * - logs: DescribeLogGroups, GetMetricStatistics (2)
 *
 * `exact` reads the logs after that: FilterLogEvents, free as well.
 *
 * @throws CvopsError where no call can do any better: no credentials, endpoint or region, or interrupted.
 */
export async function collect(
  sources: UsageSources,
  inventory: Inventory,
  period: Period,
  { region, exact = false }: CollectOptions,
): Promise<Readings> {
  const reader = new Reader(sources, period);
  const [account, system] = await Promise.all([readAccount(reader), readSystem(reader, inventory)]);
  const { functions, queues, tables, topics, groups } = system;
  const reported = exact ? await readReported(reader, functions) : [];
  return {
    region,
    period,
    functions: functions.map((each, index) => ({ ...each, reported: reported[index] ?? null })),
    queues,
    tables: tables.filter((each) => each !== null),
    topics,
    ...account,
    logs: { ...account.logs, groups },
  };
}

async function readSystem(reader: Reader, { functions, queues, tables, topics }: Inventory) {
  // CloudWatch's first calls are on their way meanwhile.
  await reader.load('functions', 'tables', 'logs');
  const mappings: Promise<Reading<readonly EventSource[]>> =
    functions.length === 0
      ? Promise.resolve({ value: [] })
      : reader.read('functions', (source) => source.allEventSources());
  const [ofFunctions, ofTables, groups, ofQueues, ofTopics] = await Promise.all([
    Promise.all(functions.map((each) => readFunction(reader, each, mappings))),
    Promise.all(tables.map((each) => readTable(reader, each))),
    reader.read('logs', (logs) => logs.logGroups()),
    Promise.all(queues.map((each) => readQueue(reader, each))),
    Promise.all(topics.map((each) => readTopic(reader, each))),
  ]);
  return { functions: ofFunctions, tables: ofTables, groups, queues: ofQueues, topics: ofTopics };
}

/** What reads log lines is loaded where they are wanted. */
async function readReported(
  reader: Reader,
  functions: readonly MeasuredFunction[],
): Promise<readonly Reading<ReportedCompute>[]> {
  const { reportedCompute } = await import('./reported-compute.ts');
  return Promise.all(functions.map((each) => reportedCompute(reader, each)));
}
