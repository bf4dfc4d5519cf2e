import { HOUR_MS } from '../../durations.ts';
import type { Period } from '../month.ts';
import type { Series } from '../readings.ts';
import type { Hours } from './hours.ts';

/** Hours without a point at the beginning that are a late metric, not an absent one. */
const LATE_HOURS = 3;

interface CapacitySettings {
  readonly isProvisioned: boolean;
  readonly capacity: number;
  readonly createdAt: number | null;
}

/** Capacity-hours of each hour of the month: the hour in progress, and that of the creation, as far as they count. */
export function capacityHours(
  series: Series,
  settings: CapacitySettings,
  { month, untilMs }: Period,
): { readonly hours: Hours; readonly filled: number; readonly notes: readonly string[] } {
  const points = new Map(series.map(({ at, average }) => [Math.floor(at / HOUR_MS), average]));
  const begin = Math.max(month.startMs, settings.createdAt ?? month.startMs);
  const first = series.find(({ at }) => at >= month.startMs);
  const last = series.at(-1);
  const isLate = first === undefined || first.at - begin < LATE_HOURS * HOUR_MS;
  const hours: { at: number; value: number }[] = [];
  let filled = 0;
  let before = isLate && settings.isProvisioned ? (first?.average ?? settings.capacity) : null;
  for (let at = month.startMs; at < untilMs; at += HOUR_MS) {
    const point = points.get(Math.floor(at / HOUR_MS));
    // Measured before the creation: a table of the same name that was deleted since.
    const isFormer = point !== undefined && at + HOUR_MS <= begin;
    const share = (Math.min(at + HOUR_MS, untilMs) - (isFormer ? at : Math.max(at, begin))) / HOUR_MS;
    if (share <= 0) continue;
    const isBetween = last !== undefined && at < last.at;
    if (point === undefined && !(isBetween || settings.isProvisioned)) continue;
    const value = point ?? before;
    if (value === null) continue;
    if (point === undefined && share === 1) filled++;
    if (!isFormer) before = value;
    hours.push({ at, value: value * share });
  }
  const absent = !isLate && settings.isProvisioned && first !== undefined;
  return {
    hours,
    filled,
    notes: absent
      ? [
          `No capacity was reported from ${new Date(begin).toISOString().slice(0, 10)} to ${new Date(first.at).toISOString().slice(0, 10)}: nothing is counted for it.`,
        ]
      : [],
  };
}
