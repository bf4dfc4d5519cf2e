import { describe, expect, test } from 'vitest';
import { aTable, HOUR_MS, monthOf, periodAt, points, refused, rowOf } from '../support/month-of-readings.ts';

const GB = 2 ** 30;

describe('DynamoDB capacity', () => {
  test.each([
    ['2026-02', 672],
    ['2028-02', 696],
    ['2026-09', 720],
    ['2026-10', 744],
  ] as const)('of %s is a share of 25 units in all %i hours', async (month, hours) => {
    const period = periodAt(month);
    const table = aTable({ provisionedWrite: { value: points(period, () => 10) } });
    const row = await rowOf('dynamodb-write-capacity', monthOf(period, { tables: [table] }));
    expect(row).toMatchObject({ used: 10 * hours, limit: 25 * hours, utilisation: 0.4, projectedUtilisation: 0.4 });
  });

  test('goes on with today’s setting after it was changed in the month', async () => {
    const now = periodAt('2026-09', 360);
    const table = aTable({ provisionedWrite: { value: points(now, (hour) => (hour < 100 ? 30 : 5)) } }, { write: 5 });
    const row = await rowOf('dynamodb-write-capacity', monthOf(now, { tables: [table] }));
    expect(row.used).toBe(100 * 30 + 260 * 5);
    expect(row.projected).toBe(100 * 30 + 620 * 5);
  });

  test('of a table made in the month begins with it, to the minute', async () => {
    const now = periodAt('2026-09', 400.5);
    const createdAt = now.month.startMs + 200.25 * HOUR_MS;
    const table = aTable(
      { provisionedRead: { value: points(now, (hour) => (hour >= 200 ? 4 : null)) } },
      { createdAt },
    );
    const row = await rowOf('dynamodb-read-capacity', monthOf(now, { tables: [table] }));
    expect(row.used).toBeCloseTo(4 * 200.25, 6);
    expect(row.projected).toBeCloseTo(4 * (720 - 200.25), 6);
  });

  test('of a table that was made anew in the month holds what the former one of its name was measured at', async () => {
    const now = periodAt('2026-09', 400);
    const createdAt = now.month.startMs + 200.25 * HOUR_MS;
    const measured = (hour: number) => (hour < 190 ? 20 : hour < 200 ? null : 4);
    const table = aTable({ provisionedRead: { value: points(now, measured) } }, { createdAt });
    const row = await rowOf('dynamodb-read-capacity', monthOf(now, { tables: [table] }));
    expect(row.used).toBeCloseTo(20 * 190 + 4 * 199.75, 6);
  });

  test('adds each index, which has capacity of its own', async () => {
    const period = periodAt('2026-09');
    const index = { name: 'by-day', read: 2, write: 3, sizeBytes: 0, items: 0 };
    const none = { value: [] };
    const table = aTable(
      {
        provisionedWrite: { value: points(period, () => 10) },
        indexes: [
          {
            name: 'by-day',
            provisionedWrite: { value: points(period, () => 3) },
            provisionedRead: none,
            consumedRead: none,
            consumedWrite: none,
          },
        ],
      },
      { indexes: [index] },
    );
    const row = await rowOf('dynamodb-write-capacity', monthOf(period, { tables: [table] }));
    expect(row.used).toBe(720 * 13);
    expect(row.formula.terms.some(({ source }) => source.includes('GlobalSecondaryIndexName=by-day'))).toBe(true);
  });

  test('fills hours whose point is missing with the hour before, and says so', async () => {
    const period = periodAt('2026-09');
    const table = aTable({
      provisionedWrite: { value: points(period, (hour) => (hour % 100 === 50 || hour === 719 ? null : 10)) },
    });
    const row = await rowOf('dynamodb-write-capacity', monthOf(period, { tables: [table] }));
    expect(row).toMatchObject({ used: 7200, confidence: 'medium' });
    expect(row.notes.join(' ')).toContain('8 hours had no point');
  });

  test('in the first minutes of a month is the setting, before there is a point', async () => {
    const now = periodAt('2026-11', 0.25);
    const row = await rowOf('dynamodb-write-capacity', monthOf(now, { tables: [aTable()] }));
    expect(row).toMatchObject({ used: 2.5, projected: 7200, utilisation: 2.5 / 18_000 });
  });

  test('of an on-demand table is nothing, and its units cost', async () => {
    const period = periodAt('2026-09');
    const tables = [aTable({ consumedWrite: { value: points(period, () => 1_000) } }, { billing: 'PAY_PER_REQUEST' })];
    const capacity = await rowOf('dynamodb-write-capacity', monthOf(period, { tables }));
    expect(capacity).toMatchObject({ used: 0, projected: 0, costUsd: 0 });
    const units = await rowOf('dynamodb-write-units', monthOf(period, { tables }));
    expect(units).toMatchObject({ used: 720_000, limit: null, utilisation: null });
    expect(units.costUsd).toBeCloseTo(0.45, 10);
  });

  test('of a table that became on-demand in the month ends there, and its units cost from then on', async () => {
    const period = periodAt('2026-09');
    const tables = [
      aTable(
        {
          provisionedWrite: { value: points(period, (hour) => (hour < 240 ? 10 : null)) },
          consumedWrite: { value: points(period, () => 100) },
        },
        { billing: 'PAY_PER_REQUEST' },
      ),
    ];
    expect((await rowOf('dynamodb-write-capacity', monthOf(period, { tables }))).used).toBe(2400);
    const units = await rowOf('dynamodb-write-units', monthOf(period, { tables }));
    expect(units.parts).toEqual([
      { name: 'provisioned', used: 24_000 },
      { name: 'on-demand', used: 48_000 },
    ]);
    expect(units.costUsd).toBeCloseTo(48_000 * 0.625e-6, 10);
  });

  test('beyond 25 costs by the hour', async () => {
    const period = periodAt('2026-09');
    const tables = [aTable({ provisionedRead: { value: points(period, () => 30) } })];
    const row = await rowOf('dynamodb-read-capacity', monthOf(period, { tables }));
    expect(row.costUsd).toBeCloseTo(720 * 5 * 0.00013, 10);
  });

  test('inside the allowance costs nothing, however much is consumed', async () => {
    const period = periodAt('2026-09');
    const tables = [aTable({ consumedWrite: { value: points(period, () => 9_000) } })];
    expect((await rowOf('dynamodb-write-units', monthOf(period, { tables }))).costUsd).toBe(0);
  });

  test('of tables of another class is left out, and they are named', async () => {
    const period = periodAt('2026-09');
    const tables = [
      aTable({ provisionedWrite: { value: points(period, () => 10) } }, { tableClass: 'STANDARD_INFREQUENT_ACCESS' }),
    ];
    const row = await rowOf('dynamodb-write-capacity', monthOf(period, { tables }));
    expect(row.used).toBe(0);
    expect(row.notes.join(' ')).toContain('Not counted: events');
  });

  test('is not read where the table may not be described', async () => {
    const period = periodAt('2026-09');
    const row = await rowOf('dynamodb-write-capacity', monthOf(period, { tables: [aTable({ settings: refused })] }));
    expect(row).toMatchObject({ used: null, gap: refused.gap });
  });
});

describe('DynamoDB storage', () => {
  test('is the size of tables and indexes and 100 bytes for each item of either', async () => {
    const now = periodAt('2026-09', 360);
    const indexes = [{ name: 'i', read: 0, write: 0, sizeBytes: GB, items: 1_000_000 }];
    const tables = [aTable({}, { sizeBytes: 30 * GB, items: 2_000_000, indexes })];
    const row = await rowOf('dynamodb-storage', monthOf(now, { tables }));
    const gb = 31 + (3_000_000 * 100) / GB;
    expect(row).toMatchObject({ used: expect.closeTo(gb, 9), projected: expect.closeTo(gb, 9), projection: 'level' });
    // Half of the month is over.
    expect(row.costUsd).toBeCloseTo((gb - 25) * 0.25 * 0.5, 9);
    expect(row.projectedCostUsd).toBeCloseTo((gb - 25) * 0.25, 9);
  });

  test('of a table made in the month counts for its part of the month', async () => {
    const now = periodAt('2026-09', 540);
    const createdAt = now.month.startMs + 360 * HOUR_MS;
    const tables = [aTable({}, { sizeBytes: 60 * GB, createdAt })];
    const row = await rowOf('dynamodb-storage', monthOf(now, { tables }));
    expect(row).toMatchObject({ used: 60, projected: 30 });
    expect(row.projectedCostUsd).toBeCloseTo(5 * 0.25, 9);
    // 60 GB for a quarter of the month are 15 GB-months, of which 18.75 are free by now.
    expect(row.costUsd).toBe(0);
  });

  test('of a table made after the month is not in it', async () => {
    const createdAt = Date.parse('2026-10-05T00:00:00Z');
    const tables = [aTable({}, { sizeBytes: 60 * GB, createdAt })];
    const row = await rowOf('dynamodb-storage', monthOf(periodAt('2026-09'), { tables }));
    expect(row).toMatchObject({ used: 0, projected: 0, costUsd: 0 });
  });

  test('of a month that is over is not known any more', async () => {
    const row = await rowOf('dynamodb-storage', monthOf(periodAt('2026-09'), { tables: [aTable()] }));
    expect(row.confidence).toBe('low');
    expect(row.notes.join(' ')).toContain('is not kept');
  });
});
