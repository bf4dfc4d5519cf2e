import type { UsageSources } from '../../aws/ports/usage-source.ts';
import type { Period } from '../month.ts';
import type { Reading, Series } from '../readings.ts';
import { BoundedCalls } from './bounded-calls.ts';
import { orderedSeries } from './ordered-series.ts';

const HOUR_SECONDS = 3_600;

type Source = keyof UsageSources;
type SourceOf<S extends Source> = Awaited<ReturnType<UsageSources[S]>>;

/** Reads a period of one account: a bounded number of calls at a time, what fails as a gap. */
export class Reader {
  readonly period: Period;
  readonly #sources: UsageSources;
  readonly #calls = new BoundedCalls();

  constructor(sources: UsageSources, period: Period) {
    this.#sources = sources;
    this.period = period;
  }

  /**
   * Makes sources ready, one a turn of the event loop: loading their clients takes as long as a call, and what is under
   * way goes on between.
   */
  async load(...sources: readonly Source[]): Promise<void> {
    await this.#sources.measurements();
    for (const source of sources) {
      await new Promise((resolve) => setImmediate(resolve));
      await this.#sources[source]();
    }
  }

  /**
   * What one source answers, or the gap that is left.
   * @throws what ends a command, see `endsCommand`; after that no more calls are made.
   */
  read<S extends Source, T>(source: S, ask: (from: SourceOf<S>) => Promise<T>): Promise<Reading<T>> {
    return this.#calls.read(async () => ask((await this.#sources[source]()) as SourceOf<S>));
  }

  /** A metric over the period, a point an hour: a month has at most 744, and one call answers 1,440. */
  series(namespace: string, metric: string, dimensions: Readonly<Record<string, string>>): Promise<Reading<Series>> {
    const { month, untilMs, elapsedMs } = this.period;
    // CloudWatch refuses a range without a second in it: in the first one of a month there is nothing to ask for.
    if (elapsedMs < 1_000) return Promise.resolve({ value: [] });
    return this.read('measurements', async (measurements) =>
      orderedSeries(
        await measurements.series({
          namespace,
          metric,
          dimensions,
          fromMs: month.startMs,
          toMs: untilMs,
          periodSeconds: HOUR_SECONDS,
        }),
      ),
    );
  }
}
