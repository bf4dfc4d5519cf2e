import type { Input } from '../kernel/service.ts';
import { invalidValue, notInEnum } from './errors.ts';
import type { MetricStore, Series } from './metric-store.ts';
import { page } from './paging.ts';

const PAGE = 500;
const TWO_WEEKS_MS = 14 * 86_400_000;
const THREE_HOURS_MS = 3 * 3_600_000;

/**
 * ListMetrics: metrics with data in the past two weeks, 500 a page. A dimension filter without a value matches any
 * value; a metric may have further dimensions. Unlike AWS, a new metric is listed at once (AWS: up to 15 minutes).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
 */
export function listMetrics(store: MetricStore, input: Input, now: number) {
  if (input.RecentlyActive !== undefined && input.RecentlyActive !== 'PT3H') {
    throw notInEnum(input.RecentlyActive, 'recentlyActive', ['PT3H']);
  }
  const filters: readonly Input[] = input.Dimensions ?? [];
  if (filters.length > 10) throw invalidValue('The collection Dimensions must not have a size greater than 10.');
  const since = now - (input.RecentlyActive === undefined ? TWO_WEEKS_MS : THREE_HOURS_MS);
  const found: Series[] = [];
  for (const series of store.all(input.Namespace, input.MetricName)) {
    if (series.updatedAt >= since && filters.every((filter) => has(series, filter))) found.push(series);
  }
  const { items, next } = page(found, PAGE, input.NextToken);
  return {
    Metrics: items.map((series) => ({
      Namespace: series.namespace,
      MetricName: series.metric,
      Dimensions: series.dimensions,
    })),
    NextToken: next,
  };
}

function has(series: Series, filter: Input): boolean {
  return series.dimensions.some(
    ({ Name, Value }) => Name === filter.Name && (filter.Value === undefined || filter.Value === Value),
  );
}
