import { DAY_MS } from '../../durations.ts';
import { sumOf } from '../rows/hours.ts';
import type { UsageReport, UsageRow } from '../usage-row.ts';

/**
 * When a row passes its limit, ms since the epoch: within the day that it did, or on the straight way to what is
 * projected. Null when it does not in this month, or nobody knows.
 */
export function passesLimitAt(row: UsageRow, period: UsageReport['period']): number | null {
  const { limit, used, projected } = row;
  if (limit === null || used === null || row.projection === 'daily' || row.projection === 'level') return null;
  const fromMs = Date.parse(period.from);
  const untilMs = Date.parse(period.until);
  if (used > limit) {
    const measured = sumOf(row.daily);
    let sum = 0;
    const day = row.daily.findIndex((each) => {
      sum += measured === 0 ? 0 : (each / measured) * used;
      return sum > limit;
    });
    return day < 0 ? null : fromMs + day * DAY_MS;
  }
  if (projected === null || projected <= limit || period.isOver) return null;
  const restMs = fromMs + period.days * DAY_MS - untilMs;
  return untilMs + (restMs * (limit - used)) / (projected - used);
}
