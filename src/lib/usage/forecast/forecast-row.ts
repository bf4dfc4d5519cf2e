import { costUsd } from '../tariff/cost.ts';
import type { LimitId, PriceId, Tariff } from '../tariff/tariff.ts';
import type { Term } from '../usage-row.ts';

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** What one thing comes to at a given traffic; its fields are public promises. */
export interface ForecastRow {
  /** As in the usage report: `sqs-requests`. */
  readonly id: string;
  readonly service: string;
  readonly metric: string;
  readonly unit: string;
  /** In a month (on the busiest day for Cloudflare), with traffic spread evenly. */
  readonly used: number;
  /** From even traffic and full batches to bursts and single messages. */
  readonly range: Bounds;
  /** What is free; 0: nothing is. */
  readonly limit: number;
  /** `used` / `limit`; null where nothing is free. */
  readonly utilisation: number | null;
  readonly costUsd: number;
  readonly costRangeUsd: Bounds;
  /** It grows with the traffic. */
  readonly grows: boolean;
  readonly formula: { readonly text: string; readonly terms: readonly Term[] };
  readonly source: string;
  readonly notes: readonly string[];
}

/** What a row family knows of a row. */
export interface RowParts {
  readonly id: string;
  readonly service: string;
  readonly metric: string;
  readonly unit: string;
  readonly used: number;
  readonly range?: Bounds;
  /** Without it nothing is free. */
  readonly limit?: LimitId;
  readonly price: PriceId;
  /** Billed units for one of `unit`: 720 hours for a capacity unit. Default 1. */
  readonly perUnit?: number;
  /** Instead of `price` × what is beyond the limit. */
  readonly cost?: (used: number) => number;
  readonly grows: boolean;
  readonly text: string;
  readonly terms: readonly Term[];
  readonly notes?: readonly string[];
}

/** A row with its limit and its cost. */
export function forecastRow(tariff: Tariff, parts: RowParts): ForecastRow {
  const { id, service, metric, unit, used, perUnit = 1 } = parts;
  const free = parts.limit === undefined ? undefined : tariff.limits[parts.limit];
  const limit = free?.free ?? 0;
  const cost = parts.cost ?? ((amount: number) => costUsd(tariff, parts.price, (amount - limit) * perUnit));
  const range = { low: Math.min(used, parts.range?.low ?? used), high: Math.max(used, parts.range?.high ?? used) };
  return {
    id,
    service,
    metric,
    unit,
    used,
    range,
    limit,
    utilisation: limit === 0 ? null : used / limit,
    costUsd: cost(used),
    costRangeUsd: { low: cost(range.low), high: cost(range.high) },
    grows: parts.grows,
    formula: { text: parts.text, terms: parts.terms },
    source: free?.source ?? tariff.prices[parts.price].source,
    notes: parts.notes ?? [],
  };
}

/** A term whose figure comes from the model or follows from it. */
export function term(name: string, value: number, unit: string, source = 'model'): Term {
  return { name, value, unit, source };
}
