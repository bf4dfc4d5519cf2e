import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { costUsd } from '../../../../../src/lib/usage/tariff/cost.ts';
import { loadTariff, shippedTariff } from '../../../../../src/lib/usage/tariff/load-tariff.ts';
import { refreshedPricesPath } from '../../../../../src/lib/usage/tariff/refreshed-prices.ts';
import type { Tariff } from '../../../../../src/lib/usage/tariff/tariff.ts';
import { isStale, tariffWarnings } from '../../../../../src/lib/usage/tariff/tariff-warnings.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests write what no type allows
type Draft = Record<string, any>;

let folder: string;
let shipped: Tariff;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cvops-prices-'));
  shipped = await shippedTariff('us-east-1');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function refresh(region: string, change: (file: Draft) => void): string {
  const file = structuredClone({ region, asOf: shipped.asOf, prices: shipped.prices });
  change(file);
  return leave(region, JSON.stringify(file));
}

function leave(region: string, text: string): string {
  const path = refreshedPricesPath(folder, region);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

describe('loading a tariff', () => {
  test('gives the prices that cvops came with', async () => {
    expect(await loadTariff('eu-west-2', folder)).toMatchObject({ region: 'eu-west-2', file: null });
  });

  test('gives us-east-1’s for a Region without a file, and says so', async () => {
    const tariff = await loadTariff('eu-central-1', folder);
    expect(tariff.region).toBe('us-east-1');
    const [warning] = tariffWarnings(tariff, 'eu-central-1', Date.parse(tariff.asOf));
    expect(warning?.message).toMatch(/^cvops has no prices of eu-central-1; these are us-east-1's\./);
  });

  test('prefers a refreshed file that is as new or newer', async () => {
    const path = refresh('us-east-1', (file) => {
      file['asOf'] = '2027-01-05';
      file['prices']['sqs-request'].tiers[0].usd = 0.000001;
    });
    const tariff = await loadTariff('us-east-1', folder);
    expect(tariff).toMatchObject({ asOf: '2027-01-05', limitsAsOf: shipped.limitsAsOf, file: path });
    expect(costUsd(tariff, 'sqs-request', 1_000_000)).toBeCloseTo(1, 9);
  });

  test('passes over a refreshed file that is older than what a newer cvops came with', async () => {
    refresh('us-east-1', (file) => {
      file['asOf'] = '2026-10-31';
    });
    expect(await loadTariff('us-east-1', folder)).toEqual(shipped);
  });

  test('takes a refreshed file of a Region that it has no prices of', async () => {
    refresh('eu-central-1', () => {});
    const tariff = await loadTariff('eu-central-1', folder);
    expect(tariff.region).toBe('eu-central-1');
    expect(tariffWarnings(tariff, 'eu-central-1', Date.parse(tariff.asOf))).toEqual([]);
  });
});

describe('a refreshed file that cannot be used is named with the row, exit code 4', () => {
  const loading = () => loadTariff('us-east-1', folder);

  test.each<[string, (file: Draft) => void, string]>([
    [
      'a missing row',
      (file) => delete file['prices']['sqs-fifo-request'],
      'the row "sqs-fifo-request" of "prices" is missing',
    ],
    [
      'a missing field',
      (file) => delete file['prices']['sns-email'].source,
      'the row "sns-email" of "prices": "source" is missing',
    ],
    [
      'a price that is a text',
      (file) => {
        file['prices']['sns-email'].tiers[0].usd = '0.1';
      },
      'the row "sns-email" of "prices": "tiers.0.usd" is "0.1", which cannot be',
    ],
    [
      'a price below nothing',
      (file) => {
        file['prices']['sns-email'].tiers[0].usd = -1;
      },
      'the row "sns-email" of "prices": "tiers.0.usd" is -1, which cannot be',
    ],
    [
      'tiers that do not ascend',
      (file) => {
        file['prices']['sns-email'].tiers = [{ from: 5, usd: 1 }];
      },
      'the row "sns-email" of "prices": "tiers" must begin at 0 and ascend',
    ],
    [
      'a date that is none',
      (file) => {
        file['asOf'] = '2026-13-01';
      },
      '"asOf" is "2026-13-01", which cannot be',
    ],
    ['no prices at all', (file) => delete file['prices'], '"prices" is missing'],
  ])('%s', async (_case, change, problem) => {
    const path = refresh('us-east-1', change);
    await expect(loading()).rejects.toMatchObject({
      code: 'InvalidPrices',
      exitCode: 4,
      message: `${path}: ${problem}.`,
      hint: expect.stringContaining('cvops usage prices --refresh'),
    });
  });

  test('another Region’s', async () => {
    refresh('us-east-1', (file) => {
      file['region'] = 'eu-west-1';
    });
    await expect(loading()).rejects.toMatchObject({ message: expect.stringContaining('"region" is "eu-west-1"') });
  });

  test('a file that is cut', async () => {
    leave('us-east-1', '{"region":');
    await expect(loading()).rejects.toMatchObject({
      code: 'InvalidPrices',
      message: expect.stringContaining('it is not JSON, or not whole'),
    });
  });

  test('a file that holds no object', async () => {
    leave('us-east-1', '[]');
    await expect(loading()).rejects.toMatchObject({ message: expect.stringContaining('it holds no object') });
  });
});

describe('what something costs', () => {
  test('goes tier by tier', () => {
    expect(costUsd(shipped, 'cloudwatch-custom-metric', 10_500)).toBeCloseTo(10_000 * 0.3 + 500 * 0.1, 6);
  });

  test('is nothing for nothing, and for less', () => {
    expect(costUsd(shipped, 'sqs-request', 0)).toBe(0);
    expect(costUsd(shipped, 'sqs-request', -5)).toBe(0);
  });
});

describe('old prices', () => {
  const at = (date: string) => Date.parse(date);

  test('warn after 120 days', () => {
    expect(isStale(shipped, at('2027-03-01'))).toBe(false);
    expect(isStale(shipped, at('2027-03-02'))).toBe(true);
    const warnings = tariffWarnings(shipped, 'us-east-1', at('2027-03-02'));
    expect(warnings.map(({ code }) => code)).toEqual(['StalePrices']);
    expect(warnings[0]?.message).toContain('2026-11-01');
  });

  test('warn of limits alone where only the prices were refreshed', () => {
    const tariff = { ...shipped, asOf: '2027-03-01' };
    expect(tariffWarnings(tariff, 'us-east-1', at('2027-03-20')).map(({ code }) => code)).toEqual(['StaleLimits']);
  });
});
