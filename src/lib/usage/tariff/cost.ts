import type { PriceId, Tariff } from './tariff.ts';

/**
 * What a quantity costs, tier by tier, USD.
 * @param quantity beyond what is free; in the price's unit. Nothing and less than nothing cost 0.
 */
export function costUsd({ prices }: Pick<Tariff, 'prices'>, priceId: PriceId, quantity: number): number {
  const { tiers } = prices[priceId];
  return tiers.reduce((total, { from, usd }, index) => {
    const upTo = tiers[index + 1]?.from ?? Number.POSITIVE_INFINITY;
    return total + Math.max(0, Math.min(quantity, upTo) - from) * usd;
  }, 0);
}
