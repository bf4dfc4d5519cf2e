import type { Currency } from '../config/config.ts';
import type { Readings } from './readings.ts';
import { sumOf } from './rows/hours.ts';
import { elapsedShare } from './rows/row-of.ts';
import type { Tariff } from './tariff/tariff.ts';
import { isStale } from './tariff/tariff-warnings.ts';
import type { UsageReport, UsageRow } from './usage-row.ts';

interface ReportParts {
  readonly readings: Pick<Readings, 'period' | 'region'>;
  readonly rows: readonly UsageRow[];
  readonly tariff: Tariff;
  readonly currency: Currency | undefined;
  readonly self: UsageReport['self'];
  /** ms since the epoch. */
  readonly nowMs: number;
}

/** The rows with their totals, in dollars and in the configured currency. */
export function usageReport({ readings, rows, tariff, currency, self, nowMs }: ReportParts): UsageReport {
  const { period, region } = readings;
  const costUsd = sumOf(rows.map((row) => row.costUsd ?? 0));
  const projectedCostUsd = sumOf(rows.map((row) => row.projectedCostUsd ?? 0));
  return {
    period: {
      month: period.month.name,
      from: new Date(period.month.startMs).toISOString(),
      until: new Date(period.untilMs).toISOString(),
      days: period.month.days,
      elapsed: elapsedShare(period),
      isOver: period.isOver,
    },
    region,
    rows,
    totals: {
      costUsd,
      projectedCostUsd,
      nearest: nearestRow(rows),
      unread: rows.filter(({ used }) => used === null).map(({ id }) => id),
      display:
        currency === undefined
          ? null
          : {
              currency: currency.code,
              rate: currency.rate,
              asOf: currency.asOf,
              cost: costUsd * currency.rate,
              projectedCost: projectedCostUsd * currency.rate,
            },
    },
    tariff: { asOf: tariff.asOf, region: tariff.region, stale: isStale(tariff, nowMs) },
    self,
  };
}

function nearestRow(rows: readonly UsageRow[]): UsageReport['totals']['nearest'] {
  const shares = rows.flatMap(({ id, projectedUtilisation }) =>
    projectedUtilisation === null ? [] : [{ id, projectedUtilisation }],
  );
  return shares.reduce<UsageReport['totals']['nearest']>(
    (nearest, each) => (nearest === null || each.projectedUtilisation > nearest.projectedUtilisation ? each : nearest),
    null,
  );
}

/**
 * How full a row's allowance is at the worst that is known: now, at the end of the month, or with the rest of the
 * account. 0–1 and beyond; null without an allowance.
 */
export function fullness(row: UsageRow): number | null {
  const shares = [row.utilisation, row.projectedUtilisation, row.account?.utilisation ?? null].filter(
    (share) => share !== null,
  );
  return shares.length === 0 ? null : Math.max(...shares);
}
