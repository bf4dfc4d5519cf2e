import type { Queue, Queues } from '../aws/ports/queues.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { settled } from '../usage/settled.ts';

/** One dead-letter queue, as `dlq list` tells it. */
export interface DeadLetterQueue {
  readonly service: string;
  readonly dlq: string;
  /** The queues whose dead letters go here. */
  readonly source: readonly string[];
  readonly fifo: boolean;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Of the oldest that CloudWatch counts, since its arrival here; null when the queue is empty or it does not know. */
  readonly oldestAgeSeconds: number | null;
  readonly retentionSeconds: number;
  /** Of the source queue; null without one. */
  readonly maxReceiveCount: number | null;
  /**
   * SQS drops the first message at this time at the latest, ISO 8601; null when the queue is empty or it is not known.
   * Only a look at the messages tells the time itself.
   */
  readonly expiresAtLatest: string | null;
  /** The longest retention of the source queues, seconds; null without one. */
  readonly sourceRetentionSeconds: number | null;
  /** What AWS does not let be asked, a sentence each, with the IAM action. */
  readonly unread: readonly string[];
}

/** Sources whose settings are read, at most. */
const MOST_SOURCES = 5;

export async function describeDeadLetterQueue(
  queues: Queues,
  service: { readonly name: string; readonly dlq: string; readonly queue?: string | undefined },
  now: () => number,
): Promise<DeadLetterQueue> {
  const queue = await queues.describe(service.dlq);
  const { visible, inFlight, delayed, retentionSeconds } = queue.attributes;
  const [source, age] = await Promise.all([
    sourcesOf(queues, queue, service.queue),
    visible + inFlight === 0 ? null : settled(() => queues.oldestAgeSeconds(queue)),
  ]);
  // The metric passes over messages received three times or more, as dead letters are: then it says 0 of a full queue.
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
  const oldestAgeSeconds = age?.value || null;
  const sources = await Promise.all(source.names.slice(0, MOST_SOURCES).map((name) => queues.describe(name)));
  return {
    service: service.name,
    dlq: queue.name,
    source: source.names,
    fifo: queue.fifo,
    visible,
    inFlight,
    delayed,
    oldestAgeSeconds,
    retentionSeconds,
    maxReceiveCount: sources[0]?.attributes.redrive?.maxReceiveCount ?? null,
    expiresAtLatest: expiresAtLatest(oldestAgeSeconds, retentionSeconds, now()),
    sourceRetentionSeconds:
      sources.length === 0 ? null : Math.max(...sources.map(({ attributes }) => attributes.retentionSeconds)),
    unread: [
      ...(source.unread === null ? [] : [`whether other queues send their dead letters there too: ${source.unread}`]),
      ...(age?.gap === undefined ? [] : [`the age of its oldest message: ${age.gap.message}`]),
    ],
  };
}

/**
 * The age of the oldest message on a dead-letter queue counts from its arrival there. Its retention does so on FIFO; on
 * a standard queue it began with the first send, before that. And the oldest of those that the metric counts need not be
 * the oldest of all. So the first message is gone by then, perhaps long before.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
 */
function expiresAtLatest(oldestAgeSeconds: number | null, retentionSeconds: number, now: number): string | null {
  if (oldestAgeSeconds === null) return null;
  return new Date(now + (retentionSeconds - oldestAgeSeconds) * 1000).toISOString();
}

/**
 * On a standard queue a message keeps its first date: unless the dead-letter queue keeps longer than every source, it
 * may be dropped soon after its arrival, or at once.
 */
export function keepsTooShort(queue: DeadLetterQueue): boolean {
  return !queue.fifo && queue.sourceRetentionSeconds !== null && queue.retentionSeconds <= queue.sourceRetentionSeconds;
}

/** What is answered where the operation is not allowed, or not known (some emulators). */
const NOT_ANSWERED = new Set(['AccessDenied', 'InvalidAction', 'UnsupportedOperation', 'UnknownOperationException']);

/** The queues that AWS knows as sources; where it does not say, the configured one if it really sends its dead letters here. */
async function sourcesOf(
  queues: Queues,
  dlq: Queue,
  configured: string | undefined,
): Promise<{ readonly names: readonly string[]; readonly unread: string | null }> {
  try {
    return { names: await queues.sourcesOf(dlq), unread: null };
  } catch (cause) {
    if (!(cause instanceof CvopsError) || !NOT_ANSWERED.has(cause.code) || configured === undefined) throw cause;
    const source = await queues.describe(configured);
    const names = source.attributes.redrive?.deadLetterTargetArn === dlq.arn ? [source.name] : [];
    return { names, unread: cause.code === 'AccessDenied' ? cause.message : null };
  }
}

/**
 * Where the dead letters came from: the queue named, else the only one that AWS knows as a source.
 * @throws CvopsError `QueueNotFound`, `SourceUnknown`.
 */
export async function sourceOf(queues: Queues, dlq: Queue, named: string | undefined): Promise<Queue> {
  if (named !== undefined) return queues.describe(named);
  const sources = await queues.sourcesOf(dlq);
  if (sources.length === 1) return queues.describe(sources[0]!);
  throw new CvopsError(
    'SourceUnknown',
    ExitCode.setup,
    sources.length === 0
      ? `no queue sends its dead letters to "${dlq.name}".`
      : `more than one queue sends its dead letters to "${dlq.name}": ${sources.join(', ')}.`,
    { hint: 'name the queue with --to, or give the service a queue in the configuration.' },
  );
}
