import type { UsageSources } from '../aws/ports/usage-source.ts';
import type { Config } from '../config/config.ts';
import { collect } from '../usage/collect/collect.ts';
import { inventory } from '../usage/collect/inventory.ts';
import { rowName } from '../usage/figures.ts';
import { periodOf } from '../usage/month.ts';
import type { Gap } from '../usage/readings.ts';
import { usageReport } from '../usage/report.ts';
import { usageRows } from '../usage/rows/usage-rows.ts';
import { selfUsage } from '../usage/self-usage.ts';
import { loadTariff } from '../usage/tariff/load-tariff.ts';
import type { UsageRow } from '../usage/usage-row.ts';

/** The month's usage in one line. */
export interface UsageHeadline {
  /** `2026-11`. */
  readonly month: string;
  /** The row whose month ends nearest to its free limit, or furthest beyond; null when no row has a limit. */
  readonly nearest: { readonly id: string; readonly name: string; readonly projectedUtilisation: number } | null;
  readonly costUsd: number;
  readonly projectedCostUsd: number;
  /** Rows that could not be read, or not wholly. */
  readonly unread: readonly string[];
  /** Why, once a reason. */
  readonly gaps: readonly UsageGap[];
}

/** What keeps rows from being read. */
export interface UsageGap extends Gap {
  /** Their ids. */
  readonly rows: readonly string[];
}

/** A whole usage report, for its headline: some forty free calls, ten at a time. */
export async function usageHeadline(
  sources: UsageSources,
  place: { readonly config: Config; readonly region: string; readonly stateFolder: string },
  nowMs: number,
): Promise<UsageHeadline> {
  const { config, region, stateFolder } = place;
  const period = periodOf(undefined, nowMs);
  const [readings, tariff] = await Promise.all([
    collect(sources, inventory(config), period, { region }),
    loadTariff(region, stateFolder),
  ]);
  const rows = usageRows(readings, tariff, config.usage?.declared);
  const { totals } = usageReport({ readings, rows, tariff, currency: undefined, self: selfUsage({}), nowMs });
  const nearest = rows.find(({ id }) => id === totals.nearest?.id);
  return {
    month: period.month.name,
    nearest: nearest === undefined || totals.nearest === null ? null : { ...totals.nearest, name: rowName(nearest) },
    costUsd: totals.costUsd,
    projectedCostUsd: totals.projectedCostUsd,
    unread: rows.filter(({ gap }) => gap !== null).map(({ id }) => id),
    gaps: gapsOf(rows),
  };
}

/** One missing permission keeps many rows from being read, each with a resource of its own. */
function gapsOf(rows: readonly UsageRow[]): readonly UsageGap[] {
  const gaps = new Map<string, UsageGap>();
  for (const { id, gap } of rows) {
    if (gap === null) continue;
    const cause = `${gap.code} ${gap.hint}`;
    gaps.set(cause, { ...gap, ...gaps.get(cause), rows: [...(gaps.get(cause)?.rows ?? []), id] });
  }
  return [...gaps.values()];
}
