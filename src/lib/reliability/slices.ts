import { DAY_MS, HOUR_MS, MINUTE_MS } from '../durations.ts';
import type { Span } from './readings.ts';

/** GetMetricStatistics answers no more: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html */
const MOST_POINTS = 1_440;

/**
 * How long CloudWatch keeps which periods; an hour less, for the clock goes on while it is asked.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention
 */
const KEPT = [
  { forMs: 15 * DAY_MS - HOUR_MS, periodMs: MINUTE_MS },
  { forMs: 63 * DAY_MS - HOUR_MS, periodMs: 5 * MINUTE_MS },
  { forMs: Number.POSITIVE_INFINITY, periodMs: HOUR_MS },
];

/** A part of a span that one call answers. */
export interface Slice extends Span {
  readonly periodMs: number;
}

/** A span in hours, as few calls as that takes. */
export function hourly(span: Span): readonly Slice[] {
  return cut(span, HOUR_MS);
}

/** A span in the shortest periods that CloudWatch still has of it, oldest first. */
export function finest({ fromMs, toMs }: Span, nowMs: number): readonly Slice[] {
  const slices: Slice[] = [];
  let endMs = toMs;
  for (const { forMs, periodMs } of KEPT) {
    const startMs = Math.max(fromMs, Math.ceil((nowMs - forMs) / HOUR_MS) * HOUR_MS);
    if (startMs >= endMs) continue;
    slices.unshift(...cut({ fromMs: startMs, toMs: endMs }, periodMs));
    endMs = startMs;
  }
  return slices;
}

function cut({ fromMs, toMs }: Span, periodMs: number): readonly Slice[] {
  const stepMs = MOST_POINTS * periodMs;
  const slices: Slice[] = [];
  for (let at = fromMs; at < toMs; at += stepMs) {
    slices.push({ fromMs: at, toMs: Math.min(toMs, at + stepMs), periodMs });
  }
  return slices;
}
