import { merge } from './bucket.ts';
import type { MetricStore } from './metric-store.ts';

const KEPT_MS = 455 * 86_400_000;
const MINUTE_S = 60;

/** A metric as it is planted. */
export interface PlantedMetric {
  /** `AWS/…` too, which PutMetricData refuses. */
  readonly namespace: string;
  readonly metric: string;
  /** Without: the metric that has none. */
  readonly dimensions?: Readonly<Record<string, string>>;
  /** Default `Count`. */
  readonly unit?: string;
  readonly points: readonly PlantedPoint[];
}

/** What came in during one minute, or an hour when only hours are read. */
export interface PlantedPoint {
  /** ms since the epoch, up to 455 days ago. */
  readonly at: number;
  readonly sum: number;
  /** How many observations; default 1. */
  readonly samples?: number;
  /** Default: all observations are alike, `sum` / `samples`. */
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * Puts data into the store as if they had been recorded at their times, so that a month with a known truth needs no
 * month. Either all are stored or none.
 * @param now simulated ms.
 * @returns how many points there were.
 * @throws Error for a point that cannot be: in the future, forgotten by AWS, or with bounds that its average is not within.
 */
export function plantMetrics(store: MetricStore, metrics: readonly PlantedMetric[], now: number): number {
  for (const { metric, points } of metrics) for (const point of points) check(metric, point, now);
  let planted = 0;
  for (const { namespace, metric, dimensions = {}, unit = 'Count', points } of metrics) {
    const series = store.series(namespace, metric, dimensions);
    // ListMetrics goes by the age of the data, not by when it was planted.
    let newest = series.updatedAt;
    for (const { at, sum, samples = 1, minimum = sum / samples, maximum = sum / samples } of points) {
      const bucket = store.bucket(series, unit, at, MINUTE_S);
      // Percentiles are known only where all observations are alike.
      merge(bucket, { sum, count: samples, min: minimum, max: maximum, values: undefined, exact: minimum === maximum });
      if (at > newest) newest = at;
      planted++;
    }
    series.updatedAt = newest;
  }
  return planted;
}

function check(metric: string, point: PlantedPoint, now: number): void {
  const { at, sum, samples = 1, minimum = sum / samples, maximum = sum / samples } = point;
  const refuse = (what: string) => new Error(`${metric}: ${what} is not possible`);
  if (!(at <= now && at >= now - KEPT_MS)) throw refuse(`a point at ${at}`);
  if (!(samples > 0)) throw refuse(`samples ${samples}`);
  const average = sum / samples;
  // Rounding of the average shall not refuse equal bounds.
  const slack = Math.abs(average) * 1e-9;
  if (!(minimum <= average + slack && maximum >= average - slack)) {
    throw refuse(`an average of ${average} between ${minimum} and ${maximum}`);
  }
}
