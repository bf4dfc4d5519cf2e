import type { MetricFilter } from '../../aws/ports/usage-source.ts';
import { DAY_MS } from '../../durations.ts';
import { mapped } from '../mapped.ts';
import type { Reading, Readings, Series } from '../readings.ts';
import { countCustomMetrics } from './custom-metrics.ts';
import type { Reader } from './reader.ts';

/** ListMetrics names what had data in the last two weeks: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html */
const LISTED_MS = 14 * DAY_MS;
const PAGES = 2;
/** What is called most and counts; asked without being listed where the period goes back further than the list. */
const CALLED_MOST = ['GetMetricStatistics', 'PutMetricData', 'ListMetrics'];

type AccountReadings = Pick<Readings, 'allFunctions' | 'events' | 'cloudwatch'> & {
  readonly logs: Omit<Readings['logs'], 'groups'>;
};

/** What CloudWatch counts over the whole account and Region, whichever system it comes from. */
export async function readAccount(reader: Reader): Promise<AccountReadings> {
  // Without dimensions: over all functions, rules and log groups of the Region.
  // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
  const total = (namespace: string, metric: string) => reader.series(namespace, metric, {});
  const [schedules, calls, customMetrics, alarms, dashboards, invocations, duration, rules, incomingBytes] =
    await Promise.all([
      readSchedules(reader),
      readCalls(reader),
      reader.read('measurements', countCustomMetrics),
      reader.read('monitoring', (monitoring) => monitoring.allAlarms()),
      reader.read('monitoring', (monitoring) => monitoring.dashboards()),
      total('AWS/Lambda', 'Invocations'),
      total('AWS/Lambda', 'Duration'),
      total('AWS/Events', 'Invocations'),
      total('AWS/Logs', 'IncomingBytes'),
    ]);
  return {
    allFunctions: { invocations, duration },
    events: { rules, schedules },
    cloudwatch: { alarms, dashboards, customMetrics, calls },
    logs: { incomingBytes },
  };
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html */
async function readSchedules(reader: Reader): Promise<Readings['events']['schedules']> {
  const namespace = 'AWS/Scheduler';
  const metric = 'InvocationAttemptCount';
  const groups = await names(reader, { namespace, metric, dimensions: { ScheduleGroup: null } }, 'ScheduleGroup', [
    'default',
  ]);
  const read = await seriesByName(groups, (ScheduleGroup) => reader.series(namespace, metric, { ScheduleGroup }));
  return mapped(read, (all) => all.map(([group, attempts]) => ({ group, attempts })));
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Usage-Metrics.html */
async function readCalls(reader: Reader): Promise<Readings['cloudwatch']['calls']> {
  const namespace = 'AWS/Usage';
  const metric = 'CallCount';
  const common = { Type: 'API', Service: 'CloudWatch', Class: 'None' };
  const operations = await names(
    reader,
    { namespace, metric, dimensions: { ...common, Resource: null } },
    'Resource',
    CALLED_MOST,
  );
  const read = await seriesByName(operations, (Resource) => reader.series(namespace, metric, { ...common, Resource }));
  return mapped(read, (all) => all.map(([operation, calls]) => ({ operation, calls })));
}

/** The values of one dimension; with those to be expected where the period is older than what is listed. */
async function names(
  reader: Reader,
  filter: Omit<MetricFilter, 'mostPages'>,
  dimension: string,
  expected: readonly string[],
): Promise<Reading<readonly string[]>> {
  const isOlder = reader.period.elapsedMs > LISTED_MS || reader.period.isOver;
  const listed = await reader.read('measurements', (measurements) =>
    measurements.metrics({ ...filter, mostPages: PAGES }),
  );
  return mapped(listed, ({ metrics }) => [
    ...new Set([...metrics.map(({ dimensions }) => dimensions[dimension]!), ...(isOlder ? expected : [])]),
  ]);
}

/** The series of each name; one that cannot be read leaves none, for a part is no total. */
async function seriesByName(
  { value, gap }: Reading<readonly string[]>,
  read: (name: string) => Promise<Reading<Series>>,
): Promise<Reading<readonly (readonly [string, Series])[]>> {
  if (value === undefined) return { gap };
  const all = await Promise.all(value.map(read));
  const refused = all.find((each) => each.gap !== undefined);
  if (refused?.gap !== undefined) return { gap: refused.gap };
  return { value: value.map((name, index) => [name, all[index]!.value!] as const) };
}
