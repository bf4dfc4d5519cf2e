import { DAY_MS } from '../../durations.ts';
import type { Period } from '../month.ts';
import type { Series, SeriesPoint } from '../readings.ts';

/** An amount that fell into the hour that begins at `at`, ms since the epoch. */
export interface Hour {
  readonly at: number;
  readonly value: number;
}

/** Amounts by the hour, ordered by time; hours without any have none. */
export type Hours = readonly Hour[];

/** What a metric adds up to in each hour. */
export function hoursOf(series: Series, value: (point: SeriesPoint) => number = ({ sum }) => sum): Hours {
  return series.map((point) => ({ at: point.at, value: value(point) }));
}

export function total(hours: Hours): number {
  return sumOf(hours.map(({ value }) => value));
}

/** The month to date of a metric that is counted. */
export function totalOf(series: Series): number {
  return sumOf(series.map(({ sum }) => sum));
}

export function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

export function scaled(hours: Hours, factor: number): Hours {
  return hours.map(({ at, value }) => ({ at, value: value * factor }));
}

/** Hour by hour, all of them together. */
export function added(...lists: readonly Hours[]): Hours {
  return lists.reduce((sum, list) => (sum.length === 0 ? list : list.length === 0 ? sum : merged(sum, list)), []);
}

/** Both are ordered: a map of the hours takes several times as long, and a report adds up dozens of months. */
function merged(one: Hours, other: Hours): Hours {
  const sums: Hour[] = [];
  let i = 0;
  let j = 0;
  while (i < one.length || j < other.length) {
    const a = one[i];
    const b = other[j];
    if (b === undefined || (a !== undefined && a.at < b.at)) {
      sums.push(a!);
      i++;
    } else if (a === undefined || b.at < a.at) {
      sums.push(b);
      j++;
    } else {
      sums.push({ at: a.at, value: a.value + b.value });
      i++;
      j++;
    }
  }
  return sums;
}

/** For each day of the month that has begun (UTC), what fell into it. */
export function byDay(hours: Hours, { month, elapsedMs }: Period): readonly number[] {
  const days = new Array<number>(Math.ceil(elapsedMs / DAY_MS)).fill(0);
  for (const { at, value } of hours) {
    const day = Math.floor((at - month.startMs) / DAY_MS);
    if (day >= 0 && day < days.length) days[day]! += value;
  }
  return days;
}
