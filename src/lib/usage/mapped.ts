import type { Reading } from './readings.ts';

/** A reading's value in another shape; a gap stays what it is. */
export function mapped<T, U>(reading: Reading<T>, change: (value: T) => U): Reading<U> {
  return reading.gap === undefined ? { value: change(reading.value) } : { gap: reading.gap };
}
