import type { FunctionLogs } from '../../aws/ports/function-logs.ts';
import type { CountQuery, GaugeQuery, Metrics } from '../../aws/ports/metrics.ts';
import type { Queue, Queues } from '../../aws/ports/queues.ts';
import { HOUR_MS, MINUTE_MS } from '../../durations.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { isInterruption } from '../../errors/is-interruption.ts';
import type { Evidence, QueueReading, QueueSignals, ReferenceCounts, SideCounts } from '../judge/evidence.ts';
import { batchFailures } from './batch-failures.ts';
import { growthPerSecond } from './growth.ts';

/** Where the signs of a release are read. */
export interface MeasuredService {
  readonly functionName: string;
  readonly alias: string;
  readonly stable: string;
  readonly canary: string;
  /** Names of the queue that the function reads and of its dead-letter queue; undefined where there is none. */
  readonly queue: string | undefined;
  readonly dlq: string | undefined;
  /** An event source mapping has ReportBatchItemFailures: Lambda counts no error for what is given back. */
  readonly reportsBatchItemFailures: boolean;
}

export interface MeasurePorts {
  readonly metrics: Metrics;
  /** Asked only when the service has queues. */
  queues(): Promise<Queues>;
  /** Asked only when the function answers for its batches message by message. */
  logs(): Promise<FunctionLogs>;
}

/** A step as it was begun: its share 0–1, and from when, ms since the epoch. */
export interface BegunStep {
  readonly weight: number;
  readonly fromMs: number;
}

/** What was before the release, to hold the release against. */
export interface Baseline {
  readonly reference: ReferenceCounts;
  readonly depth: number | null;
  readonly ageSeconds: number | null;
  /** By how much the two grew each second under the version before; undefined where CloudWatch does not tell. */
  readonly depthGrowth: number | undefined;
  readonly ageGrowth: number | undefined;
  /** Seconds that a message which fails for good takes until it is dead: visibility timeout × receives. */
  readonly deathSeconds: number | null;
  /** The function gives single messages of a batch back, and its log could be read. */
  readonly countsBatchFailures: boolean;
}

const UNREAD: SideCounts = { invocations: null, errors: null, throttles: null };
const NONE: SideCounts = { invocations: 0, errors: 0, throttles: 0 };

/**
 * The hour before the release, and the queues as they are. Metrics that cannot be read are told here, before any traffic
 * is moved: they are no pass, and would be none at the end.
 * @param sinceMs when the alias was changed last, where that is known: before it another version served.
 */
export async function measureBefore(
  ports: MeasurePorts,
  service: MeasuredService,
  nowMs: number,
  sinceMs: number | undefined,
): Promise<Baseline> {
  const { functionName, alias } = service;
  const toMs = floorMinute(nowMs) + MINUTE_MS;
  const fromMs = Math.min(Math.max(toMs - HOUR_MS, ceilMinute(sinceMs ?? 0)), toMs);
  const [counts, queue, dlq, given, depthGrowth, ageGrowth] = await Promise.all([
    fromMs === toMs ? NONE : ports.metrics.invocationCounts({ functionName, alias, fromMs, toMs }),
    describe(ports, service.queue),
    describe(ports, service.dlq),
    givenBack(ports, service, { fromMs, toMs }),
    growth(ports.metrics, service.dlq, { gauge: 'visible', fromMs, toMs }),
    growth(ports.metrics, service.queue, { gauge: 'oldestAge', fromMs, toMs }),
  ]);
  const reference = { ...counts, seconds: (toMs - fromMs) / 1000 };
  const ageSeconds =
    queue === undefined ? null : ((await unlessUnreadable((await ports.queues()).oldestAgeSeconds(queue))) ?? null);
  return {
    reference: given === null ? reference : { ...reference, ...withGivenBack(counts, sum(given)) },
    countsBatchFailures: given !== null,
    depth: dlq?.attributes.visible ?? null,
    ageSeconds,
    depthGrowth,
    ageGrowth,
    deathSeconds:
      queue === undefined
        ? null
        : queue.attributes.visibilityTimeoutSeconds * (queue.attributes.redrive?.maxReceiveCount ?? 1),
  };
}

/**
 * Everything that is known of the steps so far. All their minutes are read anew: an invocation counts in the minute in
 * which it began, but only once it has ended. A minute in which a step began belongs to it whole. What cannot be read now
 * is `null`, for the judge to wait on.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export async function measure(
  ports: MeasurePorts,
  service: MeasuredService,
  baseline: Baseline,
  steps: readonly BegunStep[],
  nowMs: number,
): Promise<Evidence> {
  const [measured, queue] = await Promise.all([
    Promise.all(
      steps.map(async (step, index) => {
        const fromMs = floorMinute(step.fromMs);
        const next = steps[index + 1];
        const toMs = next === undefined ? floorMinute(nowMs) + MINUTE_MS : floorMinute(next.fromMs);
        const { functionName, alias } = service;
        const side = (version: string) => count(ports.metrics, { functionName, alias, version, fromMs, toMs });
        const [canary, stable, given] = await Promise.all([
          side(service.canary),
          side(service.stable),
          baseline.countsBatchFailures ? unlessUnreadable(givenBack(ports, service, { fromMs, toMs })) : undefined,
        ]);
        const withGiven = (counts: SideCounts, version: string) =>
          baseline.countsBatchFailures ? withGivenBack(counts, given ? (given.get(version) ?? 0) : null) : counts;
        return {
          weight: step.weight,
          seconds: (Math.min(toMs, nowMs) - fromMs) / 1000,
          canary: withGiven(canary, service.canary),
          baseline: withGiven(stable, service.stable),
        };
      }),
    ),
    queueSignals(ports, service, baseline),
  ]);
  return withoutSilence({ steps: measured, reference: baseline.reference, queue });
}

/**
 * A log that tells of no batch given back proves nothing: the function may not write it down. The counts are left out
 * then, so that the dead-letter queue is not explained away by them.
 */
function withoutSilence(evidence: Evidence): Evidence {
  const { steps, reference } = evidence;
  const sides = [...steps.flatMap(({ canary, baseline }) => [canary, baseline]), ...(reference ? [reference] : [])];
  if (sides.some(({ batchFailures: given }) => given === null || (given ?? 0) > 0)) return evidence;
  const silent = <S extends SideCounts>({ batchFailures: _, ...counts }: S) => counts;
  return {
    ...evidence,
    steps: steps.map((step) => ({ ...step, canary: silent(step.canary), baseline: silent(step.baseline) })),
    ...(reference === undefined ? {} : { reference: silent(reference) }),
  };
}

async function count(metrics: Metrics, query: CountQuery): Promise<SideCounts> {
  if (query.toMs <= query.fromMs) return NONE;
  return (await unlessUnreadable(metrics.invocationCounts(query))) ?? UNREAD;
}

/** Invocations by version that gave messages back; null where that is not known. */
async function givenBack(
  ports: MeasurePorts,
  { functionName, reportsBatchItemFailures }: MeasuredService,
  span: { readonly fromMs: number; readonly toMs: number },
): Promise<ReadonlyMap<string, number> | null> {
  if (!reportsBatchItemFailures) return null;
  if (span.toMs <= span.fromMs) return new Map();
  return batchFailures(await ports.logs(), functionName, span);
}

/** The log is ahead of the metrics: what is not counted as an invocation yet is no failure yet. */
function withGivenBack(counts: SideCounts, given: number | null): SideCounts {
  const { invocations, errors } = counts;
  if (given === null || invocations === null || errors === null) return { ...counts, batchFailures: null };
  return { ...counts, batchFailures: Math.min(given, Math.max(0, invocations - errors)) };
}

function sum(given: ReadonlyMap<string, number>): number {
  return [...given.values()].reduce((total, each) => total + each, 0);
}

/** A gauge that could not be read before the release is left out: there is nothing to hold it against. */
async function queueSignals(
  ports: MeasurePorts,
  { queue, dlq }: MeasuredService,
  { depth, ageSeconds, depthGrowth, ageGrowth }: Baseline,
): Promise<QueueSignals> {
  const [deadLetters, age] = await Promise.all([
    depth === null ? null : unlessUnreadable(describe(ports, dlq)),
    ageSeconds === null ? null : unlessUnreadable(ageOf(ports, queue)),
  ]);
  return {
    ...(depth === null ? {} : { dlqDepth: reading(depth, deadLetters?.attributes.visible, depthGrowth) }),
    ...(ageSeconds === null ? {} : { oldestAgeSeconds: reading(ageSeconds, age, ageGrowth) }),
  };
}

function reading(before: number, now: number | null | undefined, growth: number | undefined): QueueReading {
  return { before, now: now ?? null, ...(growth === undefined ? {} : { growthPerSecond: growth }) };
}

/** What was growing before the release is not the canary's doing. Unknown growth is left out: the judge takes it for 0. */
async function growth(
  metrics: Metrics,
  queue: string | undefined,
  query: Omit<GaugeQuery, 'queue'>,
): Promise<number | undefined> {
  if (queue === undefined || query.toMs <= query.fromMs) return undefined;
  const readings = await unlessUnreadable(metrics.queueReadings({ queue, ...query }));
  return readings === undefined ? undefined : growthPerSecond(readings);
}

async function ageOf(ports: MeasurePorts, name: string | undefined): Promise<number | null> {
  const queue = await describe(ports, name);
  return queue === undefined ? null : (await ports.queues()).oldestAgeSeconds(queue);
}

async function describe(ports: MeasurePorts, name: string | undefined): Promise<Queue | undefined> {
  return name === undefined ? undefined : (await ports.queues()).describe(name);
}

async function unlessUnreadable<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (cause) {
    if (!(cause instanceof CvopsError) || isInterruption(cause)) throw cause;
    return undefined;
  }
}

const floorMinute = (ms: number) => Math.floor(ms / MINUTE_MS) * MINUTE_MS;
const ceilMinute = (ms: number) => Math.ceil(ms / MINUTE_MS) * MINUTE_MS;
