import type { LimitFile, PriceFile } from './price-file.ts';
import { readRefreshedPrices, refreshedPricesPath } from './refreshed-prices.ts';
import type { Tariff } from './tariff.ts';

/** The Regions whose prices cvops comes with; the first stands in for all others. */
const SHIPPED = {
  'us-east-1': () => import('./data/us-east-1.json', { with: { type: 'json' } }),
  'eu-west-2': () => import('./data/eu-west-2.json', { with: { type: 'json' } }),
} as const;
type ShippedRegion = keyof typeof SHIPPED;

/**
 * Limits and prices for a Region: the refreshed file where it is not older than the shipped one, else the shipped one,
 * else us-east-1's (then `region` of the answer is not the one that was asked for; `tariffWarnings` says so).
 * @param folder the state folder, in which `usage prices --refresh` leaves its files.
 * @throws CvopsError `InvalidPrices` (4) for a refreshed file with a missing or wrong row.
 */
export async function loadTariff(region: string, folder: string): Promise<Tariff> {
  const path = refreshedPricesPath(folder, region);
  const refreshed = await readRefreshedPrices(path, region);
  const shipped = await shippedTariff(region);
  if (refreshed === null || (shipped.region === region && refreshed.asOf < shipped.asOf)) return shipped;
  return { ...shipped, region, asOf: refreshed.asOf, file: path, prices: refreshed.prices };
}

/** The limits and prices that cvops came with; us-east-1's prices where it has none for the Region. */
export async function shippedTariff(region: string): Promise<Tariff> {
  const known = Object.hasOwn(SHIPPED, region) ? (region as ShippedRegion) : 'us-east-1';
  const [limits, prices] = await Promise.all([
    import('./data/limits.json', { with: { type: 'json' } }),
    SHIPPED[known](),
  ]);
  // JSON has no literal types; a test holds every shipped file against the schema.
  const limitFile = limits.default as LimitFile;
  const priceFile: PriceFile = prices.default;
  return {
    region: priceFile.region,
    asOf: priceFile.asOf,
    limitsAsOf: limitFile.asOf,
    file: null,
    limits: limitFile.limits,
    prices: priceFile.prices,
  };
}
