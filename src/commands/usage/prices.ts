import { fileURLToPath } from 'node:url';
import type { Context } from '../../lib/context.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import { shellWord } from '../../lib/io/shell-word.ts';
import { loadTariff, shippedTariff } from '../../lib/usage/tariff/load-tariff.ts';
import { refreshedPricesPath } from '../../lib/usage/tariff/refreshed-prices.ts';
import { PRICE_IDS, type Tariff } from '../../lib/usage/tariff/tariff.ts';
import { isStale, tariffWarnings } from '../../lib/usage/tariff/tariff-warnings.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../parse.ts';
import { pricesView, refreshView } from './prices-view.ts';
import { priceRegion, tariffInUse } from './tariff-in-use.ts';

interface PricesOptions {
  readonly refresh: boolean;
  readonly dryRun: boolean;
  readonly from: string | undefined;
}

export const usagePrices = defineCommand<PricesOptions>({
  flags: [
    { flags: '--refresh', description: "read the prices of the region from AWS's public price list (no credentials)" },
    { flags: '--from <place>', description: 'a URL or folder to read from instead, laid out as AWS lays it out' },
    { flags: '--dry-run', description: 'with --refresh: show what would change, and write nothing' },
  ],
  examples: [
    'cvops usage prices',
    'cvops usage prices --refresh --dry-run --region eu-west-2',
    'cvops usage prices --json --query "data.prices[?unverified]"',
  ],
  parse(_arguments, flags) {
    const refresh = flags['refresh'] === true;
    const from = flags['from'] as string | undefined;
    if (!refresh && (from !== undefined || flags['dryRun'] === true)) {
      throw usageError(`${from === undefined ? '--dry-run' : '--from'} goes with --refresh.`);
    }
    return { refresh, dryRun: flags['dryRun'] === true, from: from === undefined ? undefined : parsePlace(from) };
  },
  run: (options, context) => (options.refresh ? refresh(options, context) : show(context)),
});

/** A URL of a server, or a folder: another scheme would be taken for a folder of that name. */
function parsePlace(from: string): string {
  if (from === '') throw usageError('--from is empty.', 'name a URL or a folder.');
  const scheme = /^(?:file(?=:)|[a-z][a-z\d+.-]*(?=:\/\/))/i.exec(from)?.[0].toLowerCase();
  const isServer = scheme === 'http' || scheme === 'https';
  if (scheme === undefined || (isServer && URL.canParse(from))) return from;
  throw usageError(
    `--from ${JSON.stringify(from)} is neither an http or https URL nor a folder.`,
    scheme === 'file'
      ? `name the folder by its path${pathOf(from)}.`
      : 'fetch the files into a folder and name that, or e.g. --from https://prices.example.com.',
  );
}

function pathOf(fileUrl: string): string {
  try {
    return `: --from ${shellWord(fileURLToPath(fileUrl))}`;
  } catch {
    return '';
  }
}

async function show(context: Context): Promise<Outcome> {
  const { tariff, warnings } = await tariffInUse(context);
  const { limits, prices, ...data } = pricesData(tariff, context.clock.now());
  return {
    kind: 'usage.prices',
    data: { ...data, limits, prices, refresh: null },
    items: prices,
    warnings,
    view: () => pricesView(tariff),
  };
}

async function refresh({ from: place, dryRun }: PricesOptions, context: Context): Promise<Outcome> {
  const [{ refreshPrices }, { AWS_PRICE_LIST }, { writePrices }] = await Promise.all([
    import('../../lib/usage/tariff/refresh/refresh-prices.ts'),
    import('../../lib/usage/tariff/refresh/price-list.ts'),
    import('../../lib/usage/tariff/refresh/write-prices.ts'),
  ]);
  const { region } = await priceRegion(context);
  const { base, unreadable } = await before(region, context);
  const from = place ?? AWS_PRICE_LIST;
  const progress = await context.progress();
  const now = context.clock.now();
  const { file, kept } = await refreshPrices({
    from,
    region,
    base,
    nowMs: now,
    signal: context.signal,
    onService: (service) => progress.update(`Reading ${service}`),
  }).finally(() => progress.stop());
  const path = refreshedPricesPath(context.folders.state, region);
  if (!dryRun) writePrices(path, file);
  const tariff: Tariff = { ...base, region, asOf: file.asOf, prices: file.prices, file: dryRun ? base.file : path };
  const isNew = base.region !== region;
  const changed = PRICE_IDS.filter(
    (id) => isNew || JSON.stringify(base.prices[id].tiers) !== JSON.stringify(file.prices[id].tiers),
  );
  const { limits, prices, ...data } = pricesData(tariff, now);
  const beforeOf = (id: (typeof PRICE_IDS)[number]) => (isNew ? null : base.prices[id].tiers);
  const rows = prices.map((price) => ({ ...price, before: beforeOf(price.id) }));
  return {
    kind: 'usage.prices',
    data: { ...data, limits, prices: rows, refresh: { from, dryRun, path, changed, kept } },
    items: rows,
    warnings: [
      ...(unreadable === undefined ? [] : [{ code: unreadable.code, message: unreadable.message }]),
      ...kept.map(({ id, reason }) => ({ code: 'PriceKept', message: `${id} stays as it was: ${reason}.` })),
      ...tariffWarnings(tariff, region, now),
    ],
    next: dryRun
      ? [
          {
            command: `cvops usage prices --refresh${place === undefined ? '' : ` --from ${shellWord(place)}`}`,
            why: 'write them',
          },
        ]
      : [],
    exitCode: kept.length > 0 ? ExitCode.partial : ExitCode.done,
    view: () =>
      refreshView({
        before: isNew ? null : base,
        after: tariff,
        changed,
        kept: kept.map(({ id }) => id),
        dryRun,
        path,
      }),
  };
}

/** The prices up to now. A refreshed file that cannot be used is what a refresh mends. */
async function before(
  region: string,
  context: Context,
): Promise<{ readonly base: Tariff; readonly unreadable?: CvopsError }> {
  try {
    return { base: await loadTariff(region, context.folders.state) };
  } catch (cause) {
    if (!(cause instanceof CvopsError) || cause.code !== 'InvalidPrices') throw cause;
    return { base: await shippedTariff(region), unreadable: cause };
  }
}

function pricesData(tariff: Tariff, nowMs: number) {
  const { region, asOf, limitsAsOf, file, limits, prices } = tariff;
  return {
    region,
    asOf,
    limitsAsOf,
    file,
    stale: isStale(tariff, nowMs),
    limits: Object.entries(limits).map(([id, limit]) => ({ id, ...limit, note: limit.note ?? null })),
    prices: PRICE_IDS.map((id) => {
      const { unit, tiers, source, note = null, unverified = false } = prices[id];
      return { id, unit, tiers, source, note, unverified };
    }),
  };
}
