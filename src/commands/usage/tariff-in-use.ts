import type { Context } from '../../lib/context.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import type { Warning } from '../../lib/io/outcome.ts';
import { loadTariff } from '../../lib/usage/tariff/load-tariff.ts';
import type { Tariff } from '../../lib/usage/tariff/tariff.ts';
import { tariffWarnings } from '../../lib/usage/tariff/tariff-warnings.ts';

/** The Region whose prices are meant, and a warning where none is set: nothing here calls AWS, so none is needed. */
export async function priceRegion(
  context: Context,
): Promise<{ readonly region: string; readonly warnings: readonly Warning[] }> {
  try {
    return { region: await context.region(), warnings: [] };
  } catch (cause) {
    if (!(cause instanceof CvopsError) || cause.code !== 'NoRegion') throw cause;
    const message = 'no region is set; these are the prices of us-east-1.';
    return { region: 'us-east-1', warnings: [{ code: 'NoRegion', message }] };
  }
}

/** Limits and prices for the Region in use, with what a reader must know of them. */
export async function tariffInUse(
  context: Context,
): Promise<{ readonly tariff: Tariff; readonly region: string; readonly warnings: readonly Warning[] }> {
  const { region, warnings } = await priceRegion(context);
  const tariff = await loadTariff(region, context.folders.state);
  return { tariff, region, warnings: [...warnings, ...tariffWarnings(tariff, region, context.clock.now())] };
}
