import type { Gap, Reading } from '../readings.ts';

/** Values of several readings, as far as they could be read. */
export interface Gathered<T> {
  readonly values: readonly T[];
  /** Why not all of them could; null: all could. */
  readonly gap: Gap | null;
}

/** @param readings each with its value turned to what is needed. */
export function gathered<T>(readings: readonly Reading<T>[]): Gathered<T> {
  const values: T[] = [];
  const gaps: Gap[] = [];
  for (const { value, gap } of readings) {
    if (gap === undefined) values.push(value as T);
    else gaps.push(gap);
  }
  return { values, gap: gaps[0] ?? null };
}

/** Two readings as one: both, or the first gap. */
export function both<T, U>(one: Reading<T>, other: Reading<U>): Reading<readonly [T, U]> {
  if (one.gap !== undefined) return { gap: one.gap };
  if (other.gap !== undefined) return { gap: other.gap };
  return { value: [one.value as T, other.value as U] };
}
