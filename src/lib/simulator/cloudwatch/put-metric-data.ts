import type { Input } from '../kernel/service.ts';
import { addStatisticSet, addValue } from './bucket.ts';
import { invalidCombination, invalidValue, missingParameter, validation } from './errors.ts';
import type { MetricStore } from './metric-store.ts';
import { checkUnit } from './statistics.ts';

const MAX_METRICS = 1_000;
const MAX_VALUES = 150;
const MAX_DIMENSIONS = 30;
const MAX_VALUE = 2 ** 360;
const TWO_WEEKS_MS = 14 * 86_400_000;
const TWO_HOURS_MS = 2 * 3_600_000;

/**
 * PutMetricData: everything is checked before anything is stored.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
 */
export function putMetricData(store: MetricStore, input: Input, now: number): void {
  const namespace: string | undefined = input.Namespace;
  if (namespace === undefined) throw missingParameter('Namespace');
  if (namespace.startsWith('AWS/')) throw invalidValue('The value AWS/ for parameter Namespace is invalid.');
  const data: readonly Input[] = input.MetricData ?? [];
  if (data.length === 0 && input.EntityMetricData === undefined) throw missingParameter('MetricData');
  if (data.length > MAX_METRICS) {
    throw validation(
      `Value at 'metricData' failed to satisfy constraint: Member must have length less than or equal to ${MAX_METRICS}`,
    );
  }
  for (const [i, datum] of data.entries()) check(datum, `MetricData.member.${i + 1}`, now);
  for (const datum of data) add(store, namespace, datum, now);
}

function check(datum: Input, path: string, now: number): void {
  if (datum.MetricName === undefined) throw missingParameter(`${path}.MetricName`);
  const { Value, Values, Counts, StatisticValues } = datum;
  if (Value !== undefined && Values !== undefined) throw exclusive(`${path}.Value`, `${path}.Values`);
  if (Value !== undefined && StatisticValues !== undefined) throw exclusive(`${path}.Value`, `${path}.StatisticValues`);
  if (Value === undefined && Values === undefined && StatisticValues === undefined) {
    throw invalidCombination('At least one of the parameters must be specified.');
  }
  if (Counts !== undefined && Counts.length !== (Values?.length ?? 0)) {
    throw invalidValue(`The parameters ${path}.Values and ${path}.Counts must be of the same size.`);
  }
  if (Values !== undefined && Values.length > MAX_VALUES) {
    throw invalidValue(`The collection ${path}.Values must not have a size greater than ${MAX_VALUES}.`);
  }
  if ((datum.Dimensions?.length ?? 0) > MAX_DIMENSIONS) {
    throw invalidValue(`The collection ${path}.Dimensions must not have a size greater than ${MAX_DIMENSIONS}.`);
  }
  checkDimensions(datum.Dimensions, path);
  if (Value !== undefined) checkNumber(Value, `${path}.Value`);
  Values?.forEach((value: number, i: number) => {
    checkNumber(value, `${path}.Values.member.${i + 1}`);
  });
  for (const name of ['SampleCount', 'Sum', 'Minimum', 'Maximum']) {
    if (StatisticValues === undefined) break;
    if (StatisticValues[name] === undefined) throw missingParameter(`${path}.StatisticValues.${name}`);
    checkNumber(StatisticValues[name], `${path}.StatisticValues.${name}`);
  }
  checkUnit(datum.Unit, `metricData.${path.split('.').at(-1)}.member.unit`);
  const resolution = datum.StorageResolution;
  if (resolution !== undefined && resolution !== 1 && resolution !== 60) {
    throw invalidValue(`The value ${resolution} for parameter ${path}.StorageResolution is invalid.`);
  }
  checkTime(datum.Timestamp, `${path}.Timestamp`, now);
}

function checkTime(time: number | undefined, path: string, now: number): void {
  if (time === undefined) return;
  if (Number.isNaN(time)) throw invalidValue(`The parameter ${path} is not a valid time.`);
  if (time < now - TWO_WEEKS_MS) {
    throw invalidValue(`The parameter ${path} must specify a time no more than two weeks in the past.`);
  }
  if (time > now + TWO_HOURS_MS) {
    throw invalidValue(`The parameter ${path} must specify a time no more than two hours in the future.`);
  }
}

function checkDimensions(dimensions: readonly Input[] | undefined, path: string): void {
  dimensions?.forEach((dimension, i) => {
    const at = `${path}.Dimensions.member.${i + 1}`;
    if (!dimension.Name) throw missingParameter(`${at}.Name`);
    if (!dimension.Value) throw missingParameter(`${at}.Value`);
  });
}

function checkNumber(value: number, path: string): void {
  if (Number.isNaN(value)) throw invalidValue(`The value NaN for parameter ${path} is invalid.`);
  if (Math.abs(value) > MAX_VALUE) throw invalidValue(`The value ${value} for parameter ${path} is invalid.`);
}

function exclusive(one: string, other: string) {
  return invalidCombination(`The parameters ${one} and ${other} are mutually exclusive and you have specified both.`);
}

function add(store: MetricStore, namespace: string, datum: Input, now: number): void {
  const dimensions = Object.fromEntries((datum.Dimensions ?? []).map((item: Input) => [item.Name, item.Value]));
  const series = store.series(namespace, datum.MetricName, dimensions);
  const bucket = store.bucket(
    series,
    datum.Unit ?? 'None',
    datum.Timestamp ?? now,
    datum.StorageResolution === 1 ? 1 : 60,
  );
  if (datum.Value !== undefined) addValue(bucket, datum.Value, 1);
  else if (datum.Values !== undefined) {
    datum.Values.forEach((value: number, i: number) => {
      addValue(bucket, value, datum.Counts?.[i] ?? 1);
    });
  } else addStatisticSet(bucket, datum.StatisticValues);
}
