import { CvopsError } from '../../../errors/cvops-error.ts';
import { ExitCode } from '../../../errors/exit-code.ts';
import type { PriceFile } from '../price-file.ts';
import type { Tariff } from '../tariff.ts';
import { type PickedPrices, pickPrices } from './pick-prices.ts';
import { isUrl, type Offer, PRICE_LIST_SERVICES, type PriceListService, readOffer } from './price-list.ts';

export interface Refresh {
  /** The URL or folder with AWS's files. */
  readonly from: string;
  readonly region: string;
  /** The prices up to now; they stand in for what is not found. */
  readonly base: Tariff;
  /** ms since the epoch. */
  readonly nowMs: number;
  readonly signal: AbortSignal;
  /** Told before each file is read. */
  onService(service: PriceListService): void;
}

/**
 * Reads a Region's prices from AWS's price list, a service's file after the other: each takes some MB of memory.
 * Writes nothing.
 * @throws CvopsError `PriceListUnreachable`, `PriceListUnusable`, `PriceListOld` (1).
 */
export async function refreshPrices(
  refresh: Refresh,
): Promise<{ readonly file: PriceFile; readonly kept: PickedPrices['kept'] }> {
  const { from, region, base, nowMs } = refresh;
  const offers = new Map<PriceListService, Offer>();
  for (const service of PRICE_LIST_SERVICES) {
    refresh.onService(service);
    offers.set(service, await readOffer(from, service, region, refresh.signal));
  }
  const asOf = dateOf(from, offers, nowMs);
  if (base.region === region && asOf < base.asOf) {
    throw new CvopsError(
      'PriceListOld',
      ExitCode.failed,
      `the price list in ${from} is of ${asOf}, older than the prices in use (${base.asOf}).`,
      { hint: 'the prices stay as they are; fetch newer files.' },
    );
  }
  const { prices, kept } = pickPrices(offers, region, base);
  return { file: { region, asOf, prices }, kept };
}

/** What a server calls current is of today; files in a folder are of the day on which the last of them came out. */
function dateOf(from: string, offers: ReadonlyMap<PriceListService, Offer>, nowMs: number): string {
  const published = Math.max(...[...offers.values()].map(({ publicationDate }) => Date.parse(publicationDate)));
  return new Date(isUrl(from) ? nowMs : published).toISOString().slice(0, 10);
}
