import { type Bucket, distinct } from './bucket.ts';
import { invalidValue, notInEnum } from './errors.ts';

export const STATISTICS = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const;

export const UNITS = [
  'Seconds',
  'Microseconds',
  'Milliseconds',
  'Bytes',
  'Kilobytes',
  'Megabytes',
  'Gigabytes',
  'Terabytes',
  'Bits',
  'Kilobits',
  'Megabits',
  'Gigabits',
  'Terabits',
  'Percent',
  'Count',
  'Bytes/Second',
  'Kilobytes/Second',
  'Megabytes/Second',
  'Gigabytes/Second',
  'Terabytes/Second',
  'Bits/Second',
  'Kilobits/Second',
  'Megabits/Second',
  'Gigabits/Second',
  'Terabits/Second',
  'Count/Second',
  'None',
] as const;

const RANKED = /^(p|tm|tc|ts|wm)(100|\d{1,2}(?:\.\d{1,10})?)$/;
const RANGE = /^PR\((-?[\d.]*):(-?[\d.]*)\)$/;

export function checkUnit(unit: string | undefined, member: string): void {
  if (unit !== undefined && !(UNITS as readonly string[]).includes(unit)) throw notInEnum(unit, member, UNITS);
}

/** Throws for a name that is no extended statistic (`p99.9`, `tm90`, `tc`, `ts`, `wm`, `PR(a:b)`, `IQM`). */
export function checkExtended(name: string): void {
  if (name !== 'IQM' && !RANKED.test(name) && !RANGE.test(name)) {
    throw invalidValue(`The value ${name} for parameter ExtendedStatistics is not supported.`);
  }
}

/**
 * A statistic of a bucket; undefined where there is none (no data, or percentiles of a statistic set).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
 */
export function statistic(bucket: Readonly<Bucket>, name: string): number | undefined {
  if (bucket.count === 0) return undefined;
  switch (name) {
    case 'SampleCount':
      return bucket.count;
    case 'Sum':
      return bucket.sum;
    case 'Average':
      return bucket.sum / bucket.count;
    case 'Minimum':
      return bucket.min;
    case 'Maximum':
      return bucket.max;
    case 'IQM':
      return bucket.exact ? mean(slice(bucket, 0.25, 0.75)) : undefined;
    default:
      return bucket.exact ? extended(bucket, name) : undefined;
  }
}

function extended(bucket: Readonly<Bucket>, name: string): number | undefined {
  const range = RANGE.exec(name);
  if (range !== null) {
    const low = range[1] === '' ? Number.NEGATIVE_INFINITY : Number(range[1]);
    const high = range[2] === '' ? Number.POSITIVE_INFINITY : Number(range[2]);
    let inside = 0;
    for (const [value, count] of distinct(bucket)) if (value > low && value <= high) inside += count;
    return (inside / bucket.count) * 100;
  }
  const [, kind, text] = RANKED.exec(name) ?? [];
  if (kind === undefined) return undefined;
  const rank = Number(text) / 100;
  if (kind === 'p') return percentile(bucket, rank);
  const kept = slice(bucket, 0, rank);
  switch (kind) {
    case 'tc':
      return kept.count;
    case 'ts':
      return kept.sum;
    case 'wm':
      return (kept.sum + (bucket.count - kept.count) * percentile(bucket, rank)) / bucket.count;
    default:
      return mean(kept);
  }
}

/** Nearest rank; how AWS interpolates is not documented. */
function percentile(bucket: Readonly<Bucket>, rank: number): number {
  const wanted = Math.max(1, Math.ceil(rank * bucket.count - 1e-9));
  let seen = 0;
  for (const [value, count] of sorted(bucket)) {
    seen += count;
    if (seen >= wanted) return value;
  }
  return bucket.max;
}

/** Count and sum of what lies between two ranks. */
function slice(bucket: Readonly<Bucket>, from: number, to: number): { count: number; sum: number } {
  const low = Math.floor(from * bucket.count);
  const high = Math.ceil(to * bucket.count - 1e-9);
  let seen = 0;
  const kept = { count: 0, sum: 0 };
  for (const [value, count] of sorted(bucket)) {
    const taken = Math.max(0, Math.min(seen + count, high) - Math.max(seen, low));
    kept.count += taken;
    kept.sum += taken * value;
    seen += count;
  }
  return kept;
}

function mean({ count, sum }: { count: number; sum: number }): number | undefined {
  return count === 0 ? undefined : sum / count;
}

function sorted(bucket: Readonly<Bucket>): (readonly [number, number])[] {
  return [...distinct(bucket)].sort((a, b) => a[0] - b[0]);
}

/** Does this statistic need the values themselves, and not just their sum, count and bounds? */
export function needsValues(name: string): boolean {
  return !(STATISTICS as readonly string[]).includes(name);
}
