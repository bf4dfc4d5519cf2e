import { describe, expect, test } from 'vitest';
import { ROW_IDS } from '../../../../../src/lib/usage/row-ids.ts';
import { usageRows } from '../../../../../src/lib/usage/rows/usage-rows.ts';
import { shippedTariff } from '../../../../../src/lib/usage/tariff/load-tariff.ts';
import {
  aFunction,
  aQueue,
  aTable,
  aTopic,
  monthOf,
  periodAt,
  points,
  refused,
  rowOf,
} from '../support/month-of-readings.ts';

const GB = 2 ** 30;
const period = periodAt('2026-09');
const every = (value: number) => ({ value: points(period, () => value) });

test('a report has every row that the configured services touch, and the declared ones', async () => {
  const tariff = await shippedTariff('us-east-1');
  const all = monthOf(period, { functions: [aFunction()], queues: [aQueue()], tables: [aTable()], topics: [aTopic()] });
  const declared = { hcpManagedResources: 18, githubMinutes: 300, cloudflareRequestsPerDay: 150_000 };
  const rows = usageRows(all, tariff, declared);
  expect(rows.map(({ id }) => id)).toEqual(ROW_IDS);
  expect(rows.at(-1)).toMatchObject({
    used: 150_000,
    utilisation: 1.5,
    projection: 'daily',
    scope: 'account',
    costUsd: 0,
  });
  expect(rows.at(-3)).toMatchObject({ used: 18, limit: 500, scope: 'organisation' });
  for (const row of rows) expect(row.source, row.id).toMatch(/^https:/);
  expect(usageRows(monthOf(period), tariff).map(({ id }) => id.split('-')[0])).not.toContain('lambda');
});

describe('SNS', () => {
  test('publishes are counted by topic, those of alarms too', async () => {
    const row = await rowOf('sns-publishes', monthOf(period, { topics: [aTopic({ published: every(3_000) })] }));
    expect(row.used).toBe(2_160_000);
    expect(row.costUsd).toBeCloseTo(1_160_000 * 0.5e-6, 10);
  });

  test('emails are at most what was delivered and what failed', async () => {
    const topic = aTopic({ delivered: every(2), failed: every(1) });
    const row = await rowOf('sns-emails', monthOf(period, { topics: [topic] }));
    expect(row).toMatchObject({ used: 2_160, range: { low: 0, high: 2_160 }, confidence: 'medium' });
    expect(row.costUsd).toBeCloseTo(1_160 * 0.00002, 10);
  });
});

describe('EventBridge', () => {
  test('rules have no limit and cost nothing', async () => {
    const events = { rules: every(1_000), schedules: { value: [] } };
    const row = await rowOf('eventbridge-rules', monthOf(period, { events }));
    expect(row).toMatchObject({ used: 720_000, limit: null, utilisation: null, costUsd: 0 });
  });

  test('Scheduler has 14 million, attempts of all groups together', async () => {
    const attempts = points(period, () => 15_000);
    const events = {
      rules: every(0),
      schedules: {
        value: [
          { group: 'default', attempts },
          { group: 'other', attempts },
        ],
      },
    };
    const row = await rowOf('eventbridge-scheduler', monthOf(period, { events }));
    expect(row).toMatchObject({ used: 21_600_000, limit: 14_000_000 });
    expect(row.costUsd).toBeCloseTo(7.6, 8);
  });
});

describe('CloudWatch', () => {
  const base = monthOf(period).cloudwatch;
  const alarm = (parts: object) => ({ name: 'a', metrics: 1, highResolution: false, composite: false, ...parts });

  test('alarms count by their metrics; high resolution and composite ones are never free', async () => {
    const now = periodAt('2026-09', 360);
    const alarms = {
      value: [
        alarm({ metrics: 9 }),
        alarm({ metrics: 3 }),
        alarm({ metrics: 2, highResolution: true }),
        alarm({ metrics: 0, composite: true }),
      ],
    };
    const row = await rowOf('cloudwatch-alarms', monthOf(now, { cloudwatch: { ...base, alarms } }));
    expect(row).toMatchObject({ used: 12, limit: 10, account: { used: 12, utilisation: 1.2 } });
    expect(row.projectedCostUsd).toBeCloseTo(2 * 0.1 + 2 * 0.3 + 0.5, 10);
    expect(row.costUsd).toBeCloseTo((2 * 0.1 + 2 * 0.3 + 0.5) / 2, 10);
  });

  test('calls have a million free, and GetMetricData none', async () => {
    const calls = {
      value: [
        { operation: 'GetMetricStatistics', calls: points(period, () => 100) },
        { operation: 'GetMetricData', calls: points(period, () => 10) },
      ],
    };
    const row = await rowOf('cloudwatch-api', monthOf(period, { cloudwatch: { ...base, calls } }));
    expect(row).toMatchObject({ used: 72_000, utilisation: 0.072 });
    expect(row.costUsd).toBeCloseTo(7_200 * 0.00001, 10);
    expect(row.parts).toContainEqual({ name: 'paid from the first on', used: 7_200 });
  });

  test('metrics of one’s own and dashboards are levels', async () => {
    const cloudwatch = {
      ...base,
      customMetrics: { value: { count: 30, complete: false } },
      dashboards: { value: 4 },
    };
    const metrics = await rowOf('cloudwatch-metrics', monthOf(period, { cloudwatch }));
    expect(metrics).toMatchObject({ used: 30, projected: 30, confidence: 'low', projectedCostUsd: 6 });
    expect(metrics.notes.join(' ')).toContain('at least 30');
    const dashboards = await rowOf('cloudwatch-dashboards', monthOf(period, { cloudwatch }));
    expect(dashboards).toMatchObject({ used: 4, projectedCostUsd: 3 });
  });

  test('what may not be read says why, and the rest stands', async () => {
    const cloudwatch = { ...base, alarms: refused };
    expect(await rowOf('cloudwatch-alarms', monthOf(period, { cloudwatch }))).toMatchObject({
      used: null,
      gap: refused.gap,
      projectedCostUsd: null,
    });
    expect(await rowOf('cloudwatch-dashboards', monthOf(period, { cloudwatch }))).toMatchObject({ used: 0, gap: null });
  });

  test('logs share one allowance between what is written and what is kept', async () => {
    const now = periodAt('2026-09', 360);
    const row = await rowOf(
      'cloudwatch-logs',
      monthOf(now, {
        logs: {
          incomingBytes: { value: points(now, () => (6 * GB) / 360) },
          groups: { value: [{ name: '/aws/lambda/p', storedBytes: 2 * GB, retentionDays: null }] },
        },
      }),
    );
    expect(row.used).toBeCloseTo(8, 6);
    expect(row.projected).toBeCloseTo(14, 6);
    expect(row.projectedCostUsd).toBeCloseTo(9 * ((12 / 14) * 0.5 + (2 / 14) * 0.03), 6);
    // Half of the month is over, and so is what keeping costs.
    expect(row.costUsd).toBeCloseTo(3 * ((6 / 8) * 0.5 + (2 / 8) * 0.03 * 0.5), 6);
    expect(row.notes.join(' ')).toContain('1 group keeps its lines for ever: /aws/lambda/p');
  });
});
