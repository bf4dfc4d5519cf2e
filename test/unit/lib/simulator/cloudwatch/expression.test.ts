import { describe, expect, it } from 'vitest';
import { evaluate, type TimeSeries } from '../../../../../src/lib/simulator/cloudwatch/expression.ts';

const series = (points: Record<number, number>, period = 60): TimeSeries => ({
  points: new Map(Object.entries(points).map(([at, value]) => [Number(at), value])),
  period,
});
const metrics: Record<string, TimeSeries> = {
  m1: series({ 0: 10, 60: 20, 120: 30 }),
  m2: series({ 0: 2, 120: 3 }),
  zero: series({ 0: 0, 60: 0, 120: 0 }),
};
const scope = {
  resolve: (id: string) => metrics[id],
  metrics: () => [metrics['m1']!, metrics['m2']!],
  times: () => [0, 60, 120, 180],
};
const run = (text: string) => Object.fromEntries(evaluate(text, scope).points);

describe('metric maths', () => {
  it.each([
    ['m1 + 1', { 0: 11, 60: 21, 120: 31 }],
    ['m1 * 2 + 1', { 0: 21, 60: 41, 120: 61 }],
    ['m1 * (2 + 1)', { 0: 30, 60: 60, 120: 90 }],
    ['-m1 ^ 2', { 0: -100, 60: -400, 120: -900 }],
    ['m1 / m2', { 0: 5, 120: 10 }],
    ['m1 / zero', {}],
    ['m1 > 15', { 0: 0, 60: 1, 120: 1 }],
    ['m1 > 15 AND m1 < 25', { 0: 0, 60: 1, 120: 0 }],
    ['m1 == 10 || m1 == 30', { 0: 1, 60: 0, 120: 1 }],
    ['IF(m1 > 15, m1, 0)', { 0: 0, 60: 20, 120: 30 }],
    ['FILL(m2, 0)', { 0: 2, 60: 0, 120: 3, 180: 0 }],
    ['FILL(m2, REPEAT)', { 0: 2, 60: 2, 120: 3, 180: 3 }],
    ['SUM([m1, m2])', { 0: 12, 60: 20, 120: 33 }],
    ['SUM(METRICS())', { 0: 12, 60: 20, 120: 33 }],
    ['MAX([m1, m2])', { 0: 10, 60: 20, 120: 30 }],
    ['AVG([m1, m2])', { 0: 6, 60: 20, 120: 16.5 }],
    ['m1 - MIN(m1)', { 0: 0, 60: 10, 120: 20 }],
    ['DIFF(m1)', { 60: 10, 120: 10 }],
    ['RATE(m1)', { 60: 10 / 60, 120: 10 / 60 }],
    ['m1 / PERIOD(m1)', { 0: 10 / 60, 60: 20 / 60, 120: 0.5 }],
    ['CEIL(m1 / 3)', { 0: 4, 60: 7, 120: 10 }],
    ['3', { 0: 3, 60: 3, 120: 3, 180: 3 }],
  ])('%s', (text, expected) => {
    expect(run(text)).toEqual(expected);
  });

  it.each(['', 'm1 +', '(m1', 'unknown', 'SEARCH("x", "Sum")', 'ANOMALY_DETECTION_BAND(m1)', 'm1 m2', 'METRICS()'])(
    'refuses what it cannot evaluate: %s',
    (text) => {
      expect(() => run(text)).toThrowError(expect.objectContaining({ code: 'ValidationException' }));
    },
  );
});
