import { describe, expect, test } from 'vitest';
import { finest, hourly } from '../../../../src/lib/reliability/slices.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 23, 12, 30);
const END = Date.UTC(2026, 10, 23, 13);

const window = (days: number) => ({ fromMs: END - days * DAY, toMs: END });

describe('a window in calls', () => {
  test('takes one call for a month by the hour, and two for more than sixty days', () => {
    expect(hourly(window(31))).toEqual([{ ...window(31), periodMs: HOUR }]);
    expect(hourly(window(90))).toHaveLength(2);
  });

  test.each([1, 15, 30, 63, 64, 200, 454])(
    'covers %i days without a hole, with no more points a call than AWS answers',
    (days) => {
      const slices = finest(window(days), NOW);
      expect(slices[0]!.fromMs).toBe(window(days).fromMs);
      expect(slices.at(-1)!.toMs).toBe(END);
      for (const [index, { fromMs, toMs, periodMs }] of slices.entries()) {
        if (index > 0) expect(fromMs).toBe(slices[index - 1]!.toMs);
        expect((toMs - fromMs) / periodMs).toBeLessThanOrEqual(1_440);
        expect(fromMs % HOUR).toBe(0);
      }
    },
  );

  test('asks for no period that CloudWatch has forgotten', () => {
    for (const { fromMs, periodMs } of finest(window(454), NOW)) {
      const age = NOW - fromMs;
      if (periodMs === MINUTE) expect(age).toBeLessThan(15 * DAY);
      if (periodMs === 5 * MINUTE) expect(age).toBeLessThan(63 * DAY);
    }
    expect([...new Set(finest(window(454), NOW).map(({ periodMs }) => periodMs))]).toEqual([HOUR, 5 * MINUTE, MINUTE]);
  });
});
