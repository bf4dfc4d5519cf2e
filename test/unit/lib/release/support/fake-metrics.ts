import type { CountQuery, GaugeReading, InvocationCounts, Metrics } from '../../../../../src/lib/aws/ports/metrics.ts';
import type { Clock } from '../../../../../src/lib/clock.ts';
import type { FakeFunctions } from './fake-functions.ts';

/** A steady stream of invocations through the alias, dealt exactly by its weights, with a share of errors by version. */
export class FakeMetrics implements Metrics {
  perSecond = 2;
  errorRates: Readonly<Record<string, number>> = {};
  /** Thrown instead of an answer. */
  failure: Error | undefined;
  queries: CountQuery[] = [];
  readonly #functions: FakeFunctions;
  readonly #clock: Clock;

  constructor(functions: FakeFunctions, clock: Clock) {
    this.#functions = functions;
    this.#clock = clock;
  }

  async queueReadings(): Promise<readonly GaugeReading[]> {
    return [];
  }

  async invocationCounts(query: CountQuery): Promise<InvocationCounts> {
    this.queries.push(query);
    if (this.failure !== undefined) throw this.failure;
    const { past } = this.#functions;
    let invocations = 0;
    let errors = 0;
    for (const [index, { at, version, weights }] of past.entries()) {
      const from = Math.max(index === 0 ? Number.NEGATIVE_INFINITY : at, query.fromMs);
      const to = Math.min(past[index + 1]?.at ?? this.#clock.now(), query.toMs);
      const all = (Math.max(0, to - from) / 1000) * this.perSecond;
      const split = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
      const shares = { ...weights, [version]: 1 - split };
      for (const [each, share] of Object.entries(shares)) {
        if (query.version !== undefined && query.version !== each) continue;
        invocations += all * share;
        errors += all * share * (this.errorRates[each] ?? 0);
      }
    }
    return { invocations: Math.round(invocations), errors: Math.round(errors), throttles: 0 };
  }
}
