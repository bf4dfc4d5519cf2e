import { invalidValue, missingParameter } from './errors.ts';
import { resolutionAt } from './metric-store.ts';

/**
 * Start and end in seconds. The start is rounded down by its age: to the minute, after 15 days to five minutes, after
 * 63 days to the hour; for short periods to the period.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
 */
export function timeRange(
  startMs: number | undefined,
  endMs: number | undefined,
  period: number,
  now: number,
): { start: number; end: number } {
  if (startMs === undefined) throw missingParameter('StartTime');
  if (endMs === undefined) throw missingParameter('EndTime');
  if (startMs >= endMs) throw invalidValue('The parameter StartTime must be less than the parameter EndTime.');
  const age = (now - startMs) / 1000;
  const step = period < 60 ? period : Math.max(60, resolutionAt(age) ?? 3_600);
  return { start: Math.floor(startMs / 1000 / step) * step, end: endMs / 1000 };
}

/** Throws unless the period is 1, 5, 10, 20, 30 or a multiple of 60. */
export function checkPeriod(period: number | undefined, path: string): asserts period is number {
  if (period === undefined) throw missingParameter(path);
  if (period >= 60 ? period % 60 === 0 : [1, 5, 10, 20, 30].includes(period)) return;
  throw invalidValue(`The parameter ${path} must be 1, 5, 10, 20, 30, or a multiple of 60.`);
}

/** Points this old (seconds) exist for periods that are multiples of their stored resolution only. */
export function readable(age: number, period: number): boolean {
  const resolution = resolutionAt(age);
  if (resolution === undefined) return false;
  // A standard metric answers short periods too, for as long as short periods can be asked for.
  return resolution === 1 || period % resolution === 0;
}
