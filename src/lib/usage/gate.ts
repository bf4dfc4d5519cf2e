import { DAY_MS } from '../durations.ts';
import { fullness } from './report.ts';
import type { UsageRow } from './usage-row.ts';

/**
 * What a gate holds against its threshold: the worst of now, the end of the month and the whole account, as
 * {@link fullness} tells. In the first hours of a month an uncertain projection counts as if a day were over: two mails
 * in half an hour come to thousands by the end of the month, and would fail every gate on the first of it.
 * @param elapsedMs of the month. @returns share of the limit, 0–1 and beyond; null where the row has none.
 */
export function gateShare(row: UsageRow, elapsedMs: number): number | null {
  if (row.confidence !== 'low' || row.projectedUtilisation === null || elapsedMs >= DAY_MS) return fullness(row);
  return fullness({ ...row, projectedUtilisation: (row.projectedUtilisation * elapsedMs) / DAY_MS });
}
