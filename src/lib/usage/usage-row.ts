import type { Gap } from './readings.ts';
import type { Scope } from './tariff/tariff.ts';

/** How sure a figure is: read as it is, reckoned under stated assumptions, or little to go by. */
export type Confidence = 'high' | 'medium' | 'low';

/** How the rest of the month follows from what was measured. */
export type Projection = 'flow' | 'level' | 'capacity-hours' | 'daily' | 'none';

/** One number of a formula, for `--explain`. */
export interface Term {
  readonly name: string;
  readonly value: number | null;
  readonly unit: string;
  /** The metric, call or file that it comes from. */
  readonly source: string;
}

/** One line of the report; its fields are public promises. */
export interface UsageRow {
  /** `lambda-requests`. */
  readonly id: string;
  /** `Lambda`. */
  readonly service: string;
  /** `requests`. */
  readonly metric: string;
  readonly unit: string;
  /** Month to date by this system; null where it could not be read. */
  readonly used: number | null;
  /** Bounds that `used` lies within; null where it is a count. */
  readonly range: { readonly low: number; readonly high: number } | null;
  /** What is free in this month; null: free without limit, or nothing is free. */
  readonly limit: number | null;
  readonly scope: Scope;
  /** `used` / `limit`, 0–1 and beyond; null where either is. */
  readonly utilisation: number | null;
  /** At the end of the month. */
  readonly projected: number | null;
  readonly projectedRange: { readonly low: number; readonly high: number } | null;
  readonly projectedUtilisation: number | null;
  readonly projection: Projection;
  readonly confidence: Confidence;
  /** How it was counted, in one line. */
  readonly basis: string;
  /** USD month to date beyond what is free, before credits. */
  readonly costUsd: number | null;
  /** USD at the end of the month. */
  readonly projectedCostUsd: number | null;
  /** Parts of `used`, as traffic and polling. */
  readonly parts: readonly { readonly name: string; readonly used: number }[];
  /** The account's total where the allowance is the account's and the total could be read. */
  readonly account: { readonly used: number; readonly utilisation: number | null } | null;
  /** By day of the month, for the curve; empty for levels. */
  readonly daily: readonly number[];
  /** The page that the limit comes from; `declared` for what the configuration says. */
  readonly source: string;
  /** Why it could not be read, or not wholly. */
  readonly gap: Gap | null;
  readonly formula: { readonly text: string; readonly terms: readonly Term[] };
  /** What a person should know of this row. */
  readonly notes: readonly string[];
}

/** What `usage report` answers; the page and the tables are made of it alone. */
export interface UsageReport {
  readonly period: {
    /** `2026-11`. */
    readonly month: string;
    /** ISO. */
    readonly from: string;
    readonly until: string;
    readonly days: number;
    /** 0–1. */
    readonly elapsed: number;
    readonly isOver: boolean;
  };
  readonly region: string;
  readonly rows: readonly UsageRow[];
  readonly totals: {
    readonly costUsd: number;
    readonly projectedCostUsd: number;
    /** The row nearest to its limit at the end of the month; null when none has one. */
    readonly nearest: { readonly id: string; readonly projectedUtilisation: number } | null;
    /** Rows that could not be read. */
    readonly unread: readonly string[];
    /** The same money in the configured currency. */
    readonly display: {
      readonly currency: string;
      readonly rate: number;
      readonly asOf: string;
      readonly cost: number;
      readonly projectedCost: number;
    } | null;
  };
  /** The date and Region of the limits and prices. */
  readonly tariff: { readonly asOf: string; readonly region: string; readonly stale: boolean };
  /** What the report itself came to. */
  readonly self: {
    readonly apiCalls: number;
    readonly paidCalls: number;
    readonly costUsd: number;
    readonly calls: Readonly<Record<string, number>>;
  };
}
