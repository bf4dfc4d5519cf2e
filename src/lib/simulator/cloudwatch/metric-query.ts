import type { Input } from '../kernel/service.ts';
import type { Bucket } from './bucket.ts';
import { invalidValue, missingParameter, validation } from './errors.ts';
import { evaluate, type Points, type TimeSeries } from './expression.ts';
import { type MetricStore, periods, type UnitSeries } from './metric-store.ts';
import { checkExtended, needsValues, STATISTICS, statistic } from './statistics.ts';
import { checkPeriod } from './time-range.ts';

export interface QueryResult extends TimeSeries {
  readonly id: string;
  /** Buckets behind the points of a plain metric query, for sample counts. */
  readonly buckets: ReadonlyMap<number, Readonly<Bucket>> | undefined;
  /** All units met, where the query names none and there are several. */
  readonly units: readonly string[];
}

/**
 * Runs MetricDataQueries, expressions last. `span` gives start and end (seconds) for a period; `now` is ms.
 * @returns results in the order of the queries, hidden ones included.
 */
export function runQueries(
  store: MetricStore,
  queries: readonly Input[],
  span: (period: number) => { start: number; end: number },
  now: number,
): readonly QueryResult[] {
  checkQueries(queries);
  const results = new Map<string, QueryResult>();
  for (const query of queries) {
    if (query.MetricStat !== undefined) results.set(query.Id, metricResult(store, query, span));
  }
  const longest = Math.max(1, ...queries.map((query) => query.MetricStat?.Period ?? query.Period ?? 1));
  const times = () => starts(span(longest), longest, now / 1000);
  const pending = queries.filter((query) => query.Expression !== undefined);
  const resolve = (id: string): TimeSeries | undefined => {
    const known = results.get(id);
    if (known !== undefined) return known;
    const query = pending.find((other) => other.Id === id);
    if (query === undefined) return undefined;
    results.set(id, { id, points: new Map(), period: 60, buckets: undefined, units: [] });
    const metrics = () => [...results.values()].filter((result) => result.buckets !== undefined);
    const value = evaluate(query.Expression, { resolve, metrics, times });
    const result = { ...value, id, buckets: undefined, units: [] };
    results.set(id, result);
    return result;
  };
  for (const query of pending) resolve(query.Id);
  return queries.map((query) => results.get(query.Id)!);
}

function starts({ start, end }: { start: number; end: number }, period: number, now: number): readonly number[] {
  const last = Math.min(end, now);
  return Array.from({ length: Math.max(0, Math.ceil((last - start) / period)) }, (_, i) => start + i * period);
}

/** Throws for queries that AWS refuses. */
export function checkQueries(queries: readonly Input[]): void {
  const ids = new Set<string>();
  queries.forEach((query, i) => {
    const path = `MetricDataQueries.member.${i + 1}`;
    if (query.Id === undefined) throw missingParameter(`${path}.Id`);
    if (!/^[a-z][A-Za-z0-9_]*$/.test(query.Id))
      throw invalidValue(`The value ${query.Id} for parameter ${path}.Id is invalid.`);
    if (ids.has(query.Id)) throw invalidValue(`The value ${query.Id} for parameter ${path}.Id is not unique.`);
    ids.add(query.Id);
    if ((query.MetricStat === undefined) === (query.Expression === undefined)) {
      throw validation(`${path} must have either MetricStat or Expression.`);
    }
    if (query.MetricStat === undefined) return;
    checkPeriod(query.MetricStat.Period, `${path}.MetricStat.Period`);
    const stat = query.MetricStat.Stat;
    if (stat === undefined) throw missingParameter(`${path}.MetricStat.Stat`);
    if (!(STATISTICS as readonly string[]).includes(stat)) checkExtended(stat);
    if (query.MetricStat.Metric?.MetricName === undefined)
      throw missingParameter(`${path}.MetricStat.Metric.MetricName`);
  });
}

function metricResult(
  store: MetricStore,
  query: Input,
  span: (period: number) => { start: number; end: number },
): QueryResult {
  const { Metric, Period, Stat, Unit } = query.MetricStat;
  const dimensions = Object.fromEntries((Metric.Dimensions ?? []).map((item: Input) => [item.Name, item.Value]));
  const series = store.lookup(Metric.Namespace, Metric.MetricName, dimensions);
  const { start, end } = span(Period);
  const units: string[] = [];
  let chosen: ReadonlyMap<number, Readonly<Bucket>> = new Map();
  for (const data of byUnit(series?.units ?? [])) {
    if (Unit !== undefined && Unit !== data.unit) continue;
    const found = periods(data, start, end, Period, needsValues(Stat));
    if (found.size === 0) continue;
    if (units.length === 0) chosen = found;
    units.push(data.unit);
  }
  const points: Points = new Map();
  for (const [at, bucket] of chosen) {
    const value = statistic(bucket, Stat);
    if (value !== undefined) points.set(at, value);
  }
  return { id: query.Id, points, period: Period, buckets: chosen, units };
}

/** Where a query names no unit AWS answers with the first one of the alphabet (recorded). */
function byUnit(units: readonly UnitSeries[]): readonly UnitSeries[] {
  return units.length < 2 ? units : [...units].sort((a, b) => (a.unit < b.unit ? -1 : 1));
}
