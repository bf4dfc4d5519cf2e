import type { GaugeReading } from '../../aws/ports/metrics.ts';

/** Fewer readings, or a shorter time between first and last, tell no trend. */
const FEWEST = 5;
const SHORTEST_MS = 5 * 60_000;

/**
 * How fast a gauge grew, per second: the median of the slopes between all pairs of readings (Theil and Sen's), which a
 * replay that emptied the queue, one burst or one odd reading does not turn. A queue that shrank grew by 0.
 * @returns undefined where the readings tell no trend.
 */
export function growthPerSecond(readings: readonly GaugeReading[]): number | undefined {
  const sorted = [...readings].sort((a, b) => a.at - b.at);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if (sorted.length < FEWEST || last.at - first.at < SHORTEST_MS) return undefined;
  const slopes: number[] = [];
  for (const [index, from] of sorted.entries()) {
    for (const to of sorted.slice(index + 1)) {
      if (to.at > from.at) slopes.push((to.value - from.value) / ((to.at - from.at) / 1000));
    }
  }
  slopes.sort((a, b) => a - b);
  const middle = slopes.length >> 1;
  const median = slopes.length % 2 === 1 ? slopes[middle]! : (slopes[middle - 1]! + slopes[middle]!) / 2;
  return Math.max(0, median);
}
