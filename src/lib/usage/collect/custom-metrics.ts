import type { Measurements } from '../../aws/ports/usage-source.ts';

/** 5,000 metrics; whoever has more of them is far beyond what is free. */
const PAGES = 10;

/** Metrics that AWS did not publish are billed by the hour in which they have data: those of now are the level. */
export async function countCustomMetrics(
  measurements: Measurements,
): Promise<{ readonly count: number; readonly complete: boolean }> {
  const { metrics, complete } = await measurements.metrics({ recentlyActive: true, mostPages: PAGES });
  return { count: metrics.filter(({ namespace }) => !namespace.startsWith('AWS/')).length, complete };
}
