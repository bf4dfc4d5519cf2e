import { describe, expect, test } from 'vitest';
import { growthPerSecond } from '../../../../../src/lib/release/canary/growth.ts';

const MINUTE_MS = 60_000;

/** A reading a minute. */
const hourly = (value: (minute: number) => number, minutes = 60) =>
  Array.from({ length: minutes }, (_, minute) => ({ at: minute * MINUTE_MS, value: value(minute) }));

describe('how fast a gauge grew', () => {
  test('is its slope, in whatever order the readings come', () => {
    expect(growthPerSecond(hourly((minute) => 100 + 3 * minute).reverse())).toBeCloseTo(3 / 60);
  });

  test('is 0 for one that is still, or shrinks', () => {
    expect(growthPerSecond(hourly(() => 500))).toBe(0);
    expect(growthPerSecond(hourly((minute) => 500 - 4 * minute))).toBe(0);
  });

  test('is not turned by one burst, nor by an odd reading', () => {
    expect(growthPerSecond(hourly((minute) => (minute < 40 ? 0 : 200)))).toBe(0);
    expect(growthPerSecond(hourly((minute) => (minute === 10 ? 9_000 : minute)))).toBeCloseTo(1 / 60);
  });

  test('is not hidden by a replay that emptied the queue early on', () => {
    expect(growthPerSecond(hourly((minute) => (minute < 6 ? 300 : 3 * minute)))).toBeCloseTo(3 / 60);
  });

  test('is unknown from too few readings, or too short a time', () => {
    expect(growthPerSecond([])).toBeUndefined();
    expect(growthPerSecond(hourly((minute) => minute, 4))).toBeUndefined();
    expect(growthPerSecond(hourly((minute) => minute, 5))).toBeUndefined();
    expect(growthPerSecond(hourly((minute) => minute, 6))).toBeCloseTo(1 / 60);
    expect(growthPerSecond(Array.from({ length: 9 }, () => ({ at: 0, value: 1 })))).toBeUndefined();
  });
});
