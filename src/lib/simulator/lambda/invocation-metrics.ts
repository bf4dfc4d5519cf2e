import type { Dimensions, MetricSink } from '../kernel/region.ts';

/** What an invocation went to, for its metrics. */
export interface MetricTarget {
  readonly functionName: string;
  /** The alias or version that was named; undefined for a bare function name. */
  readonly qualifier: string | undefined;
  /** Set for invocations through an alias. */
  readonly aliasVersion: string | undefined;
}

/**
 * The sets of dimensions that Lambda records each value under: across all functions, by function, by resource, and by
 * executed version (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html).
 */
export function metricDimensions({ functionName, qualifier, aliasVersion }: MetricTarget): readonly Dimensions[] {
  const sets: Dimensions[] = [{}, { FunctionName: functionName }];
  if (qualifier === undefined) return sets;
  const resource = { FunctionName: functionName, Resource: `${functionName}:${qualifier}` };
  sets.push(resource);
  if (aliasVersion !== undefined) sets.push({ ...resource, ExecutedVersion: aliasVersion });
  return sets;
}

/** Records a finished invocation at the time it started; errors count as invocations too. */
export function recordInvocation(
  metrics: MetricSink,
  target: MetricTarget,
  values: { at: number; durationMs: number; failed: boolean; concurrency: number; accountConcurrency: number },
): void {
  const options = { at: values.at };
  for (const dimensions of metricDimensions(target)) {
    metrics.record('AWS/Lambda', 'Invocations', dimensions, 1, 'Count', options);
    metrics.record('AWS/Lambda', 'Errors', dimensions, values.failed ? 1 : 0, 'Count', options);
    metrics.record('AWS/Lambda', 'Throttles', dimensions, 0, 'Count', options);
    metrics.record('AWS/Lambda', 'Duration', dimensions, values.durationMs, 'Milliseconds', options);
    const concurrency = 'FunctionName' in dimensions ? values.concurrency : values.accountConcurrency;
    metrics.record('AWS/Lambda', 'ConcurrentExecutions', dimensions, concurrency, 'Count', options);
  }
}

/** A throttled request is neither an invocation nor an error. */
export function recordThrottle(metrics: MetricSink, target: MetricTarget, at: number): void {
  for (const dimensions of metricDimensions(target)) {
    metrics.record('AWS/Lambda', 'Throttles', dimensions, 1, 'Count', { at });
  }
}
