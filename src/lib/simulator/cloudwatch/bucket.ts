/** What one stretch of time holds of one metric in one unit. */
export interface Bucket {
  sum: number;
  count: number;
  min: number;
  max: number;
  /** Value → how often, kept from the second distinct value on; a single value needs no map. */
  values: Map<number, number> | undefined;
  /** False once a statistic set came in whose values are unknown: no percentiles then. */
  exact: boolean;
}

export interface StatisticSet {
  readonly SampleCount: number;
  readonly Sum: number;
  readonly Minimum: number;
  readonly Maximum: number;
}

/** Beyond this many distinct values they are kept to three significant digits: percentiles then err by under 0.5 %. */
const MAX_EXACT_VALUES = 1_000;

export function emptyBucket(): Bucket {
  return {
    sum: 0,
    count: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    values: undefined,
    exact: true,
  };
}

/** Adds `count` observations of one value. */
export function addValue(bucket: Bucket, value: number, count: number): void {
  if (bucket.count > 0 && bucket.exact) {
    if (bucket.values !== undefined) addDistinct(bucket.values, value, count);
    else if (value !== bucket.min)
      bucket.values = new Map([
        [bucket.min, bucket.count],
        [value, count],
      ]);
  }
  bucket.sum += value * count;
  bucket.count += count;
  if (value < bucket.min) bucket.min = value;
  if (value > bucket.max) bucket.max = value;
}

/**
 * Adds a statistic set. Percentiles survive only where its one value is known (count 1, or minimum = maximum):
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Percentiles
 */
export function addStatisticSet(bucket: Bucket, set: StatisticSet): void {
  if (set.SampleCount === 1 || set.Minimum === set.Maximum) {
    addValue(bucket, set.Minimum, set.SampleCount);
    return;
  }
  merge(bucket, {
    sum: set.Sum,
    count: set.SampleCount,
    min: set.Minimum,
    max: set.Maximum,
    values: undefined,
    exact: false,
  });
}

/** Adds all of `from` to `into`; without the value counts when `values` is false. */
export function merge(into: Bucket, from: Readonly<Bucket>, values = true): void {
  if (from.count === 0) return;
  if (!values || !into.exact || !from.exact) {
    into.exact = false;
    into.values = undefined;
  } else if (into.count === 0) {
    into.values = from.values === undefined ? undefined : new Map(from.values);
  } else if (into.values !== undefined || from.values !== undefined || into.min !== from.min) {
    into.values ??= new Map([[into.min, into.count]]);
    for (const [value, count] of distinct(from)) addDistinct(into.values, value, count);
  }
  into.sum += from.sum;
  into.count += from.count;
  if (from.min < into.min) into.min = from.min;
  if (from.max > into.max) into.max = from.max;
}

/** The distinct values with their counts, in no order. */
export function distinct(bucket: Readonly<Bucket>): Iterable<readonly [number, number]> {
  return bucket.values ?? [[bucket.min, bucket.count]];
}

function addDistinct(values: Map<number, number>, value: number, count: number): void {
  const key = values.size < MAX_EXACT_VALUES || values.has(value) ? value : Number(value.toPrecision(3));
  values.set(key, (values.get(key) ?? 0) + count);
}
