import type { Series, SeriesPoint } from '../readings.ts';

/**
 * Points as CloudWatch sends them, in no order and one for each unit that a metric was published with, as a series.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
 */
export function orderedSeries(points: readonly SeriesPoint[]): Series {
  const series: SeriesPoint[] = [];
  for (const point of [...points].sort((a, b) => a.at - b.at)) {
    const last = series.at(-1);
    if (last?.at === point.at) series[series.length - 1] = merged(last, point);
    else series.push(point);
  }
  return series;
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
