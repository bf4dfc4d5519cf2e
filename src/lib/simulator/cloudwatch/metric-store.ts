import type { Clock, Timer } from '../kernel/clock.ts';
import type { Dimensions } from '../kernel/region.ts';
import { addValue, type Bucket, emptyBucket, merge } from './bucket.ts';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** Buckets by their start, in seconds since the epoch. One for each unit that a metric was reported in. */
export interface UnitSeries {
  readonly unit: string;
  readonly buckets: Map<number, Bucket>;
  lastStart: number;
  last: Bucket;
  /** Holds one-second buckets, so a read has to look at every bucket. */
  fine: boolean;
}

/** One metric: a name with exactly these dimensions. */
export interface Series {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly units: UnitSeries[];
  /** When data last came in, simulated ms. */
  updatedAt: number;
}

interface Recent {
  readonly namespace: string;
  readonly metric: string;
  readonly series: Series;
}

/**
 * All metrics of a region, in one-minute buckets (one-second ones for high resolution). Retention as AWS states it,
 * simplified to what a read can tell: 1 s for 3 hours, 60 s for 15 days, 5 min for 63 days, 1 h for 455 days
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention).
 */
export class MetricStore {
  readonly #clock: Clock;
  readonly #series = new Map<string, Map<string, Map<string, Series>>>();
  /** Series by dimensions object: callers on hot paths pass the same one again and again. */
  readonly #recent = new WeakMap<Dimensions, Recent[]>();
  #missed: Dimensions | undefined;
  #written = 0;
  #rollup: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds `count` observations of `value` in constant time. `at`: simulated ms. */
  record(
    namespace: string,
    metric: string,
    dimensions: Dimensions,
    value: number,
    unit: string,
    at: number,
    count: number,
  ): void {
    const series = this.#find(namespace, metric, dimensions);
    addValue(this.bucket(series, unit, at, MINUTE), value, count);
  }

  /** The bucket for a time; made on first use. */
  bucket(series: Series, unit: string, at: number, resolution: 1 | 60): Bucket {
    series.updatedAt = this.#clock.now();
    const start = Math.floor(at / (resolution * 1000)) * resolution;
    let data = series.units[0];
    if (data === undefined || data.unit !== unit) {
      data = series.units.find((other) => other.unit === unit);
      if (data === undefined) {
        data = { unit, buckets: new Map(), lastStart: Number.NaN, last: emptyBucket(), fine: false };
        series.units.push(data);
      }
    }
    if (data.lastStart === start) return data.last;
    let bucket = data.buckets.get(start);
    if (bucket === undefined) {
      bucket = emptyBucket();
      data.buckets.set(start, bucket);
      if (resolution === 1) data.fine = true;
      if (++this.#written % 10_000 === 0)
        this.#rollup ??= this.#clock.schedule(this.#clock.now(), () => this.#compact());
    }
    data.lastStart = start;
    data.last = bucket;
    return bucket;
  }

  /** The series for these dimensions, made when it is new. */
  series(namespace: string, metric: string, dimensions: Dimensions): Series {
    return this.#find(namespace, metric, dimensions);
  }

  /** The series for exactly these dimensions, if data ever came in. */
  lookup(namespace: string, metric: string, dimensions: Dimensions): Series | undefined {
    return this.#series.get(namespace)?.get(metric)?.get(dimensionsKey(dimensions));
  }

  /** Every series, by namespace and metric where given. */
  *all(namespace?: string, metric?: string): Generator<Series> {
    const spaces = namespace === undefined ? this.#series.values() : [this.#series.get(namespace) ?? new Map()];
    for (const metrics of spaces as Iterable<Map<string, Map<string, Series>>>) {
      const names = metric === undefined ? metrics.values() : [metrics.get(metric) ?? new Map<string, Series>()];
      for (const entries of names) yield* entries.values();
    }
  }

  /** Drops the buckets that begin in `[start, end)`, seconds since the epoch. */
  forget(series: Series, start: number, end: number): void {
    for (const data of series.units) {
      for (const at of data.buckets.keys()) if (at >= start && at < end) data.buckets.delete(at);
      data.lastStart = Number.NaN;
    }
  }

  close(): void {
    this.#rollup?.cancel();
  }

  #find(namespace: string, metric: string, dimensions: Dimensions): Series {
    const recent = this.#recent.get(dimensions);
    if (recent !== undefined) {
      for (const entry of recent) {
        if (entry.metric === metric && entry.namespace === namespace) return entry.series;
      }
    }
    const series = this.#make(namespace, metric, dimensions);
    if (recent !== undefined) recent.push({ namespace, metric, series });
    // Remembering an object that is used once costs more than it saves: only one that comes twice in a row is kept.
    else if (this.#missed === dimensions) this.#recent.set(dimensions, [{ namespace, metric, series }]);
    else this.#missed = dimensions;
    return series;
  }

  #make(namespace: string, metric: string, dimensions: Dimensions): Series {
    let metrics = this.#series.get(namespace);
    if (metrics === undefined) {
      metrics = new Map();
      this.#series.set(namespace, metrics);
    }
    let entries = metrics.get(metric);
    if (entries === undefined) {
      entries = new Map();
      metrics.set(metric, entries);
    }
    const key = dimensionsKey(dimensions);
    let series = entries.get(key);
    if (series === undefined) {
      const listed = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
      series = { namespace, metric, dimensions: listed, units: [], updatedAt: 0 };
      entries.set(key, series);
    }
    return series;
  }

  /** Rolls old buckets into coarser ones. Runs once in 10,000 new buckets, off the hot path. */
  #compact(): void {
    this.#rollup = undefined;
    const now = this.#clock.now() / 1000;
    for (const series of this.all()) {
      for (const data of series.units) {
        let fine = false;
        for (const [start, bucket] of data.buckets) {
          const width = resolutionAt(now - start);
          const target = width === undefined ? undefined : Math.floor(start / width) * width;
          if (target === start) {
            fine ||= start % MINUTE !== 0;
            continue;
          }
          data.buckets.delete(start);
          if (target === undefined) continue;
          const wide = data.buckets.get(target) ?? emptyBucket();
          merge(wide, bucket);
          data.buckets.set(target, wide);
        }
        data.fine = fine;
        data.lastStart = Number.NaN;
      }
    }
  }
}

/** Seconds that a bucket of this age (seconds) spans at least; undefined = gone. */
export function resolutionAt(age: number): number | undefined {
  if (age <= 3 * HOUR) return 1;
  if (age <= 15 * DAY) return MINUTE;
  if (age <= 63 * DAY) return 5 * MINUTE;
  return age <= 455 * DAY ? HOUR : undefined;
}

/**
 * What came in for one unit in `[start, end)`, cut into periods counted from `start` (all in seconds). Unordered. A
 * period of one bucket is that bucket itself: read only.
 * @param values false leaves the value counts out, which only percentiles need.
 */
export function periods(
  data: UnitSeries,
  start: number,
  end: number,
  period: number,
  values: boolean,
): Map<number, Readonly<Bucket>> {
  const found = new Map<number, Readonly<Bucket>>();
  const sums = new Map<number, Bucket>();
  const add = (at: number, bucket: Bucket) => {
    const slot = start + Math.floor((at - start) / period) * period;
    const known = found.get(slot);
    if (known === undefined) {
      found.set(slot, bucket);
      return;
    }
    let sum = sums.get(slot);
    if (sum === undefined) {
      sum = emptyBucket();
      merge(sum, known, values);
      sums.set(slot, sum);
      found.set(slot, sum);
    }
    merge(sum, bucket, values);
  };
  if (!data.fine && (end - start) / MINUTE < data.buckets.size) {
    for (let at = Math.ceil(start / MINUTE) * MINUTE; at < end; at += MINUTE) {
      const bucket = data.buckets.get(at);
      if (bucket !== undefined) add(at, bucket);
    }
  } else {
    for (const [at, bucket] of data.buckets) if (at >= start && at < end) add(at, bucket);
  }
  return found;
}

function dimensionsKey(dimensions: Dimensions): string {
  const names = Object.keys(dimensions);
  if (names.length === 1) return `${names[0]}\0${dimensions[names[0]!]}`;
  return names
    .sort()
    .map((name) => `${name}\0${dimensions[name]}`)
    .join('\x01');
}
