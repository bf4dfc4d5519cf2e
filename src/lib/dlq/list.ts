import type { Queue, Queues } from '../aws/ports/queues.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';

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
  /** Since its arrival here; null when the queue is empty or CloudWatch does not know. */
  readonly oldestAgeSeconds: number | null;
  readonly retentionSeconds: number;
  /** Of the source queue; null without one. */
  readonly maxReceiveCount: number | null;
}

export async function describeDeadLetterQueue(
  queues: Queues,
  service: { readonly name: string; readonly dlq: string; readonly queue?: string | undefined },
): Promise<DeadLetterQueue> {
  const queue = await queues.describe(service.dlq);
  const { visible, inFlight, delayed, retentionSeconds } = queue.attributes;
  const [source, oldestAgeSeconds] = await Promise.all([
    sourcesOf(queues, queue, service.queue),
    visible + inFlight === 0 ? null : queues.oldestAgeSeconds(queue),
  ]);
  const first = source[0] === undefined ? null : await queues.describe(source[0]);
  return {
    service: service.name,
    dlq: queue.name,
    source,
    fifo: queue.fifo,
    visible,
    inFlight,
    delayed,
    oldestAgeSeconds,
    retentionSeconds,
    maxReceiveCount: first?.attributes.redrive?.maxReceiveCount ?? null,
  };
}

/** What is answered where the operation is not allowed, or not known (some emulators). */
const NOT_ANSWERED = new Set(['AccessDenied', 'InvalidAction', 'UnsupportedOperation', 'UnknownOperationException']);

/** The queues that AWS knows as sources; where it does not say, the configured one if it really sends its dead letters here. */
async function sourcesOf(queues: Queues, dlq: Queue, configured: string | undefined): Promise<readonly string[]> {
  try {
    return await queues.sourcesOf(dlq);
  } catch (cause) {
    if (!(cause instanceof CvopsError) || !NOT_ANSWERED.has(cause.code) || configured === undefined) throw cause;
    const source = await queues.describe(configured);
    return source.attributes.redrive?.deadLetterTargetArn === dlq.arn ? [source.name] : [];
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
