import type { Input } from '../kernel/service.ts';
import { Double } from './double.ts';
import { invalidCombination, invalidValue, missingParameter, notInEnum } from './errors.ts';
import { type MetricStore, periods } from './metric-store.ts';
import { checkExtended, checkUnit, STATISTICS, statistic } from './statistics.ts';
import { checkPeriod, readable, timeRange } from './time-range.ts';

const MAX_POINTS = 1_440;

/**
 * GetMetricStatistics. Points come in no order of time, as on AWS. Periods count from the rounded start.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
 */
export function getMetricStatistics(store: MetricStore, input: Input, now: number) {
  for (const name of ['Namespace', 'MetricName', 'StartTime', 'EndTime', 'Period']) {
    if (input[name] === undefined) throw missingParameter(name);
  }
  if (Number.isNaN(input.StartTime)) throw invalidValue('The parameter StartTime is not a valid time.');
  if (Number.isNaN(input.EndTime)) throw invalidValue('The parameter EndTime is not a valid time.');
  const { start, end } = timeRange(input.StartTime, input.EndTime, input.Period, now);
  checkPeriod(input.Period, 'Period');
  const wanted = Math.ceil((input.EndTime - input.StartTime) / 1000 / input.Period);
  if (wanted > MAX_POINTS) {
    throw invalidCombination(
      `You have requested up to ${wanted} datapoints, which exceeds the limit of ${MAX_POINTS}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    );
  }
  const plain: readonly string[] = input.Statistics ?? [];
  const extended: readonly string[] = input.ExtendedStatistics ?? [];
  checkStatistics(plain, extended);
  checkUnit(input.Unit, 'unit');
  const dimensions = Object.fromEntries((input.Dimensions ?? []).map((item: Input) => [item.Name, item.Value]));
  const series = store.lookup(input.Namespace, input.MetricName, dimensions);
  const points = [];
  for (const data of series?.units ?? []) {
    if (input.Unit !== undefined && input.Unit !== data.unit) continue;
    for (const [at, bucket] of periods(data, start, end, input.Period, extended.length > 0)) {
      if (!readable(now / 1000 - at, input.Period)) continue;
      const point: Record<string, unknown> = { Timestamp: new Date(at * 1000) };
      for (const name of plain) point[name] = double(statistic(bucket, name));
      const ranked = extended
        .map((name) => [name, double(statistic(bucket, name))] as const)
        .filter(([, value]) => value !== undefined);
      if (extended.length > 0 && ranked.length === 0) continue;
      points.push({
        at,
        point: { ...point, Unit: data.unit, ...(ranked.length > 0 && { ExtendedStatistics: new Map(ranked) }) },
      });
    }
  }
  points.sort((a, b) => a.at - b.at);
  return { Label: input.MetricName, Datapoints: outOfOrder(points).map(({ point }) => point) };
}

/** Always in the same disorder, so that a run can be repeated: every other point first. */
function outOfOrder<T>(points: readonly T[]): readonly T[] {
  return [...points.filter((_, i) => i % 2 === 1), ...points.filter((_, i) => i % 2 === 0)];
}

function checkStatistics(plain: readonly string[], extended: readonly string[]): void {
  if (plain.length === 0 && extended.length === 0) {
    throw invalidCombination('At least one of the parameters Statistics and ExtendedStatistics must be specified.');
  }
  if (plain.length > 0 && extended.length > 0) {
    throw invalidCombination(
      'The parameters Statistics and ExtendedStatistics are mutually exclusive and you have specified both.',
    );
  }
  for (const name of plain) {
    if (!(STATISTICS as readonly string[]).includes(name))
      throw notInEnum(`[${plain.join(', ')}]`, 'statistics', STATISTICS);
  }
  extended.forEach(checkExtended);
}

function double(value: number | undefined): Double | undefined {
  return value === undefined ? undefined : new Double(value);
}
