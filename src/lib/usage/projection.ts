import { DAY_MS, HOUR_MS } from '../durations.ts';
import type { Period } from './month.ts';
import { type Hours, sumOf, total } from './rows/hours.ts';
import type { Confidence } from './usage-row.ts';

const HOURS_OF_WEEK = 168;
const WEEK_MS = HOURS_OF_WEEK * HOUR_MS;
/** Less than this says little of the rest of the month. */
const LITTLE_MS = 3 * DAY_MS;
/** So many hours in which something happened are no single event. */
const BUSY_HOURS = 24;

/**
 * What AWS itself forecasts: usage goes on as it was on average since the month began.
 * https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/tracking-free-tier-usage.html
 * @returns null in the first moment of a month.
 */
export function straightLine(used: number, { month, elapsedMs }: Period): number | null {
  return elapsedMs === 0 ? null : (used * (month.endMs - month.startMs)) / elapsedMs;
}

/**
 * Since when there is anything to tell the rest from, ms since the epoch: the beginning of the month, or of what began
 * later in it. A week of silence at the beginning and two dozen busy hours since are a system that was not there before;
 * a report a week is not.
 */
export function observedFrom(hours: Hours, { month, untilMs }: Period): number {
  const isBusy = ({ value, at }: Hours[number]) => value > 0 && at < untilMs;
  const first = hours.find(isBusy)?.at ?? month.startMs;
  if (first - month.startMs < WEEK_MS) return month.startMs;
  return hours.filter(isBusy).length >= BUSY_HOURS ? first : month.startMs;
}

/**
 * Where a flow (requests, bytes) ends at the end of the month. In the first week a straight line; from then on each hour
 * that is left is expected to be like the same hours of the week so far. A straight line alone errs by more than a tenth
 * where weekends are quiet: the twelfth day of a month that began on a Monday has seen two weekend days of twelve.
 */
export function projectFlow(hours: Hours, period: Period): number | null {
  const used = total(hours);
  if (period.isOver) return used;
  const since = observedFrom(hours, period);
  return period.untilMs - since < WEEK_MS ? atThisPace(used, since, period) : used + restByRhythm(hours, since, period);
}

function atThisPace(used: number, since: number, { month, untilMs }: Period): number | null {
  return untilMs === since ? null : (used * (month.endMs - since)) / (untilMs - since);
}

function restByRhythm(hours: Hours, since: number, { month, untilMs }: Period): number {
  const seen = new Array<number>(HOURS_OF_WEEK).fill(0);
  const left = new Array<number>(HOURS_OF_WEEK).fill(0);
  const amounts = new Array<number>(HOURS_OF_WEEK).fill(0);
  const slot = (at: number) => Math.floor((at - month.startMs) / HOUR_MS) % HOURS_OF_WEEK;
  for (let at = since; at < month.endMs; at += HOUR_MS) {
    const over = Math.min(Math.max((untilMs - at) / HOUR_MS, 0), 1);
    seen[slot(at)]! += over;
    left[slot(at)]! += 1 - over;
  }
  for (const { at, value } of hours) amounts[slot(at)]! += value;
  return amounts.reduce((sum, amount, index) => sum + (amount / seen[index]!) * left[index]!, 0);
}

/**
 * Where something ends that follows a setting, not people, as idle polling does: the last week's pace goes on.
 * @param mostPerHour what the setting comes to at most, where it is known to stay: then the pace is told from the first
 * whole hour, however young the system is.
 */
export function projectRecent(hours: Hours, period: Period, mostPerHour: number | null): number | null {
  const used = total(hours);
  if (period.isOver) return used;
  const begun = mostPerHour === null ? observedFrom(hours, period) : firstWholeHour(hours, period);
  const since = Math.max(begun, period.untilMs - WEEK_MS);
  if (since === period.untilMs) return null;
  const recent = sumOf(
    hours.map(({ at, value }) => value * Math.min(Math.max((at + HOUR_MS - since) / HOUR_MS, 0), 1)),
  );
  const pace = recent / (period.untilMs - since);
  // A script that asked for an hour is no poller.
  const isYoung = mostPerHour !== null && period.untilMs - since < DAY_MS;
  const goesOn = isYoung ? Math.min(pace, mostPerHour / HOUR_MS) : pace;
  return used + goesOn * (period.month.endMs - period.untilMs);
}

/** Polling begins within an hour: that one says too little, unless there is no other. */
function firstWholeHour(hours: Hours, { month, untilMs }: Period): number {
  const first = hours.find(({ value, at }) => value > 0 && at < untilMs)?.at ?? month.startMs;
  return first > month.startMs && untilMs - first >= 1.5 * HOUR_MS ? first + HOUR_MS : first;
}

/** Where capacity-hours end: those so far, and today's setting for the hours that are left. */
export function projectCapacity(hours: Hours, setting: number, { month, untilMs }: Period): number {
  return total(hours) + (setting * (month.endMs - untilMs)) / HOUR_MS;
}

/** How much must be over for the end of a month to be told from it. */
export function projectionConfidence(hours: Hours, period: Period): Confidence {
  if (period.isOver) return 'high';
  const seenMs = period.untilMs - observedFrom(hours, period);
  if (seenMs < LITTLE_MS) return 'low';
  return seenMs < WEEK_MS ? 'medium' : 'high';
}
