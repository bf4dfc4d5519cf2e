import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { shippedTariff } from '../../../../../src/lib/usage/tariff/load-tariff.ts';
import { parseLimitFile, parsePriceFile } from '../../../../../src/lib/usage/tariff/price-file.ts';

const folder = fileURLToPath(new URL('../../../../../src/lib/usage/tariff/data/', import.meta.url));
const read = (name: string) => readFileSync(`${folder}${name}`, 'utf8');
const regions = readdirSync(folder)
  .filter((name) => name !== 'limits.json')
  .map((name) => name.replace(/\.json$/, ''));

describe('the limits and prices that cvops comes with', () => {
  test('are those of N. Virginia and London', () => {
    expect([...regions].sort()).toEqual(['eu-west-2', 'us-east-1']);
  });

  test.each(regions)('hold every row, each with a page that says so: %s', async (region) => {
    const file = parsePriceFile(read(`${region}.json`), region);
    expect(file.region).toBe(region);
    expect((await shippedTariff(region)).prices).toEqual(file.prices);
  });

  test('hold every limit', async () => {
    const file = parseLimitFile(read('limits.json'), 'limits.json');
    expect((await shippedTariff('us-east-1')).limits).toEqual(file.limits);
    expect(file.limits['sqs-requests'].free).toBe(1_000_000);
  });

  test('say which prices nobody has seen in AWS’s list', async () => {
    const { prices } = await shippedTariff('eu-west-2');
    const marked = Object.values(prices).filter(({ unverified }) => unverified === true);
    expect(marked.length).toBeGreaterThan(0);
    expect(marked.every(({ note }) => note !== undefined)).toBe(true);
    const us = await shippedTariff('us-east-1');
    expect(Object.values(us.prices).some(({ unverified }) => unverified === true)).toBe(false);
  });
});
