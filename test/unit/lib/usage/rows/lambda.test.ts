import { describe, expect, test } from 'vitest';
import { aFunction, HOUR_MS, monthOf, periodAt, points, refused, rowOf } from '../support/month-of-readings.ts';

const MONTHS = [
  ['2026-02', 28],
  ['2028-02', 29],
  ['2026-09', 30],
  ['2026-10', 31],
] as const;

describe('Lambda requests', () => {
  test.each(MONTHS)('of %s are those of all its %i days', async (month, days) => {
    const period = periodAt(month);
    const row = await rowOf(
      'lambda-requests',
      monthOf(period, { functions: [aFunction({ invocations: { value: points(period, () => 5) } })] }),
    );
    expect(row).toMatchObject({
      used: 5 * 24 * days,
      projected: 5 * 24 * days,
      limit: 1_000_000,
      confidence: 'high',
      costUsd: 0,
      range: null,
    });
    expect(row.daily).toHaveLength(days);
    expect(new Set(row.daily)).toEqual(new Set([120]));
  });

  test('in the first hour say that little is known of the rest', async () => {
    const period = periodAt('2026-11', 0.5);
    const row = await rowOf(
      'lambda-requests',
      monthOf(period, { functions: [aFunction({ invocations: { value: points(period, () => 10) } })] }),
    );
    expect(row).toMatchObject({ used: 10, projected: 10 * 2 * 720, confidence: 'low' });
    expect(row.daily).toEqual([10]);
  });

  test('in the first moment of a month have no end to tell', async () => {
    const period = periodAt('2026-11', 0);
    const row = await rowOf('lambda-requests', monthOf(period, { functions: [aFunction()] }));
    expect(row).toMatchObject({ used: 0, projected: null, projectedUtilisation: null, projectedCostUsd: null });
  });

  test('cost this system’s share of what the account is over', async () => {
    const period = periodAt('2026-09');
    const row = await rowOf(
      'lambda-requests',
      monthOf(period, {
        functions: [aFunction({ invocations: { value: points(period, () => 1_000) } })],
        allFunctions: { invocations: { value: points(period, () => 4_000) }, duration: { value: [] } },
      }),
    );
    expect(row.account).toEqual({ used: 2_880_000, utilisation: 2.88 });
    expect(row.used).toBe(720_000);
    // 1,880,000 over, a quarter of it ours, at $0.20 a million.
    expect(row.costUsd).toBeCloseTo(0.094, 10);
  });

  test('of what could be read are shown with why the rest could not', async () => {
    const period = periodAt('2026-09');
    const functions = [
      aFunction({ invocations: { value: points(period, () => 1) } }),
      aFunction({ name: 'reporter', invocations: refused }),
    ];
    const row = await rowOf('lambda-requests', monthOf(period, { functions }));
    expect(row).toMatchObject({ used: 720, confidence: 'low', gap: refused.gap });
    expect(await rowOf('lambda-requests', monthOf(period, { functions: functions.slice(1) }))).toMatchObject({
      used: null,
      utilisation: null,
      costUsd: null,
      gap: refused.gap,
    });
  });
});

describe('Lambda compute', () => {
  const ran = (
    period: ReturnType<typeof periodAt>,
    each: { invocations: number; ms: number; concurrency?: number },
  ) => ({
    invocations: { value: points(period, () => each.invocations) },
    duration: { value: points(period, () => each.invocations * each.ms) },
    concurrency: { value: points(period, () => each.concurrency ?? 1) },
  });
  const computeOf = (period: ReturnType<typeof periodAt>, one: Parameters<typeof aFunction>[0]) =>
    rowOf('lambda-compute', monthOf(period, { functions: [aFunction(one)] }));

  test('of nothing that ran is nothing, and no log was read for it', async () => {
    const row = await computeOf(periodAt('2026-09'), {});
    expect(row).toMatchObject({ used: 0, range: null, notes: [] });
    expect(`${row.basis} ${row.formula.text}`).not.toMatch(/REPORT|billed/);
  });

  test('is duration times memory, with the truth inside its range', async () => {
    const period = periodAt('2026-09');
    // 100 an hour of 12.3 ms each are billed 13 ms; 20 cold starts of 800 ms in the month.
    const truth = 720 * 100 * 0.013 * 0.5 + 20 * 0.8 * 0.5;
    const row = await computeOf(period, {
      ...ran(period, { invocations: 100, ms: 12.3 }),
      versions: { value: [{ version: '1', memoryMb: 512, architecture: 'x86_64', modifiedAt: 0 }] },
    });
    expect(row.used).toBeCloseTo(720 * 100 * 0.0128 * 0.5, 6);
    expect(row.range!.low).toBeLessThanOrEqual(truth);
    expect(row.range!.high).toBeGreaterThanOrEqual(truth);
    expect(row.range!.low).toBeCloseTo(720 * 100 * 0.0123 * 0.5, 6);
    // At most 13 starts an hour at a concurrency of 1.
    expect(row.range!.high).toBeCloseTo(720 * 100 * 0.0133 * 0.5 + 720 * 13 * 10 * 0.5, 6);
    expect(row.confidence).toBe('medium');
  });

  test('counts no more cold starts than invocations', async () => {
    const period = periodAt('2026-09');
    const row = await computeOf(period, ran(period, { invocations: 2, ms: 10, concurrency: 2 }));
    expect(row.range!.high).toBeCloseTo(1440 * (0.011 + 10) * 0.125, 6);
  });

  test('takes each version with its own memory when that changed in the month', async () => {
    const period = periodAt('2026-09');
    const half = (from: number, to: number) => (hour: number) => (hour >= from && hour < to ? 100 : null);
    const version = (name: string, from: number, to: number) => ({
      version: name,
      invocations: { value: points(period, half(from, to)) },
      duration: { value: points(period, (hour) => (half(from, to)(hour) === null ? null : 1_000)) },
    });
    const versions = [
      { version: '1', memoryMb: 128, architecture: 'x86_64', modifiedAt: 0 },
      { version: '2', memoryMb: 1024, architecture: 'arm64', modifiedAt: period.month.startMs + 240 * HOUR_MS },
    ] as const;
    const row = await computeOf(period, {
      ...ran(period, { invocations: 100, ms: 10 }),
      versions: { value: versions },
      byVersion: [version('1', 0, 240), version('2', 240, 720)],
    });
    const [x86, arm] = [240 * (1 + 0.05) * 0.125, 480 * (1 + 0.05) * 1];
    expect(row.used).toBeCloseTo(x86 + arm, 6);
    expect(row.parts).toEqual([
      { name: 'x86', used: expect.closeTo(x86, 6) },
      { name: 'arm', used: expect.closeTo(arm, 6) },
    ]);
  });

  test('has the range of all memory sizes for what ran under versions that are not known', async () => {
    const period = periodAt('2026-09');
    const row = await computeOf(period, {
      ...ran(period, { invocations: 1, ms: 1_000, concurrency: 0 }),
      versions: {
        value: [
          { version: '$LATEST', memoryMb: 256, architecture: 'x86_64', modifiedAt: 0 },
          { version: '1', memoryMb: 128, architecture: 'x86_64', modifiedAt: 0 },
          { version: '2', memoryMb: 1024, architecture: 'x86_64', modifiedAt: period.untilMs - HOUR_MS },
        ],
      },
    });
    expect(row.range!.low).toBeCloseTo(720 * 0.125, 6);
    expect(row.range!.high).toBeCloseTo(720 * 1.001, 6);
    expect(row.notes.join(' ')).toContain('128 to 1024 MB');
  });

  test('takes the memory of the version that was published last, not that of code which nobody released', async () => {
    const period = periodAt('2026-09');
    const row = await computeOf(period, {
      ...ran(period, { invocations: 1, ms: 999.5, concurrency: 0 }),
      versions: {
        value: [
          { version: '$LATEST', memoryMb: 1024, architecture: 'x86_64', modifiedAt: period.untilMs - HOUR_MS },
          { version: '1', memoryMb: 3072, architecture: 'x86_64', modifiedAt: 0 },
          { version: '2', memoryMb: 256, architecture: 'x86_64', modifiedAt: HOUR_MS },
        ],
      },
    });
    expect(row.used).toBeCloseTo(720 * 0.25, 6);
    // Version 1 was replaced long before the month.
    expect(row.range!.high).toBeLessThan(721);
  });

  test('prices x86 and arm apart after one allowance', async () => {
    const period = periodAt('2026-09');
    const big = (name: string, architecture: 'x86_64' | 'arm64') =>
      aFunction({
        name,
        reported: {
          value: {
            invocations: 0,
            coldStarts: 0,
            complete: true,
            gbSeconds: {
              x86_64: architecture === 'x86_64' ? 400_000 : 0,
              arm64: architecture === 'arm64' ? 400_000 : 0,
            },
          },
        },
      });
    const row = await rowOf('lambda-compute', monthOf(period, { functions: [big('a', 'x86_64'), big('b', 'arm64')] }));
    expect(row).toMatchObject({ used: 800_000, utilisation: 2, range: null, confidence: 'high' });
    expect(row.costUsd).toBeCloseTo(200_000 * 0.0000166667 + 200_000 * 0.0000133334, 8);
  });

  test('is exact with the whole log, and says why not with less', async () => {
    const period = periodAt('2026-09');
    const reported = (invocations: number) => ({
      value: { invocations, coldStarts: 3, gbSeconds: { x86_64: 42, arm64: 0 }, complete: true },
    });
    const of = (invocations: number) =>
      rowOf(
        'lambda-compute',
        monthOf(period, {
          functions: [aFunction({ ...ran(period, { invocations: 10, ms: 5 }), reported: reported(invocations) })],
        }),
      );
    expect(await of(7_200)).toMatchObject({ used: expect.closeTo(42, 9), range: null, confidence: 'high' });
    const partial = await of(5_000);
    expect(partial.range).not.toBeNull();
    expect(partial.notes.join(' ')).toContain('the log has 5,000 of 7,200 invocations');
  });
});
