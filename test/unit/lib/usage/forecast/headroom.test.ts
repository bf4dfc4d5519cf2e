import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { forecast } from '../../../../../src/lib/usage/forecast/forecast.ts';
import { headroom } from '../../../../../src/lib/usage/forecast/headroom.ts';
import { EXAMPLE_SYSTEM, type SystemModel } from '../../../../../src/lib/usage/forecast/system-model.ts';
import { shippedTariff } from '../../../../../src/lib/usage/tariff/load-tariff.ts';
import type { Tariff } from '../../../../../src/lib/usage/tariff/tariff.ts';

let tariff: Tariff;
beforeAll(async () => {
  tariff = await shippedTariff('us-east-1');
});
const { queue, table } = EXAMPLE_SYSTEM;

describe('the first penny', () => {
  test('falls near 140,000 queries a month, because of SQS requests', () => {
    const { binding } = headroom(EXAMPLE_SYSTEM, tariff);
    expect(binding).toMatchObject({ id: 'sqs-requests', queriesPerMonth: 139_833, limit: 1_000_000, idle: 648_000 });
    expect(forecast(139_833, EXAMPLE_SYSTEM, tariff).costUsd).toBe(0);
    expect(forecast(139_834, EXAMPLE_SYSTEM, tariff).costUsd).toBeGreaterThan(0);
    expect(binding!.range.low).toBeLessThan(139_833);
    expect(binding!.range.high).toBeGreaterThan(139_833);
  });

  test('falls later with two pollers', () => {
    const { binding } = headroom({ ...EXAMPLE_SYSTEM, queue: { ...queue, pollers: 2 } }, tariff);
    expect(binding!.id).toBe('sqs-requests');
    expect(binding!.queriesPerMonth).toBeGreaterThan(280_000);
  });

  test('has fallen already where idle pollers alone use up what is free', () => {
    const { binding } = headroom({ ...EXAMPLE_SYSTEM, queue: { ...queue, pollers: 8 } }, tariff);
    expect(binding).toMatchObject({ id: 'sqs-requests', queriesPerMonth: 0, idle: 1_036_800 });
    expect(binding!.firstCostUsd).toBeGreaterThan(0);
  });

  test('falls with the first query on an on-demand table', () => {
    const model: SystemModel = { ...EXAMPLE_SYSTEM, table: { ...table, billing: 'on-demand' } };
    expect(headroom(model, tariff).binding).toMatchObject({ id: 'dynamodb-write-units', queriesPerMonth: 0, limit: 0 });
  });

  test('has fallen where more alarms stand than are free, whatever the traffic', () => {
    const { binding } = headroom({ ...EXAMPLE_SYSTEM, alarmMetrics: 12 }, tariff);
    expect(binding).toMatchObject({ id: 'cloudwatch-alarms', queriesPerMonth: 0, idle: 12 });
    expect(binding!.firstCostUsd).toBeCloseTo(0.2, 9);
  });
});

describe('the rows', () => {
  test('come in the order in which they bind; what never binds last', () => {
    const { rows } = headroom(EXAMPLE_SYSTEM, tariff);
    const order = rows.map(({ queriesPerMonth }) => queriesPerMonth ?? Number.POSITIVE_INFINITY);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(rows.slice(0, 4).map(({ id }) => id)).toEqual([
      'sqs-requests',
      'lambda-requests',
      'cloudflare-requests',
      'dynamodb-read-capacity',
    ]);
    expect(rows.at(-1)!.queriesPerMonth).toBeNull();
  });

  test('are those that the docs tell', () => {
    const docs = readFileSync(new URL('../../../../../docs/usage.md', import.meta.url), 'utf8');
    const binding = headroom(EXAMPLE_SYSTEM, tariff).rows.filter((row) => row.queriesPerMonth !== null);
    for (const { queriesPerMonth } of binding) expect(docs).toContain(queriesPerMonth!.toLocaleString('en-US'));
  });
});
