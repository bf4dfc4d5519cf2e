import pLimit from 'p-limit';
import type { Queues } from '../aws/ports/queues.ts';
import type { Measurements, ReportLines } from '../aws/ports/usage-source.ts';
import type { Config } from '../config/config.ts';
import { type FoundService, servicesWith } from '../config/find-service.ts';
import { servedAliases } from '../config/served-aliases.ts';
import { readRecord } from '../dlq/explain/log-record.ts';
import { HOUR_MS, MINUTE_MS } from '../durations.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import type { ReleaseEntry } from '../release-ledger/release-entry.ts';
import type { ReleaseLedger } from '../release-ledger/release-ledger.ts';
import { orderedSeries } from '../usage/collect/ordered-series.ts';
import type { Reading, Series } from '../usage/readings.ts';
import { totalOf } from '../usage/rows/hours.ts';
import { settled } from '../usage/settled.ts';
import type {
  AliasReadings,
  Depth,
  FailedTime,
  FunctionReadings,
  PipelineReadings,
  ReliabilityReadings,
  Span,
  Starts,
} from './readings.ts';
import { finest, hourly, type Slice } from './slices.ts';

/** Where it is read. Each is made when it is first asked for. */
export interface ReliabilitySources {
  measurements(): Promise<Measurements>;
  logs(): Promise<ReportLines>;
  queues(): Promise<Queues>;
  releases(): Promise<ReleaseLedger>;
}

type Dimensions = Readonly<Record<string, string>>;

const CALLS_AT_ONCE = 10;
/** What REPORT lines are read of one function, the newest. */
const MOST_INVOCATIONS = 100_000;
/** A queue that nobody used for six hours has no readings any more. */
const DEPTH_BEFORE_MS = 6 * HOUR_MS;

/**
 * Reads what the reliability of a system rests on, by free calls alone: GetMetricStatistics, FilterLogEvents, the
 * attributes of queues, the ledger of releases. What is refused or fails leaves a gap in its reading.
 * @param nowMs ms since the epoch.
 * @throws CvopsError where no call can do any better: no credentials, endpoint or region, or interrupted.
 */
export async function collectReliability(
  sources: ReliabilitySources,
  config: Config,
  span: Span,
  nowMs: number,
): Promise<ReliabilityReadings> {
  const reader = new ReliabilityReader(sources, span, nowMs);
  const withFunction = servicesWith(config, 'function');
  const processing = withFunction.filter(({ queue, dlq }) => queue !== undefined && dlq !== undefined);
  const [pipelines, functions, aliases] = await Promise.all([
    Promise.all(distinctBy(servicesWith(config, 'queue').filter(hasDlq), 'queue').map((each) => reader.pipeline(each))),
    // Where no function reads a queue, whatever there is.
    Promise.all(
      distinctBy(processing.length > 0 ? processing : withFunction, 'function').map((each) => reader.function(each)),
    ),
    Promise.all(servedAliases(config).map((each) => reader.alias(each))),
  ]);
  return { span, pipelines, functions, aliases };
}

function hasDlq({ dlq }: { readonly dlq?: string | undefined }): boolean {
  return dlq !== undefined;
}

function distinctBy<K extends 'queue' | 'function'>(services: readonly FoundService<K>[], key: K) {
  return [...new Map(services.map((service) => [service[key], service])).values()];
}

class ReliabilityReader {
  readonly #sources: ReliabilitySources;
  readonly #span: Span;
  readonly #nowMs: number;
  readonly #limit = pLimit(CALLS_AT_ONCE);

  constructor(sources: ReliabilitySources, span: Span, nowMs: number) {
    this.#sources = sources;
    this.#span = span;
    this.#nowMs = nowMs;
  }

  async pipeline({ queue, dlq }: FoundService<'queue'>): Promise<PipelineReadings> {
    const [sent, deleted, depth, deadDeleted, deadDepth] = await Promise.all([
      this.#count(queue, 'NumberOfMessagesSent'),
      this.#count(queue, 'NumberOfMessagesDeleted'),
      this.#depth(queue),
      this.#count(dlq!, 'NumberOfMessagesDeleted'),
      this.#depth(dlq!),
    ]);
    return { queue, sent, deleted, depth, deadLetters: { queue: dlq!, deleted: deadDeleted, depth: deadDepth } };
  }

  async function(service: FoundService<'function'>): Promise<FunctionReadings> {
    const dimensions = { FunctionName: service.function };
    const [invocations, duration] = await Promise.all([
      settled(() => this.#series('AWS/Lambda', 'Invocations', dimensions, hourly(this.#span))),
      settled(async () => {
        const measurements = await this.#sources.measurements();
        const found = await this.#limit(() =>
          measurements.percentiles(
            { namespace: 'AWS/Lambda', metric: 'Duration', dimensions, ...this.#span },
            [50, 95, 99],
          ),
        );
        return found === null ? null : { p50: found[0]!, p95: found[1]!, p99: found[2]! };
      }),
    ]);
    return {
      service: service.name,
      name: service.function,
      invocations,
      duration,
      starts: await settled(() => this.#starts(service.function, invocations.value)),
    };
  }

  async alias({ name, function: functionName, alias }: FoundService<'function' | 'alias'>): Promise<AliasReadings> {
    const dimensions = { FunctionName: functionName, Resource: `${functionName}:${alias}` };
    const [invocations, failed, moves] = await Promise.all([
      this.#sum('AWS/Lambda', 'Invocations', dimensions),
      settled(() => this.#failed(dimensions)),
      settled(async () => {
        const ledger = await this.#sources.releases();
        const { entries, unreadable } = await ledger.history(functionName, alias, this.#span.fromMs);
        if (unreadable !== null) throw unreadable;
        return entries.flatMap(({ entry }) => moveOf(entry));
      }),
    ]);
    return { service: name, function: functionName, alias, invocations, failed, moves };
  }

  #count(queue: string, metric: string): Promise<Reading<number>> {
    return this.#sum('AWS/SQS', metric, { QueueName: queue });
  }

  #sum(namespace: string, metric: string, dimensions: Dimensions): Promise<Reading<number>> {
    return settled(async () => totalOf(await this.#series(namespace, metric, dimensions, hourly(this.#span))));
  }

  #depth(name: string): Promise<Reading<Depth>> {
    return settled(async () => {
      const { fromMs } = this.#span;
      const before: Slice = { fromMs: fromMs - DEPTH_BEFORE_MS, toMs: fromMs, periodMs: HOUR_MS };
      const queues = await this.#sources.queues();
      const [{ attributes }, ...parts] = await Promise.all([
        this.#limit(() => queues.describe(name)),
        ...['Visible', 'NotVisible', 'Delayed'].map((part) =>
          this.#series('AWS/SQS', `ApproximateNumberOfMessages${part}`, { QueueName: name }, [before]),
        ),
      ]);
      const last = parts.map((points) => points.at(-1)?.average);
      const depth = last.reduce<number>((sum, average) => sum + (average ?? 0), 0);
      return {
        before: last[0] === undefined ? null : Math.round(depth),
        now: attributes.visible + attributes.inFlight + attributes.delayed,
      };
    });
  }

  /** The hours in which something failed first: most have nothing to look into. */
  async #failed(dimensions: Dimensions): Promise<readonly FailedTime[]> {
    const hours = await this.#series('AWS/Lambda', 'Errors', dimensions, hourly(this.#span));
    const bad = hours.filter(({ sum }) => sum > 0).map(({ at }) => at);
    const slices = finest(this.#span, this.#nowMs).filter(({ fromMs, toMs }) =>
      bad.some((at) => at + HOUR_MS > fromMs && at < toMs),
    );
    const found = await Promise.all(
      slices.map(async (slice) => {
        const [errors, invocations] = await Promise.all(
          ['Errors', 'Invocations'].map((metric) => this.#series('AWS/Lambda', metric, dimensions, [slice])),
        );
        const invoked = new Map(invocations!.map(({ at, sum }) => [at, sum]));
        return errors!
          .filter(({ sum }) => sum > 0)
          .map(({ at, sum }) => ({ at, ms: slice.periodMs, errors: sum, invocations: invoked.get(at) ?? sum }));
      }),
    );
    return found.flat();
  }

  /** Lambda makes a log group with the first line that is written: where nothing ran there need be none. */
  async #starts(functionName: string, invocations: Series | undefined): Promise<Starts> {
    try {
      return await this.#newestStarts(functionName, invocations);
    } catch (cause) {
      const isMissing = cause instanceof CvopsError && cause.code === 'LogGroupNotFound';
      if (!isMissing || invocations === undefined || totalOf(invocations) > 0) throw cause;
      return { read: 0, cold: 0, fromMs: this.#span.fromMs };
    }
  }

  /** Of so many of the newest invocations as are read in reasonable time. */
  async #newestStarts(functionName: string, invocations: Series | undefined): Promise<Starts> {
    let fromMs = this.#span.fromMs;
    let rest = MOST_INVOCATIONS;
    for (const { at, sum } of invocations?.toReversed() ?? []) {
      rest -= sum;
      if (rest < 0) break;
      fromMs = at;
    }
    if (rest >= 0) fromMs = this.#span.fromMs;
    const logs = await this.#sources.logs();
    let read = 0;
    let cold = 0;
    for await (const page of logs.reportLines(functionName, { fromMs, toMs: this.#nowMs })) {
      for (const line of page) {
        const { kind, report } = readRecord(line);
        if (kind !== 'report' || report === null) continue;
        read++;
        if (report.initMs !== null) cold++;
      }
      // Without a count to go by it is bounded all the same.
      if (read >= MOST_INVOCATIONS) break;
    }
    return { read, cold, fromMs };
  }

  async #series(namespace: string, metric: string, dimensions: Dimensions, slices: readonly Slice[]): Promise<Series> {
    const measurements = await this.#sources.measurements();
    const parts = await Promise.all(
      slices.map(({ fromMs, toMs, periodMs }) =>
        this.#limit(() =>
          measurements.series({ namespace, metric, dimensions, fromMs, toMs, periodSeconds: periodMs / 1000 }),
        ),
      ),
    );
    return orderedSeries(parts.flat());
  }
}

/** From its first traffic until the alias was where it should be, and the minute after; nothing when nothing moved. */
function moveOf({ at, durationMs, steps, revisionAfter }: ReleaseEntry): readonly Span[] {
  if (revisionAfter === null) return [];
  const endMs = at + durationMs;
  const fromMs = Math.floor((steps[0]?.startedAt ?? endMs) / MINUTE_MS) * MINUTE_MS;
  return [{ fromMs, toMs: (Math.floor(endMs / MINUTE_MS) + 2) * MINUTE_MS }];
}
