import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { besideArticle } from '../../../../../src/lib/usage/forecast/article.ts';
import { forecast } from '../../../../../src/lib/usage/forecast/forecast.ts';
import { EXAMPLE_SYSTEM, type SystemModel } from '../../../../../src/lib/usage/forecast/system-model.ts';
import { shippedTariff } from '../../../../../src/lib/usage/tariff/load-tariff.ts';
import type { Tariff } from '../../../../../src/lib/usage/tariff/tariff.ts';

let tariff: Tariff;
beforeAll(async () => {
  tariff = await shippedTariff('us-east-1');
});

const rowOf = (id: string, queries: number, model: SystemModel = EXAMPLE_SYSTEM) =>
  forecast(queries, model, tariff).rows.find((row) => row.id === id)!;
const onDemand: SystemModel = { ...EXAMPLE_SYSTEM, table: { ...EXAMPLE_SYSTEM.table, billing: 'on-demand' } };

describe('the example system at the article’s traffic', () => {
  test('uses two thirds of the free SQS requests at 10,000 queries, and 28 % with two pollers', () => {
    expect(rowOf('sqs-requests', 10_000).utilisation).toBeCloseTo(0.673, 3);
    const two = { ...EXAMPLE_SYSTEM, queue: { ...EXAMPLE_SYSTEM.queue, pollers: 2 } };
    expect(rowOf('sqs-requests', 10_000, two).utilisation).toBeCloseTo(0.284, 3);
    expect(forecast(10_000, EXAMPLE_SYSTEM, tariff).costUsd).toBe(0);
  });

  test('costs about a dollar at 1 million, all of it SQS', () => {
    const { costUsd, rows } = forecast(1_000_000, EXAMPLE_SYSTEM, tariff);
    expect(costUsd).toBeCloseTo(1.13, 2);
    expect(rows.filter((row) => row.costUsd > 0).map(({ id }) => id)).toEqual(['sqs-requests']);
  });

  test('costs $26.56 of AWS at 10 million, between 16 and 35', () => {
    const { awsUsd, awsRangeUsd, costUsd } = forecast(10_000_000, EXAMPLE_SYSTEM, tariff);
    expect(awsUsd).toBeCloseTo(26.56, 2);
    expect(awsRangeUsd.low).toBeCloseTo(16.35, 2);
    expect(awsRangeUsd.high).toBeCloseTo(34.65, 2);
    // Cloudflare's paid plan.
    expect(costUsd - awsUsd).toBeCloseTo(5, 9);
  });

  test('stands beside the article’s figures, each with a reason, at its two traffics only', () => {
    const beside = besideArticle(forecast(10_000_000, EXAMPLE_SYSTEM, tariff))!;
    expect(beside.articleUsd).toBeCloseTo(8.2, 9);
    expect(beside.lines.map(({ service, articleUsd }) => [service, articleUsd])).toEqual([
      ['Lambda', 2],
      ['DynamoDB', 5.2],
      ['SQS', 1],
      ['CloudWatch', null],
      ['Cloudflare', null],
    ]);
    for (const { why } of beside.lines) expect(why).not.toBe('');
    const ours = beside.lines.reduce((sum, { oursUsd }) => sum + oursUsd, 0);
    expect(ours).toBeCloseTo(forecast(10_000_000, EXAMPLE_SYSTEM, tariff).costUsd, 9);
    expect(besideArticle(forecast(1_000_000, EXAMPLE_SYSTEM, tariff))!.articleUsd).toBeCloseTo(0.82, 9);
    expect(besideArticle(forecast(2_000_000, EXAMPLE_SYSTEM, tariff))).toBeNull();
  });
});

test('the docs tell the same figures', () => {
  const docs = readFileSync(new URL('../../../../../docs/usage.md', import.meta.url), 'utf8');
  for (const queries of [1_000_000, 10_000_000]) {
    const scenario = forecast(queries, EXAMPLE_SYSTEM, tariff);
    const shown = (usd: number, { low, high }: { low: number; high: number }) =>
      `${usd.toFixed(2)}${high - low < 0.01 ? '' : ` (${low.toFixed(2)}–${high.toFixed(2)})`}`;
    for (const { oursUsd, oursRangeUsd } of besideArticle(scenario)!.lines) {
      expect(docs).toContain(`| ${shown(oursUsd, oursRangeUsd)} |`);
    }
    expect(docs.replaceAll('*', '')).toContain(`| ${shown(scenario.awsUsd, scenario.awsRangeUsd)} |`);
  }
});

describe('each row', () => {
  test('SQS: send, receive and delete of each message, and the empty receives, at the FIFO price', () => {
    const row = rowOf('sqs-requests', 1_000_000);
    const value = (name: string) => row.formula.terms.find((term) => term.name === name)!.value!;
    expect(row.used).toBe(value('sends') + value('receives') + value('deletes') + value('empty receives'));
    expect(row.costUsd).toBeCloseTo((row.used - 1_000_000) * 0.0000005, 9);
    const standard = { ...EXAMPLE_SYSTEM, queue: { ...EXAMPLE_SYSTEM.queue, fifo: false } };
    expect(rowOf('sqs-requests', 1_000_000, standard).costUsd).toBeCloseTo((row.used - 1_000_000) * 0.0000004, 9);
  });

  test('SQS: messages above 64 KiB are sent in several requests’ worth', () => {
    const large = { ...EXAMPLE_SYSTEM, queue: { ...EXAMPLE_SYSTEM.queue, messageBytes: 65_537 } };
    expect(rowOf('sqs-requests', 1_000, large).used - rowOf('sqs-requests', 1_000).used).toBeCloseTo(1_000, 6);
  });

  test('compute: INIT is billed beside the duration', () => {
    const { processor } = EXAMPLE_SYSTEM;
    const none = { ...EXAMPLE_SYSTEM, processor: { ...processor, coldStarts: 0 } };
    const more = rowOf('lambda-compute', 1_000_000).used - rowOf('lambda-compute', 1_000_000, none).used;
    // 2 % of 998,000 invocations × 0.2 s × 0.25 GB
    expect(more).toBeCloseTo(997_537 * 0.02 * 0.2 * 0.25, 0);
  });

  test('compute: x86 costs a quarter more than arm', () => {
    const { processor } = EXAMPLE_SYSTEM;
    const slow = (architecture: 'arm64' | 'x86_64') =>
      rowOf('lambda-compute', 10_000_000, {
        ...EXAMPLE_SYSTEM,
        processor: { ...processor, architecture, durationMs: 1_000 },
      }).costUsd;
    expect(slow('x86_64') / slow('arm64')).toBeCloseTo(1.25, 3);
  });

  test('writes: capacity for the peak, an item above 1 KB twice, free up to 25 units with those of the releases', () => {
    expect(rowOf('dynamodb-write-capacity', 1_000_000).used).toBe(12);
    // 10 million in 30 days are 3.86 a second; times 5, rounded up, and 2 for the releases.
    const row = rowOf('dynamodb-write-capacity', 10_000_000);
    expect(row).toMatchObject({ used: 22, range: { low: 12, high: 41 }, costUsd: 0 });
    expect(row.costRangeUsd.high).toBeCloseTo((41 - 25) * 720 * 0.00065, 9);
    const large = { ...EXAMPLE_SYSTEM, table: { ...EXAMPLE_SYSTEM.table, itemBytes: 1_025 } };
    expect(rowOf('dynamodb-write-capacity', 10_000_000, large).used).toBe(41);
  });

  test('reads: what the weekly report needs to be done in its time', () => {
    expect(rowOf('dynamodb-read-capacity', 100_000).used).toBe(7);
    // A week is 2.33 million items of 500 bytes, 142,415 units, in 300 s of burst and 900 s.
    expect(rowOf('dynamodb-read-capacity', 10_000_000).used).toBe(119 + 2);
  });

  test('on-demand: nothing is free, the first write costs', () => {
    const row = rowOf('dynamodb-write-units', 1_000_000, onDemand);
    expect(row).toMatchObject({ used: 1_000_000, limit: 0, utilisation: null });
    expect(row.costUsd).toBeCloseTo(0.625, 9);
    // Only the releases' table is provisioned.
    expect(rowOf('dynamodb-write-capacity', 1_000_000, onDemand).used).toBe(2);
    // Two half-units an item of 4 KB: a week's bytes / 8,192, 30/7 times a month.
    expect(rowOf('dynamodb-read-units', 1_000_000, onDemand).used).toBeCloseTo((1_000_000 * 500) / 8_192, 3);
  });

  test('storage: as many days as items are kept, 100 bytes more for each', () => {
    expect(rowOf('dynamodb-storage', 1_000_000).used).toBeCloseTo((3_000_000 * 600) / 2 ** 30, 9);
  });

  test('logs: ingestion uses the 5 GB first, and what is kept costs its own price', () => {
    const row = rowOf('cloudwatch-logs', 10_000_000);
    const value = (name: string) => row.formula.terms.find((term) => term.name === name)!.value!;
    expect(row.used).toBeCloseTo(value('ingested') + value('kept'), 9);
    expect(row.costUsd).toBeCloseTo((value('ingested') - 5) * 0.5 + value('kept') * 0.03, 9);
  });

  test('Cloudflare: the paid plan from the day on which 100,000 requests are passed', () => {
    expect(rowOf('cloudflare-requests', 1_500_000)).toMatchObject({ used: 100_000, costUsd: 0 });
    expect(rowOf('cloudflare-requests', 1_500_030).costUsd).toBe(5);
    // 10 million are in the plan.
    expect(rowOf('cloudflare-requests', 20_000_000).costUsd).toBeCloseTo(5 + 3, 9);
  });

  test('what does not grow with the traffic stays', () => {
    const still = forecast(0, EXAMPLE_SYSTEM, tariff).rows.filter((row) => !row.grows);
    expect(still.map(({ id }) => id)).toEqual([
      'sns-publishes',
      'sns-emails',
      'eventbridge-scheduler',
      'cloudwatch-alarms',
      'cloudwatch-api',
    ]);
    for (const { id, used } of still) expect(rowOf(id, 1e9).used).toBe(used);
  });
});
