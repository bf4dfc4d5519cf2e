import type { Queue, Queues } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import { awaitVerdict, VERDICT_SCAN_LIMIT } from '../replay/await-verdict.ts';
import type { ReplayEvent } from '../replay/replay-event.ts';
import type { Verified } from '../replay/replay-result.ts';
import { verdictDeadline } from '../replay/verify.ts';
import { scanQueue } from '../scan-queue.ts';

export interface VerifyMovedOptions {
  readonly queues: Queues;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly dlq: Queue;
  /** Where the messages went. */
  readonly targets: readonly Queue[];
  /** About how many were moved. */
  readonly moved: number;
  /** When the task began, ms since the epoch by AWS's clock. */
  readonly startedAt: number;
  /** How long it took at most, ms; counted by one clock, so that a wrong one does no harm. */
  readonly lastedMs: number;
  /** When it was known to have ended, ms since the epoch by our clock. */
  readonly endedAt: number;
  /** Longest wait, ms; null waits until the verdict can be known. */
  readonly waitMs: number | null;
}

/** AWS's servers agree with each other to within this, ms. */
const MARGIN_MS = 5_000;

/**
 * The verdict of a move task. Its copies have new ids that nobody is told, so they cannot be matched one by one. What can be
 * known: once the targets stayed empty, or the time in which a failing message comes back has passed, whatever failed
 * again is in the dead-letter queue, came from a target, and was sent while the task ran. None there proves that none came back; some
 * there are an upper bound, as a live message of that time looks the same.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 */
export async function* verifyMoved(options: VerifyMovedOptions): AsyncGenerator<ReplayEvent, Verified, undefined> {
  // What fails there goes to another queue: nothing seen here would prove anything.
  const blind = options.targets.some(({ attributes: { redrive } }) => failsElsewhere(redrive, options.dlq.arn));
  // What was seen there once has come back, also when a later look does not see it.
  const returned = new Set<string>();
  const verified = yield* awaitVerdict({
    ...options,
    sent: options.moved,
    deadline: blind ? null : latest(options.targets.map((target) => verdictDeadline(target, options.endedAt))),
    waitMs: blind ? 0 : options.waitMs,
    async judge({ settled, due }) {
      const certain = !blind && (settled || due) && (await lookForReturned(options, returned));
      return { returned, basis: !certain ? 'none' : due ? 'deadline' : 'drained', processed: 0 };
    },
  });
  return { ...verified, approximate: true };
}

/** Adds what may be copies that came back. @returns whether nothing in the dead-letter queue was hidden */
async function lookForReturned(
  { queues, clock, signal, ...options }: VerifyMovedOptions,
  returned: Set<string>,
): Promise<boolean> {
  const dlq = await queues.describe(options.dlq.url);
  const from = options.startedAt - MARGIN_MS;
  // A standard queue's message keeps its time of sending on the way to the dead-letter queue, a FIFO queue's gets a new one.
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
  const to = dlq.fifo ? Number.POSITIVE_INFINITY : options.startedAt + options.lastedMs + MARGIN_MS;
  const sources = new Set(options.targets.map(({ arn }) => arn));
  const { complete } = await scanQueue({
    queues,
    queue: dlq,
    clock,
    signal,
    limit: VERDICT_SCAN_LIMIT,
    onMessage: ({ messageId, system }) => {
      const sentAt = Number(system['SentTimestamp']);
      const source = system['DeadLetterQueueSourceArn'];
      if (source !== undefined && sources.has(source) && sentAt >= from && sentAt <= to) returned.add(messageId);
    },
  });
  return complete;
}

/** Null as soon as one is: a target without a dead-letter queue never tells. */
function latest(times: readonly (number | null)[]): number | null {
  return times.reduce((one, other) => (one === null || other === null ? null : Math.max(one, other)), 0);
}

/** Without a dead-letter queue a failing message stays where it is, so an empty target tells; with another one it does not. */
function failsElsewhere(redrive: Queue['attributes']['redrive'], dlqArn: string): boolean {
  return redrive !== null && redrive.deadLetterTargetArn !== dlqArn;
}
