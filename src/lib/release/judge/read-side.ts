import type { SideCounts } from './evidence.ts';

/** Counts that can be trusted. */
export interface Side {
  readonly invocations: number;
  /** Invocations that ended in an error or, where that is known, answered batchItemFailures. */
  readonly failures: number;
  readonly throttles: number | null;
}

/** The side, or what is wrong with it. */
export type ReadSide =
  | { readonly side: Side; readonly problems: readonly Problem[] }
  | { readonly side: undefined; readonly problems: readonly Problem[] };

export interface Problem {
  readonly code: 'unreadable' | 'counts-contradict';
  /** Such as `Errors of the canary`. */
  readonly what: string;
}

const usable = (value: number | null): value is number => value !== null && Number.isFinite(value) && value >= 0;

/** Takes counts apart into what can be used and what cannot. `whose`: `the canary`. `partial`: count batch failures too. */
export function readSide(counts: SideCounts, whose: string, partial: boolean): ReadSide {
  const named = [
    ['Invocations', counts.invocations],
    ['Errors', counts.errors],
    ['Throttles', counts.throttles],
    ['Batch failures', counts.batchFailures === undefined ? 0 : counts.batchFailures],
  ] as const;
  const problems: Problem[] = named
    .filter(([, value]) => !usable(value))
    .map(([name]) => ({ code: 'unreadable', what: `${name} of ${whose}` }));
  const { invocations, errors } = counts;
  if (!usable(invocations) || !usable(errors)) return { side: undefined, problems };
  const batchFailures = partial && usable(counts.batchFailures ?? 0) ? (counts.batchFailures ?? 0) : 0;
  const failures = Math.round(errors + batchFailures);
  if (failures > Math.round(invocations)) {
    problems.push({
      code: 'counts-contradict',
      what: `${failures} failures in ${invocations} invocations of ${whose}`,
    });
    return { side: undefined, problems };
  }
  const throttles = usable(counts.throttles) ? counts.throttles : null;
  return { side: { invocations: Math.round(invocations), failures, throttles }, problems };
}
