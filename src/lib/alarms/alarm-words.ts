import type { Alarm, AlarmRule } from '../aws/ports/alarms.ts';
import { formatCount, formatDuration } from '../io/format.ts';

/** What values do when they breach, and when they do not. */
const COMPARISONS: Readonly<Record<string, readonly [breaching: string, fine: string]>> = {
  GreaterThanThreshold: ['above', 'not above'],
  GreaterThanOrEqualToThreshold: ['at or above', 'below'],
  LessThanThreshold: ['below', 'not below'],
  LessThanOrEqualToThreshold: ['at or below', 'above'],
};

/** CloudWatch's reason for an alarm that it has not looked at yet. */
const UNCHECKED = /^Unchecked: /;
const NO_DATA = /no datapoints were received/;

/**
 * Why an alarm is in its state, in a few words: `3, above 0 (Maximum of 1 min)`. CloudWatch's own words where its data tell
 * nothing: a formula, other alarms, a state that was set by hand.
 */
export function whyWords({ state, reason, rule, values }: Alarm): string {
  if (UNCHECKED.test(reason)) return 'not looked at yet';
  if (rule === null || COMPARISONS[rule.comparison] === undefined) return reason;
  if (state === 'INSUFFICIENT_DATA')
    return /^Insufficient Data/.test(reason) ? `too few data in ${span(rule)}` : reason;
  if (NO_DATA.test(reason)) {
    return `no data in ${span(rule)}, which counts as ${state === 'ALARM' ? 'wrong' : 'fine'}`;
  }
  // What somebody set by hand has no values, or those of the time before.
  const last = values?.at(-1);
  if (last === undefined || !/^Threshold Crossed/.test(reason)) return reason;
  const words = COMPARISONS[rule.comparison]![state === 'ALARM' ? 0 : 1];
  return `${number(last)}, ${words} ${number(rule.threshold)} (${rule.statistic} of ${formatDuration(rule.periodSeconds)})`;
}

/** What it looks at: `Errors of cv-analytics-processor:live`; null for an alarm of several metrics or of other alarms. */
export function watchWords(rule: AlarmRule | null): string | null {
  if (rule === null) return null;
  // The alias holds the function's name; the last dimension says most.
  const of = Object.values(rule.dimensions).at(-1);
  return of === undefined ? rule.metric : `${rule.metric} of ${of}`;
}

function span({ periods, periodSeconds }: AlarmRule): string {
  return formatDuration(periods * periodSeconds);
}

function number(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(4)));
}
