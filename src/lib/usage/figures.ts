import { formatCount, formatUsd } from '../io/format.ts';
import { percent } from '../release/judge/words.ts';
import type { UsageReport, UsageRow } from './usage-row.ts';

const BILLION = 1e9;
/** Below it, JavaScript writes numbers with an exponent. */
const SMALLEST_PLAIN = 1e-6;

/** An amount for people: whole from 100 on, three digits below, in words from a billion on. */
export function amount(value: number): string {
  const size = Math.abs(value);
  if (size >= BILLION) {
    return new Intl.NumberFormat('en-US', {
      notation: 'compact',
      compactDisplay: 'long',
      maximumSignificantDigits: 4,
    }).format(value);
  }
  if (size >= 100 || Number.isInteger(value)) return formatCount(Math.round(value));
  const short = Number(value.toPrecision(3));
  // As Intl would write it, whose first use costs as much as several calls.
  return size >= SMALLEST_PLAIN ? String(short) : value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

/** `between 850,000 and 930,000`. */
export function between({ low, high }: { readonly low: number; readonly high: number }): string {
  return `between ${amount(low)} and ${amount(high)}`;
}

type Display = UsageReport['totals']['display'];

/** `$0.30 (0.24 GBP)`: dollars, and the configured currency beside them. */
export function money(usd: number, display: Display): string {
  return display === null ? formatUsd(usd) : `${formatUsd(usd)} (${inCurrency(usd, display)})`;
}

/** `0.24 GBP`, with enough digits that small is not nothing. */
export function inCurrency(usd: number, { rate, currency }: Pick<NonNullable<Display>, 'rate' | 'currency'>): string {
  const value = usd * rate;
  const digits = value !== 0 && Math.abs(value) < 0.01 ? 6 : 2;
  return `${value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${currency}`;
}

/** `23 November`, of a moment in ms since the epoch; UTC, by which AWS bills. */
export function dayName(atMs: number, month: 'long' | 'short' = 'long'): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month, timeZone: 'UTC' }).format(atMs);
}

/** `November 2026` of `2026-11`. */
export function monthName(month: string): string {
  return new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    Date.parse(`${month}-01T00:00:00Z`),
  );
}

/** `23 November 2026, 06:00 UTC` of an ISO time. */
export function momentName(iso: string): string {
  const words = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'UTC',
  }).formatToParts(Date.parse(iso));
  const part = (type: string) => words.find((each) => each.type === type)?.value ?? '';
  return `${part('day')} ${part('month')} ${part('year')}, ${part('hour')}:${part('minute')} UTC`;
}

/** `SQS requests`. */
export function rowName({ service, metric }: Pick<UsageRow, 'service' | 'metric'>): string {
  return `${service} ${metric}`;
}

/** A share of a limit in percent; what is just over it never reads as just at it. */
export function shareOf(share: number): string {
  if (share > 1 && share < 1.1) return `${Math.ceil(share * 1000) / 10} %`;
  return percent(share);
}
