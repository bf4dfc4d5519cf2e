import type { Tariff } from '../../lib/usage/tariff/tariff.ts';

/** `prices of eu-west-2, 2026-11-01 (12 unverified)`, for the line below a table. */
export function pricesOf({ region, asOf, prices }: Tariff): string {
  const unverified = Object.values(prices).filter((price) => price.unverified === true).length;
  return `prices of ${region}, ${asOf}${unverified === 0 ? '' : ` (${unverified} unverified: \`cvops usage prices\`)`}`;
}
