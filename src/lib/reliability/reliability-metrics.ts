import { MINUTE_MS } from '../durations.ts';
import { formatCount, plural } from '../io/format.ts';
import type { ReportedMetric } from '../reported-metric.ts';
import type { Gap, Reading } from '../usage/readings.ts';
import { sumOf, totalOf } from '../usage/rows/hours.ts';
import type { Depth, FailedTime, FunctionReadings, PipelineReadings, ReliabilityReadings, Span } from './readings.ts';

/** One figure of the report. */
export interface ReliabilityMetric extends ReportedMetric {
  /** Why it could not be measured, or not wholly; null when nothing stood in the way. */
  readonly gap: Gap | null;
}

type Figure = Omit<ReliabilityMetric, 'label' | 'article' | 'id' | 'unit'>;

/** How reliable a system was. Figures that rest on what could not be read are null and have their gap. */
export function reliabilityMetrics(readings: ReliabilityReadings): readonly ReliabilityMetric[] {
  const ended = endings(readings.pipelines);
  const failed = failures(readings.aliases);
  return [
    metric('processed', 'messages processed', 'count', null, {
      ...figure(ended, ({ processed }) => processed),
      basis:
        'deleted from the queue, which is what a consumer does when it is done; SQS counts a second delivery again',
    }),
    metric('success-rate', 'processing success rate', 'ratio', 0.9997, {
      ...figure(ended, ({ processed, dead }) => over(processed, processed + dead)),
      basis: 'processed ÷ (processed + dead letters); not from Lambda’s errors: a batch of which a part failed is none',
    }),
    metric('dlq-rate', 'moved to the DLQ', 'per 10,000', 3, {
      ...figure(ended, ({ processed, dead }) => over(dead * 10_000, processed + dead)),
      basis: sentences('of those that came to an end.', ended.basis),
    }),
    metric('cold-start-rate', 'cold start rate', 'ratio', 0.02, coldStarts(readings.functions)),
    ...readings.functions.flatMap((each) => durations(each, readings.functions.length > 1)),
    metric('downtime', 'downtime', 'ms', 0, {
      ...figure(failed, ({ moving, onlyErrors }) => moving && new Set([...moving, ...onlyErrors]).size * MINUTE_MS),
      basis: sentences('the time of the next two rows together.', failed.basis),
    }),
    metric('failed-moves', 'failing while an alias moved', 'ms', null, {
      ...figure(failed, ({ moving }) => moving && moving.size * MINUTE_MS),
      basis:
        'minutes with a failed invocation through an alias, from its first traffic on another version until a minute after the last move',
    }),
    metric('only-errors', 'nothing but errors', 'ms', null, {
      ...figure(failed, ({ onlyErrors }) => onlyErrors.size * MINUTE_MS),
      gap: failed.value === null ? failed.gap : null,
      basis: 'minutes in which every invocation through an alias failed',
    }),
  ];
}

function metric(
  id: string,
  label: string,
  unit: ReliabilityMetric['unit'],
  article: number | null,
  { value, sample, basis, gap }: Figure,
): ReliabilityMetric {
  return { id, label, value, unit, sample, basis, article, gap };
}

interface Found<T> {
  readonly value: T | null;
  readonly sample: number;
  readonly gap: Gap | null;
  readonly basis: string;
}

function figure<T>({ value, sample, gap }: Found<T>, of: (value: T) => number | null): Omit<Figure, 'basis'> {
  return { value: value === null ? null : of(value), sample, gap };
}

/** How messages ended, over all queues. */
function endings(pipelines: readonly PipelineReadings[]): Found<{ processed: number; dead: number }> {
  const counted = pipelines.map((pipeline) => ({ processed: pipeline.deleted, dead: deadLetters(pipeline) }));
  const gap = firstGap(counted.flatMap(({ processed, dead }) => [processed, dead]));
  if (gap !== null || pipelines.length === 0) {
    return { value: null, sample: 0, gap, basis: pipelines.length === 0 ? 'No queue with a DLQ is configured.' : '' };
  }
  const processed = sumOf(counted.map((each) => each.processed.value!));
  const dead = sumOf(counted.map((each) => each.dead.value!.count));
  return {
    value: { processed, dead },
    sample: processed + dead,
    gap: null,
    basis: `${plural(dead, 'dead letter')}: ${[...new Set(counted.map((each) => each.dead.value!.by))].join('; ')}.`,
  };
}

/**
 * SQS has no metric for what it moves to a DLQ (NumberOfMessagesSent does not count it), so it is a balance: of the DLQ,
 * where its depth at the beginning is known, else of the queue itself.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
function deadLetters({ sent, deleted, depth, deadLetters }: PipelineReadings): Reading<{ count: number; by: string }> {
  const dlqDepth = deadLetters.depth.value;
  if (dlqDepth !== undefined && dlqDepth.before !== null && deadLetters.deleted.gap === undefined) {
    const count = Math.max(0, growth(dlqDepth) + deadLetters.deleted.value);
    return { value: { count, by: 'what the DLQ grew by, and what was deleted from it' } };
  }
  const gap = firstGap([sent, deleted, depth]);
  if (gap !== null) return { gap };
  const count = Math.max(0, sent.value! - deleted.value! - growth(depth.value!));
  return { value: { count, by: 'sent − deleted − still in the queue, for the DLQ’s first depth is not known' } };
}

/** A queue without a reading was not used then, and had nothing to do. */
function growth({ before, now }: Depth): number {
  return now - (before ?? 0);
}

function coldStarts(functions: readonly FunctionReadings[]): Figure {
  const gap = firstGap(functions.map(({ starts }) => starts));
  const read = functions.flatMap(({ starts }) => (starts.value === undefined ? [] : [starts.value]));
  const lines = sumOf(read.map((each) => each.read));
  const cold = sumOf(read.map((each) => each.cold));
  const invoked = functions.every(({ invocations }) => invocations.gap === undefined)
    ? ` of ${plural(sumOf(functions.map(({ invocations }) => totalOf(invocations.value!))), 'invocation')}`
    : '';
  return {
    value: gap === null ? over(cold, lines) : null,
    sample: lines,
    gap,
    basis: `${formatCount(cold)} with an Init Duration in ${plural(lines, 'REPORT line')} read${invoked}`,
  };
}

function durations({ service, duration, invocations }: FunctionReadings, many: boolean): readonly ReliabilityMetric[] {
  const invoked = totalOf(invocations.value ?? []);
  const all = invocations.value === undefined ? 'invocations' : plural(invoked, 'invocation');
  return (['p50', 'p95', 'p99'] as const).map((rank) =>
    metric(
      many ? `${rank}-${service}` : rank,
      many ? `duration ${rank}, ${service}` : `duration ${rank}`,
      'ms',
      rank === 'p95' ? 12 : null,
      {
        value: duration.value?.[rank] ?? null,
        sample: invoked,
        gap: duration.gap ?? null,
        basis: `of all ${all} of ${service} as one; a batch of messages is one invocation`,
      },
    ),
  );
}

interface Failures {
  /** Minutes, ms since the epoch; null where it is not known when an alias was moved. */
  readonly moving: ReadonlySet<number> | null;
  readonly onlyErrors: ReadonlySet<number>;
}

function failures(aliases: ReliabilityReadings['aliases']): Found<Failures> {
  const gap = firstGap(aliases.flatMap(({ invocations, failed }) => [invocations, failed]));
  if (gap !== null) return { value: null, sample: 0, gap, basis: '' };
  const invoked = sumOf(aliases.map(({ invocations }) => invocations.value!));
  if (invoked === 0) return { value: null, sample: 0, gap, basis: 'Nothing was invoked through an alias.' };
  const unknown = firstGap(aliases.map(({ moves }) => moves));
  const times = aliases.flatMap(({ failed, moves }) =>
    failed.value!.map((time) => ({ time, moves: moves.value ?? [] })),
  );
  const minutes = (which: typeof times) => new Set(which.flatMap(({ time }) => minutesOf(time)));
  const moves = sumOf(aliases.map((each) => each.moves.value?.length ?? 0));
  const coarse = times.some(({ time }) => time.ms > MINUTE_MS);
  const late = coarse ? ' What is older than 15 days CloudWatch tells by five minutes, than 63 days by the hour.' : '';
  return {
    value: {
      moving:
        unknown === null ? minutes(times.filter((each) => each.moves.some((move) => overlap(move, each.time)))) : null,
      onlyErrors: minutes(times.filter(({ time }) => time.errors >= time.invocations)),
    },
    sample: invoked,
    gap: unknown,
    basis: `${plural(invoked, 'invocation')}, ${plural(moves, 'move')} of ${plural(aliases.length, 'alias', 'aliases')}, failures by the minute.${late}`,
  };
}

function overlap({ fromMs, toMs }: Span, { at, ms }: FailedTime): boolean {
  return at < toMs && at + ms > fromMs;
}

/** Two aliases that fail in the same minute are one minute of downtime. */
function minutesOf({ at, ms }: FailedTime): readonly number[] {
  return Array.from({ length: ms / MINUTE_MS }, (_, index) => at + index * MINUTE_MS);
}

function firstGap(readings: readonly Reading<unknown>[]): Gap | null {
  return readings.find(({ gap }) => gap !== undefined)?.gap ?? null;
}

function sentences(...all: readonly string[]): string {
  return all.filter((each) => each !== '').join(' ');
}

const over = (part: number, whole: number) => (whole === 0 ? null : part / whole);
