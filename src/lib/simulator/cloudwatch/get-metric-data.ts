import type { Input } from '../kernel/service.ts';
import { Double } from './double.ts';
import { missingParameter } from './errors.ts';
import { type QueryResult, runQueries } from './metric-query.ts';
import type { MetricStore } from './metric-store.ts';
import { readable, timeRange } from './time-range.ts';

const MAX_POINTS = 100_800;

/**
 * GetMetricData: metric queries and simple expressions, newest first unless asked otherwise.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
export function getMetricData(store: MetricStore, input: Input, now: number) {
  const queries: readonly Input[] = input.MetricDataQueries ?? [];
  if (queries.length === 0) throw missingParameter('MetricDataQueries');
  const results = runQueries(store, queries, (period) => timeRange(input.StartTime, input.EndTime, period, now), now);
  const labels = labelsOf(queries);
  const shown = queries
    .map((query, i) => ({ query, result: results[i]!, label: labels[i]! }))
    .filter(({ query }) => query.ReturnData !== false)
    .map(({ query, result, label }) => ({
      id: query.Id as string,
      label,
      units: unitMessages(query, result),
      points: sorted(result, input.ScanBy, now),
    }));
  return paged(shown, input);
}

interface Shown {
  readonly id: string;
  readonly label: string;
  readonly units: readonly unknown[];
  readonly points: readonly (readonly [number, number])[];
}

function paged(shown: readonly Shown[], input: Input) {
  const size = Math.min(input.MaxDatapoints ?? MAX_POINTS, MAX_POINTS);
  let skip = input.NextToken === undefined ? 0 : Number(Buffer.from(input.NextToken, 'base64').toString('utf8'));
  const total = shown.reduce((sum, { points }) => sum + points.length, 0);
  const end = skip + size;
  let room = size;
  const results = shown.map(({ id, label, units, points }) => {
    const part = points.slice(skip, skip + room);
    const left = points.length - skip - part.length;
    skip = Math.max(0, skip - points.length);
    room -= part.length;
    return {
      Id: id,
      Label: label,
      Timestamps: part.map(([at]) => new Date(at * 1000)),
      Values: part.map(([, value]) => new Double(value)),
      StatusCode: left > 0 ? 'PartialData' : 'Complete',
      Messages: units.length > 0 ? units : undefined,
    };
  });
  return {
    MetricDataResults: results,
    NextToken: end < total ? Buffer.from(String(end)).toString('base64') : undefined,
    Messages: [],
  };
}

function sorted(result: QueryResult, scanBy: string | undefined, now: number) {
  const sign = scanBy === 'TimestampAscending' ? 1 : -1;
  return [...result.points]
    .filter(([at]) => readable(now / 1000 - at, result.period))
    .sort((a, b) => sign * (a[0] - b[0]));
}

function unitMessages(query: Input, result: QueryResult): readonly unknown[] {
  if (query.MetricStat?.Unit !== undefined || result.units.length < 2) return [];
  return [{ Code: 'MultipleUnits', Value: `Multiple units returned: '[${result.units.join(', ')}]'` }];
}

/** The metric's name, with the statistic and the period where these differ between the queries (recorded). */
function labelsOf(queries: readonly Input[]): readonly string[] {
  const stats = queries.map((query) => query.MetricStat).filter((stat) => stat !== undefined);
  const differs = (of: (stat: Input) => unknown) => new Set(stats.map(of)).size > 1;
  const sameMetric = !differs((stat) => stat.Metric.MetricName);
  const byStat = sameMetric && differs((stat) => stat.Stat);
  const byPeriod = sameMetric && differs((stat) => stat.Period);
  return queries.map((query) => {
    if (query.Label !== undefined) return query.Label;
    if (query.MetricStat === undefined) return query.Id;
    const { Metric, Stat, Period } = query.MetricStat;
    return [Metric.MetricName, ...(byStat ? [Stat] : []), ...(byPeriod ? [Period] : [])].join(' ');
  });
}
