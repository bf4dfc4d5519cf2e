import { PRICE_IDS, type Price, type PriceId, type Tariff, type Tier } from '../tariff.ts';
import type { Offer, PriceListService } from './price-list.ts';
import { bareUsageType, PRICE_LIST_ROWS, type PriceListRow } from './price-list-rows.ts';

/** Prices out of AWS's files, and those that were not found there. */
export interface PickedPrices {
  readonly prices: Readonly<Record<PriceId, Price>>;
  /** Prices that stay as they were, with the reason. */
  readonly kept: readonly { readonly id: PriceId; readonly reason: string }[];
}

/**
 * The prices of a Region. What AWS gives for nothing at the begin of a price's tiers is taken off: our tiers begin
 * behind the free allowance.
 * @param base stands in for what is not found.
 */
export function pickPrices(
  offers: ReadonlyMap<PriceListService, Offer>,
  region: string,
  base: Pick<Tariff, 'region' | 'prices'>,
): PickedPrices {
  const kept: { id: PriceId; reason: string }[] = [];
  const prices = PRICE_IDS.map((id): readonly [PriceId, Price] => {
    const before = base.prices[id];
    const row = PRICE_LIST_ROWS[id];
    if (row === null) return [id, before];
    const offer = offers.get(row.service);
    const found = offer === undefined ? 'its file was not read' : find(offer, row, region);
    if (typeof found !== 'string') {
      const note = `AWS's price list for ${row.service}, ${offer!.publicationDate.slice(0, 10)}: ${found.usageType}`;
      return [id, { unit: before.unit, tiers: found.tiers, source: before.source, note }];
    }
    kept.push({ id, reason: found });
    if (base.region === region) return [id, before];
    return [id, { ...before, note: `not in the price list of ${region}; ${base.region}'s`, unverified: true }];
  });
  return { prices: Object.fromEntries(prices) as Record<PriceId, Price>, kept };
}

/** A price's tiers; a text says why there are none. */
function find(
  { products, terms }: Offer,
  { usageTypes, attributes = {} }: PriceListRow,
  region: string,
): { readonly tiers: readonly Tier[]; readonly usageType: string } | string {
  const matching = Object.values(products).filter(
    (product) =>
      usageTypes.includes(bareUsageType(product.attributes['usagetype'])) &&
      (product.attributes['regionCode'] ?? region) === region &&
      Object.entries(attributes).every(([name, value]) => product.attributes[name] === value),
  );
  if (matching.length === 0) return `no product has the usage type ${usageTypes.join(' or ')}`;
  const candidates = matching.flatMap(({ sku, attributes: { usagetype } }) => {
    const tiers = paidTiers(
      Object.values(terms.OnDemand[sku] ?? {}).flatMap(({ priceDimensions }) => Object.values(priceDimensions)),
    );
    return tiers === null ? [] : [{ tiers, usageType: String(usagetype) }];
  });
  const [first] = candidates;
  if (first === undefined) return `${matching[0]!.attributes['usagetype']} has no price in USD`;
  // One thing may be listed twice, with the free allowance and without it.
  const text = JSON.stringify(first.tiers);
  if (candidates.some(({ tiers }) => JSON.stringify(tiers) !== text)) {
    return `${first.usageType} has several prices`;
  }
  return first;
}

/** Null where nothing costs anything, or a price cannot be read. */
function paidTiers(
  dimensions: readonly {
    readonly beginRange?: string | undefined;
    readonly pricePerUnit: Readonly<Record<string, string>>;
  }[],
): readonly Tier[] | null {
  const tiers = dimensions
    .map(({ beginRange, pricePerUnit }) => ({ from: Number(beginRange ?? 0), usd: Number(pricePerUnit['USD']) }))
    .sort((a, b) => a.from - b.from || a.usd - b.usd)
    // Some Regions list one price under two units.
    .filter(({ from, usd }, index, all) => from !== all[index - 1]?.from || usd !== all[index - 1]?.usd);
  const isReadable = tiers.every(
    ({ from, usd }, index) =>
      Number.isFinite(from) && Number.isFinite(usd) && usd >= 0 && from !== tiers[index - 1]?.from,
  );
  const paid = tiers.slice(tiers.findIndex(({ usd }) => usd > 0));
  const [first] = paid;
  if (!isReadable || first === undefined || first.usd === 0) return null;
  return paid.map(({ from, usd }) => ({ from: from - first.from, usd }));
}
