import { DAY_MS } from '../../durations.ts';
import type { Warning } from '../../io/outcome.ts';
import type { Tariff } from './tariff.ts';

/** AWS changes one of these prices about once a year. */
const FRESH_DAYS = 120;

/** The prices are older than 120 days. @param nowMs ms since the epoch. */
export function isStale({ asOf }: Pick<Tariff, 'asOf'>, nowMs: number): boolean {
  return nowMs - Date.parse(asOf) > FRESH_DAYS * DAY_MS;
}

/**
 * What a person must know who reads figures of this tariff.
 * @param region the one that was asked for. @param nowMs ms since the epoch.
 */
export function tariffWarnings(tariff: Tariff, region: string, nowMs: number): readonly Warning[] {
  const warnings: Warning[] = [];
  if (tariff.region !== region) {
    warnings.push({
      code: 'NoPricesOfRegion',
      message: `cvops has no prices of ${region}; these are ${tariff.region}'s. \`cvops usage prices --refresh --region ${region}\` reads them from AWS.`,
    });
  }
  if (isStale(tariff, nowMs)) {
    warnings.push({
      code: 'StalePrices',
      message: `the prices are of ${tariff.asOf}, more than ${FRESH_DAYS} days ago: \`cvops usage prices --refresh\`.`,
    });
  }
  if (tariff.limitsAsOf !== tariff.asOf && isStale({ asOf: tariff.limitsAsOf }, nowMs)) {
    warnings.push({
      code: 'StaleLimits',
      message: `the limits are of ${tariff.limitsAsOf}, more than ${FRESH_DAYS} days ago: a newer cvops may know better.`,
    });
  }
  return warnings;
}
