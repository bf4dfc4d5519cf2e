import type { Series, SeriesPoint } from '../readings.ts';

/**
 * Points as CloudWatch sends them, in no order and one for each unit that a metric was published with, as a series.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
 */
export function orderedSeries(points: readonly SeriesPoint[]): Series {
  const byTime = new Map<number, SeriesPoint>();
  for (const point of points) {
    const other = byTime.get(point.at);
    byTime.set(point.at, other === undefined ? point : merged(point, other));
  }
  return [...byTime.values()].sort((a, b) => a.at - b.at);
}

/** One period's observations in two units are observations all the same. */
function merged(a: SeriesPoint, b: SeriesPoint): SeriesPoint {
  const sum = a.sum + b.sum;
  const samples = a.samples + b.samples;
  return {
    at: a.at,
    sum,
    samples,
    maximum: Math.max(a.maximum, b.maximum),
    average: samples === 0 ? 0 : sum / samples,
  };
}
