import { amount, rowName } from '../figures.ts';
import { sumOf } from '../rows/hours.ts';
import type { UsageReport, UsageRow } from '../usage-row.ts';

/** What grows with traffic; alarms, schedules and mails do not. */
const WITH_TRAFFIC = new Set(['lambda-requests', 'lambda-compute', 'sqs-requests', 'cloudwatch-logs']);
/** Parts of a row that traffic leaves as they are. */
const WITHOUT_TRAFFIC = new Set(['polling', 'kept']);

/**
 * How far the measured traffic could grow before it costs anything, in a sentence; null where nothing of it was
 * measured, or it costs already. From the upper bounds, and without what polling falls by when there is more to do.
 */
export function growth({ rows, period }: UsageReport): string | null {
  const growing = rows.flatMap((row) => {
    const times = timesOf(row);
    return times === null ? [] : [{ row, times }];
  });
  const nearest = growing.toSorted((a, b) => a.times - b.times)[0];
  if (nearest === undefined || nearest.times <= 1 || period.isOver) return null;
  const { row, times } = nearest;
  const rounded = Number(times.toPrecision(2));
  return `Traffic could grow to about ${amount(rounded)} times this month’s before ${rowName(row)} cost anything.`;
}

function timesOf({ id, limit, used, projected, projectedRange, parts, account }: UsageRow): number | null {
  if (!WITH_TRAFFIC.has(id) || limit === null || used === null || projected === null) return null;
  const fixed = sumOf(parts.filter(({ name }) => WITHOUT_TRAFFIC.has(name)).map((part) => part.used));
  const share = used === 0 ? 0 : fixed / used;
  const high = projectedRange?.high ?? projected;
  const traffic = high * (1 - share);
  // What other systems of the account take of the same allowance goes on as it does.
  const others = account === null || used === 0 ? 0 : Math.max(0, account.used - used) * (projected / used);
  return traffic <= 0 ? null : (limit - others - high * share) / traffic;
}
