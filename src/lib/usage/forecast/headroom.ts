import type { Tariff } from '../tariff/tariff.ts';
import { forecast } from './forecast.ts';
import type { ForecastRow } from './forecast-row.ts';
import type { SystemModel } from './system-model.ts';

/** How far the traffic can grow before a row leaves its allowance; its fields are public promises. */
export interface HeadroomRow {
  readonly id: string;
  readonly service: string;
  readonly metric: string;
  readonly unit: string;
  readonly limit: number;
  /** Without traffic. */
  readonly idle: number;
  /** The most queries a month that cost nothing here; null: as many as there can be; 0: it costs something already. */
  readonly queriesPerMonth: number | null;
  /** From bursts of single messages to even traffic in full batches. */
  readonly range: { readonly low: number | null; readonly high: number | null };
  /** What one query more costs, USD. */
  readonly firstCostUsd: number | null;
  readonly source: string;
  readonly notes: readonly string[];
}

export interface Headroom {
  /** Those that bind first at the top. */
  readonly rows: readonly HeadroomRow[];
  /** The row of the first penny; null when none ever costs anything. */
  readonly binding: HeadroomRow | null;
}

/** Far more than the world asks of one site. */
const MOST_QUERIES = 1e12;

/** Each row's use grows with the queries or stays as it is, so halving finds where it leaves its allowance. */
export function headroom(model: SystemModel, tariff: Tariff): Headroom {
  const known = new Map<number, ReadonlyMap<string, ForecastRow>>();
  const rowAt = (id: string, queries: number): ForecastRow => {
    let rows = known.get(queries);
    if (rows === undefined) {
      rows = new Map(forecast(queries, model, tariff).rows.map((row) => [row.id, row]));
      known.set(queries, rows);
    }
    return rows.get(id)!;
  };
  const rows = forecast(0, model, tariff).rows.map((idle): HeadroomRow => {
    const { id, service, metric, unit, limit, source } = idle;
    const most = (used: (row: ForecastRow) => number) => lastWithin((queries) => used(rowAt(id, queries)) <= limit);
    const queriesPerMonth = most((row) => row.used);
    const beyond = queriesPerMonth === null ? undefined : rowAt(id, queriesPerMonth + 1);
    return {
      id,
      service,
      metric,
      unit,
      limit,
      idle: idle.used,
      queriesPerMonth,
      range: { low: most((row) => row.range.high), high: most((row) => row.range.low) },
      firstCostUsd: beyond?.costUsd ?? null,
      source,
      notes: beyond?.notes ?? idle.notes,
    };
  });
  const order = (row: HeadroomRow) => row.queriesPerMonth ?? Number.POSITIVE_INFINITY;
  const sorted = [...rows].sort(
    (a, b) => order(a) - order(b) || (b.firstCostUsd ?? 0) - (a.firstCostUsd ?? 0) || a.id.localeCompare(b.id),
  );
  const [first] = sorted;
  return { rows: sorted, binding: first === undefined || first.queriesPerMonth === null ? null : first };
}

/** The largest whole number up to which it holds; null when it holds for all. 0 where it does not hold even for 1. */
function lastWithin(holds: (queries: number) => boolean): number | null {
  if (holds(MOST_QUERIES)) return null;
  let [low, high] = [0, MOST_QUERIES];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
