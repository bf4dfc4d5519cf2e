import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { forecast } from '../../src/lib/usage/forecast/forecast.ts';
import { headroom } from '../../src/lib/usage/forecast/headroom.ts';
import { EXAMPLE_SYSTEM, type SystemModel } from '../../src/lib/usage/forecast/system-model.ts';
import { costUsd } from '../../src/lib/usage/tariff/cost.ts';
import { shippedTariff } from '../../src/lib/usage/tariff/load-tariff.ts';
import { PRICE_IDS, type Tariff } from '../../src/lib/usage/tariff/tariff.ts';

let tariffs: readonly Tariff[];
beforeAll(async () => {
  tariffs = await Promise.all(['us-east-1', 'eu-west-2'].map(shippedTariff));
});

const { queue, processor, table } = EXAMPLE_SYSTEM;
const models: fc.Arbitrary<SystemModel> = fc
  .record({
    pollers: fc.integer({ min: 1, max: 1_000 }),
    batchSize: fc.integer({ min: 1, max: 10 }),
    fifo: fc.boolean(),
    memoryMb: fc.integer({ min: 128, max: 10_240 }),
    durationMs: fc.integer({ min: 1, max: 900_000 }),
    billing: fc.constantFrom('provisioned' as const, 'on-demand' as const),
    itemBytes: fc.integer({ min: 1, max: 409_600 }),
    retentionDays: fc.integer({ min: 1, max: 36_500 }),
    peak: fc.double({ min: 1, max: 10_000, noNaN: true }),
  })
  .map(({ pollers, batchSize, fifo, memoryMb, durationMs, billing, itemBytes, retentionDays, peak }) => ({
    ...EXAMPLE_SYSTEM,
    peak,
    queue: { ...queue, pollers, batchSize, fifo },
    processor: { ...processor, memoryMb, durationMs },
    table: { ...table, billing, itemBytes, retentionDays },
  }));
/** From one to a billion, small ones as often as large ones. */
const traffic = fc.double({ min: 0, max: 9, noNaN: true }).map((power) => Math.round(10 ** power));
const region = fc.constantFrom(0, 1);
/** Sums of floating-point numbers in another order. */
const CLOSE = 1e-9;

describe('a forecast, for any model and traffic', () => {
  test('never uses or costs less with more queries, in no row and in no bound', () => {
    fc.assert(
      fc.property(models, region, traffic, traffic, (model, index, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        const small = forecast(less, model, tariffs[index]!);
        const large = forecast(more, model, tariffs[index]!);
        for (const [i, row] of small.rows.entries()) {
          const beside = large.rows[i]!;
          const slack = CLOSE * (1 + beside.used);
          expect(beside.used, row.id).toBeGreaterThanOrEqual(row.used - slack);
          expect(beside.range.low, row.id).toBeGreaterThanOrEqual(row.range.low - slack);
          expect(beside.range.high, row.id).toBeGreaterThanOrEqual(row.range.high - slack);
          expect(beside.costUsd, row.id).toBeGreaterThanOrEqual(row.costUsd - CLOSE * (1 + beside.costUsd));
        }
      }),
    );
  });

  test('adds up: the total is the sum of its rows, and lies within its bounds', () => {
    fc.assert(
      fc.property(models, region, traffic, (model, index, queries) => {
        const { rows, ...totals } = forecast(queries, model, tariffs[index]!);
        expect(totals.costUsd).toBeCloseTo(
          rows.reduce((sum, row) => sum + row.costUsd, 0),
          6,
        );
        expect(totals.costRangeUsd.low).toBeLessThanOrEqual(totals.costUsd);
        expect(totals.costRangeUsd.high).toBeGreaterThanOrEqual(totals.costUsd);
        expect(totals.awsUsd).toBeLessThanOrEqual(totals.costUsd);
        for (const row of rows) {
          expect(Number.isFinite(row.used) && row.used >= 0, row.id).toBe(true);
          expect(row.range.low).toBeLessThanOrEqual(row.used);
          expect(row.range.high).toBeGreaterThanOrEqual(row.used);
          expect(row.costUsd > 0, row.id).toBe(row.used > row.limit);
        }
      }),
    );
  });

  test('is free up to the headroom, and costs from there on', () => {
    fc.assert(
      fc.property(models, region, (model, index) => {
        const { binding } = headroom(model, tariffs[index]!);
        const most = binding?.queriesPerMonth ?? 1e12;
        if (most > 0) expect(forecast(most, model, tariffs[index]!).costUsd).toBe(0);
        if (binding !== null) expect(forecast(most + 1, model, tariffs[index]!).costUsd).toBeGreaterThan(0);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a price with tiers', () => {
  test('costs no less for more, and no more than the first tier says', () => {
    const quantities = fc.double({ min: 0, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(...PRICE_IDS), quantities, quantities, (id, one, other) => {
        const tariff = tariffs[0]!;
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        expect(costUsd(tariff, id, more)).toBeGreaterThanOrEqual(costUsd(tariff, id, less));
        const highest = Math.max(...tariff.prices[id].tiers.map(({ usd }) => usd));
        expect(costUsd(tariff, id, more)).toBeLessThanOrEqual(more * highest * (1 + CLOSE));
      }),
    );
  });
});
