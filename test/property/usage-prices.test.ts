import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CvopsError } from '../../src/lib/errors/cvops-error.ts';
import { loadTariff, shippedTariff } from '../../src/lib/usage/tariff/load-tariff.ts';
import { pickPrices } from '../../src/lib/usage/tariff/refresh/pick-prices.ts';
import { type Offer, type PriceListService, readOffer } from '../../src/lib/usage/tariff/refresh/price-list.ts';
import { PRICE_LIST_ROWS } from '../../src/lib/usage/tariff/refresh/price-list-rows.ts';
import { refreshedPricesPath } from '../../src/lib/usage/tariff/refreshed-prices.ts';
import { PRICE_IDS, type PriceId, type Tariff } from '../../src/lib/usage/tariff/tariff.ts';

let base: Tariff;
let folder: string;
beforeAll(async () => {
  base = await shippedTariff('us-east-1');
  folder = mkdtempSync(join(tmpdir(), 'cvops-prices-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const listed = PRICE_IDS.filter((id) => PRICE_LIST_ROWS[id] !== null);
const usd = fc.integer({ min: 1, max: 1_000_000 }).map((n) => n / 1e7);
/** Where tiers begin behind what is free, and what is free. */
const tiers = fc.record({
  free: fc.integer({ min: 0, max: 1_000_000 }),
  begins: fc.uniqueArray(fc.integer({ min: 1, max: 1_000_000_000 }), { maxLength: 3 }),
  prices: fc.array(usd, { minLength: 4, maxLength: 4 }),
  prefix: fc.constantFrom('', 'USE1-', 'EU-', 'EUW2-'),
  reversed: fc.boolean(),
});

describe('prices out of AWS’s price list', () => {
  test('are those that stand there, whatever is free before them and in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(tiers, { minLength: listed.length, maxLength: listed.length }), (all) => {
        const offers = new Map<PriceListService, Offer>();
        const expected = new Map<PriceId, { from: number; usd: number }[]>();
        for (const [index, id] of listed.entries()) {
          const { service, usageTypes, attributes = {} } = PRICE_LIST_ROWS[id]!;
          const { free, begins, prices, prefix, reversed } = all[index]!;
          const paid = [0, ...begins.toSorted((a, b) => a - b)].map((from, i) => ({ from, usd: prices[i]! }));
          expected.set(id, paid);
          const list = paid.map((tier) => ({ begin: tier.from + free, price: tier.usd }));
          if (free > 0) list.unshift({ begin: 0, price: 0 });
          if (reversed) list.reverse();
          const offer = offers.get(service) ?? {
            publicationDate: '2026-11-20T00:00:00Z',
            products: {},
            terms: { OnDemand: {} },
          };
          const sku = `SKU${index}`;
          const usagetype = `${prefix}${usageTypes[index % usageTypes.length]}`;
          offer.products[sku] = { sku, attributes: { ...attributes, usagetype, regionCode: 'us-east-1' } };
          offer.terms.OnDemand[sku] = {
            term: {
              priceDimensions: Object.fromEntries(
                list.map(({ begin, price }, i) => [
                  `d${i}`,
                  { beginRange: String(begin), pricePerUnit: { USD: price.toFixed(10) } },
                ]),
              ),
            },
          };
          offers.set(service, offer);
        }
        const { prices, kept } = pickPrices(offers, 'us-east-1', base);
        expect(kept).toEqual([]);
        for (const [id, paid] of expected) expect(prices[id].tiers, id).toEqual(paid);
      }),
    );
  });

  test('are refused in one line, never a crash, when a file is not what it should be', async () => {
    const path = join(folder, 'AWSLambda/current/us-east-1/index.json');
    mkdirSync(dirname(path), { recursive: true });
    const whole = {
      publicationDate: '2026-11-20T00:00:00Z',
      products: { A: { sku: 'A', attributes: { usagetype: 'Request', group: 'AWS-Lambda-Requests' } } },
      terms: {
        OnDemand: { A: { t: { priceDimensions: { d: { beginRange: '0', pricePerUnit: { USD: '0.0000002' } } } } } },
      },
    };
    await fc.assert(
      fc.asyncProperty(changed(whole), async (value) => {
        writeFileSync(path, JSON.stringify(value) ?? '');
        const offer = await readOffer(folder, 'AWSLambda', 'us-east-1', new AbortController().signal).catch(expected);
        if (offer !== undefined) {
          const { prices } = pickPrices(new Map([['AWSLambda', offer]]), 'us-east-1', base);
          for (const { usd: price } of prices['lambda-request'].tiers) expect(price).toBeGreaterThan(0);
        }
      }),
    );
  });
});

describe('a refreshed price file', () => {
  test('is used whole or refused in one line that names it', async () => {
    const path = refreshedPricesPath(folder, 'us-east-1');
    mkdirSync(dirname(path), { recursive: true });
    const whole = { region: 'us-east-1', asOf: '2027-01-01', prices: base.prices };
    await fc.assert(
      fc.asyncProperty(changed(whole), async (value) => {
        writeFileSync(path, JSON.stringify(value) ?? '');
        const tariff = await loadTariff('us-east-1', folder).catch(expected);
        if (tariff !== undefined) {
          for (const id of PRICE_IDS) expect(tariff.prices[id].tiers[0]!.from).toBe(0);
        }
      }),
    );
  });
});

/** What a command tells in one line. */
function expected(cause: unknown): undefined {
  expect(cause).toBeInstanceOf(CvopsError);
  expect((cause as CvopsError).message).not.toContain('\n');
}

/** A document in which something somewhere is taken away or replaced by something else. */
function changed(document: object): fc.Arbitrary<unknown> {
  const paths = pathsOf(document);
  return fc
    .tuple(fc.constantFrom(...paths), fc.option(fc.jsonValue({ maxDepth: 2 }), { nil: undefined }))
    .map(([path, value]) => {
      const copy = structuredClone(document) as Record<string, unknown>;
      if (path.length === 0) return value;
      const parent = path.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, copy);
      const key = path.at(-1)!;
      if (value === undefined) delete parent[key];
      else parent[key] = value;
      return copy;
    });
}

function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner).map((path) => [key, ...path]))];
}
