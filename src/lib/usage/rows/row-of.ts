import { amount as figure } from '../figures.ts';
import type { Period } from '../month.ts';
import type { Gap, Readings } from '../readings.ts';
import type { LimitId, Scope, Tariff } from '../tariff/tariff.ts';
import type { Confidence, Projection, Term, UsageRow } from '../usage-row.ts';

/** What every row is made from. */
export interface RowInput {
  readonly readings: Readings;
  readonly tariff: Tariff;
}

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** How much was used, and where that ends. */
export interface Amount {
  readonly used: number;
  /** Bounds of `used`; null for a count. */
  readonly range: Range | null;
  /** At the end of the month; null where nothing can be told of it yet. */
  readonly projected: number | null;
  readonly projectedRange: Range | null;
  readonly confidence: Confidence;
  readonly daily: readonly number[];
}

/** What a bill is made out for. */
export interface Billed {
  /** The part of `used` beyond what is free. */
  readonly beyond: number;
  /** The share of the month, 0–1, over which a level was held; what is billed by the month is billed for it. */
  readonly monthShare: number;
  /** Scales parts that are known to date to the end of the month. */
  readonly growth: number;
}

interface RowSpec {
  readonly id: string;
  readonly service: string;
  readonly metric: string;
  readonly unit: string;
  /** Null: free without limit, or nothing is free; then `scope` and `source` say the rest. */
  readonly limit: LimitId | null;
  /** The allowance is so many times the number of the tariff: capacity is free in every hour of the month. */
  readonly limitTimes?: number;
  readonly scope?: Scope;
  readonly source?: string;
  readonly projection: Projection;
  readonly basis: string;
  /** Null: not read. */
  readonly amount: Amount | null;
  /** USD for what lies beyond the allowance. */
  cost(billed: Billed): number;
  readonly parts?: UsageRow['parts'];
  /** Of the whole account, this system included. */
  readonly account?: Amount | null;
  readonly gap?: Gap | null;
  readonly formula: string;
  /** What adds up to `used`, for the formula with the numbers put in; a few of them. */
  readonly summands?: readonly (number | string)[];
  readonly terms: readonly Term[];
  readonly notes?: readonly (string | false | null)[];
}

/** One line of the report from its amount, with its share of the allowance and its price. */
export function rowOf(spec: RowSpec, { readings, tariff }: RowInput): UsageRow {
  const { amount, gap = null, account = null } = spec;
  const limit = spec.limit === null ? null : tariff.limits[spec.limit];
  const free = limit === null ? null : limit.free * (spec.limitTimes ?? 1);
  const ratio = (used: number | null | undefined) =>
    free === null || free === 0 || used === null || used === undefined ? null : used / free;
  const beyond = (used: number, all: number) =>
    free === null ? used : Math.max(0, all - free) * (all > 0 ? Math.min(1, used / all) : 0);
  const monthShare = elapsedShare(readings.period);
  const used = amount?.used ?? null;
  const projected = amount?.projected ?? null;
  return {
    id: spec.id,
    service: spec.service,
    metric: spec.metric,
    unit: spec.unit,
    used,
    range: amount?.range ?? null,
    limit: free,
    scope: limit?.scope ?? spec.scope ?? 'account',
    utilisation: ratio(used),
    projected,
    projectedRange: amount?.projectedRange ?? null,
    projectedUtilisation: ratio(projected),
    projection: spec.projection,
    confidence: gap === null ? (amount?.confidence ?? 'low') : 'low',
    basis: spec.basis,
    costUsd:
      used === null
        ? null
        : spec.cost({ beyond: beyond(used, Math.max(used, account?.used ?? 0)), monthShare, growth: 1 }),
    projectedCostUsd:
      projected === null
        ? null
        : spec.cost({
            beyond: beyond(projected, Math.max(projected, account?.projected ?? 0)),
            monthShare: 1,
            growth: used === null || used === 0 ? 1 : projected / used,
          }),
    parts: spec.parts ?? [],
    account: account === null ? null : { used: account.used, utilisation: ratio(account.used) },
    daily: amount?.daily ?? [],
    source: limit?.source ?? spec.source ?? 'declared',
    gap,
    formula: { text: withNumbers(spec), terms: spec.terms },
    notes: (spec.notes ?? []).filter((note) => typeof note === 'string'),
  };
}

/** Summands that are still read one by one. */
const READABLE = 6;

function withNumbers({ formula, summands = [], amount, unit }: RowSpec): string {
  if (amount === null) return formula;
  const numbers = summands.map((each) => (typeof each === 'number' ? figure(each) : each));
  // A single number is the sum already.
  const isShown = numbers.length <= READABLE && (numbers.length > 1 || typeof summands[0] === 'string');
  return [formula, ...(isShown ? [numbers.join(' + ')] : []), `${figure(amount.used)} ${unit}`].join(' = ');
}

/** How much of the month is over, 0–1. */
export function elapsedShare({ month, elapsedMs }: Period): number {
  return elapsedMs / (month.endMs - month.startMs);
}
