import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addStatisticSet, addValue, emptyBucket, merge } from '../../../../../src/lib/simulator/cloudwatch/bucket.ts';
import { Double, javaDouble, javaJson } from '../../../../../src/lib/simulator/cloudwatch/double.ts';
import { MetricStore, periods } from '../../../../../src/lib/simulator/cloudwatch/metric-store.ts';
import { checkExtended, statistic } from '../../../../../src/lib/simulator/cloudwatch/statistics.ts';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';

const START = Date.UTC(2026, 0, 15);
const DAY = 86_400_000;
const bucketOf = (...values: number[]) => {
  const bucket = emptyBucket();
  for (const value of values) addValue(bucket, value, 1);
  return bucket;
};

describe('a bucket', () => {
  it('has all statistics of its values', () => {
    const bucket = bucketOf(3, 1, 2);
    const all = ['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum'].map((name) => statistic(bucket, name));
    expect(all).toEqual([3, 6, 2, 1, 3]);
  });

  it('has no statistic while it is empty', () => {
    expect(statistic(emptyBucket(), 'Sum')).toBeUndefined();
    expect(statistic(emptyBucket(), 'p99')).toBeUndefined();
  });

  it.each([
    ['p0', 1],
    ['p50', 50],
    ['p90', 90],
    ['p99', 99],
    ['p99.9', 100],
    ['p100', 100],
    ['tm90', 45.5],
    ['tc90', 90],
    ['ts90', 4_095],
    ['wm90', (4_095 + 10 * 90) / 100],
    ['PR(:50)', 50],
    ['PR(90:)', 10],
    ['IQM', 50.5],
  ])('knows %s of the numbers 1 to 100', (name, expected) => {
    expect(statistic(bucketOf(...Array.from({ length: 100 }, (_, i) => i + 1)), name)).toBeCloseTo(expected, 9);
  });

  it('refuses names that are no extended statistic', () => {
    for (const name of ['p101', 'q50', 'p', '50', 'Sum']) expect(() => checkExtended(name)).toThrow();
    for (const name of ['p50', 'p99.9', 'p100', 'tm90', 'PR(1:2)', 'IQM'])
      expect(() => checkExtended(name)).not.toThrow();
  });

  it('has no percentiles once a statistic set hides its values, but has those of a single value', () => {
    const hidden = emptyBucket();
    addStatisticSet(hidden, { SampleCount: 10, Sum: 55, Minimum: 1, Maximum: 10 });
    expect(statistic(hidden, 'p50')).toBeUndefined();
    expect(statistic(hidden, 'Average')).toBe(5.5);
    const single = emptyBucket();
    addStatisticSet(single, { SampleCount: 4, Sum: 20, Minimum: 5, Maximum: 5 });
    expect(statistic(single, 'p50')).toBe(5);
  });

  it('merged from parts is the same as filled at once', () => {
    const numbers = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const merged = emptyBucket();
        merge(merged, bucketOf(...a));
        merge(merged, bucketOf(...b));
        const whole = bucketOf(...a, ...b);
        for (const name of ['SampleCount', 'Sum', 'Minimum', 'Maximum', 'p10', 'p50', 'p99', 'tm80']) {
          expect(statistic(merged, name)).toBe(statistic(whole, name));
        }
      }),
    );
  });

  it('stays small with many distinct values and errs by under half a percent', () => {
    const bucket = emptyBucket();
    for (let i = 1; i <= 100_000; i++) addValue(bucket, i / 7, 1);
    expect(bucket.values!.size).toBeLessThan(6_000);
    const exact = 50_000 / 7;
    expect(Math.abs(statistic(bucket, 'p50')! - exact) / exact).toBeLessThan(0.005);
  });
});

describe('the metric store', () => {
  const make = () => {
    const clock = new SimulatedClock({ start: START, rate: 0 });
    return { clock, store: new MetricStore(clock) };
  };
  const read = (store: MetricStore, from: number, to: number, period: number) => {
    const data = store.lookup('ns', 'm', { a: '1' })!.units[0]!;
    const found = periods(data, from / 1000, to / 1000, period, true);
    return [...found].sort((x, y) => x[0] - y[0]).map(([at, bucket]) => [at * 1000 - START, bucket.sum]);
  };

  it('finds a series whatever the order and identity of its dimensions', () => {
    const { clock, store } = make();
    const shared = { b: '2', a: '1' };
    for (const dimensions of [shared, shared, shared, { a: '1', b: '2' }]) {
      store.record('ns', 'm', dimensions, 1, 'Count', START, 1);
    }
    expect(store.lookup('ns', 'm', { a: '1', b: '2' })!.units[0]!.buckets.get(START / 1000)!.count).toBe(4);
    expect(store.lookup('ns', 'm', { a: '1' })).toBeUndefined();
    clock.close();
  });

  it('keeps metrics apart that share a dimensions object', () => {
    const { clock, store } = make();
    const shared = { a: '1' };
    for (let i = 0; i < 3; i++) {
      store.record('ns', 'm', shared, 1, 'Count', START, 1);
      store.record('ns', 'other', shared, 10, 'Count', START, 1);
      store.record('elsewhere', 'm', shared, 100, 'Count', START, 1);
    }
    expect(read(store, START, START + 60_000, 60)).toEqual([[0, 3]]);
    clock.close();
  });

  it('cuts time into periods that count from the start asked for', () => {
    const { clock, store } = make();
    for (let minute = 0; minute < 10; minute++)
      store.record('ns', 'm', { a: '1' }, 1, 'Count', START + minute * 60_000, 1);
    expect(read(store, START, START + 600_000, 300)).toEqual([
      [0, 5],
      [300_000, 5],
    ]);
    expect(read(store, START + 120_000, START + 600_000, 300)).toEqual([
      [120_000, 5],
      [420_000, 3],
    ]);
    clock.close();
  });

  it('reads the same few minutes out of a long history', () => {
    const { clock, store } = make();
    for (let minute = 0; minute < 5_000; minute++)
      store.record('ns', 'm', { a: '1' }, minute, 'Count', START + minute * 60_000, 1);
    expect(read(store, START + 60_000 * 4_000, START + 60_000 * 4_002, 60)).toEqual([
      [60_000 * 4_000, 4_000],
      [60_000 * 4_001, 4_001],
    ]);
    clock.close();
  });

  it('rolls old minutes up to five minutes and hours, and forgets after 455 days, without losing a count', async () => {
    const { clock, store } = make();
    for (let minute = 0; minute < 120; minute++)
      store.record('ns', 'm', { a: '1' }, 1, 'Count', START + minute * 60_000, 1);
    /** 10,000 new buckets make the store tidy up. */
    const tidy = async (days: number) => {
      await clock.advance(days * DAY);
      for (let i = 0; i < 10_000; i++) store.record('fill', 'm', {}, 1, 'Count', clock.now() - i * 60_000, 1);
      await clock.advance(1);
      return [...store.lookup('ns', 'm', { a: '1' })!.units[0]!.buckets.values()].map((bucket) => bucket.count);
    };
    expect(await tidy(1)).toEqual(Array.from({ length: 120 }, () => 1));
    expect(await tidy(20)).toEqual(Array.from({ length: 24 }, () => 5));
    expect(await tidy(50)).toEqual([60, 60]);
    expect(await tidy(400)).toEqual([]);
    clock.close();
  });
});

describe('doubles', () => {
  it('read as Java writes them', () => {
    const texts = [0, 1, -2, 21.5, 0.001, 1234567, 12_345_678, 1e-4, 1.5e-7, 1e21].map(javaDouble);
    expect(texts).toEqual([
      '0.0',
      '1.0',
      '-2.0',
      '21.5',
      '0.001',
      '1234567.0',
      '1.2345678E7',
      '1.0E-4',
      '1.5E-7',
      '1.0E21',
    ]);
  });

  it('stay doubles in JSON text and plain numbers for JSON.stringify', () => {
    const value = { a: new Double(2), b: [new Double(1.5)], c: undefined, d: 'x"', e: 3, f: null };
    expect(javaJson(value)).toBe('{"a":2.0,"b":[1.5],"d":"x\\"","e":3,"f":null}');
    expect(JSON.stringify(value)).toBe('{"a":2,"b":[1.5],"d":"x\\"","e":3,"f":null}');
  });
});
