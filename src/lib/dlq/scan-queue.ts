import type { Queue, Queues, ReceivedMessage } from '../aws/ports/queues.ts';
import type { Clock } from '../clock.ts';
import { VisibilityKeeper } from './visibility-keeper.ts';

export interface ScanOptions {
  readonly queues: Queues;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The scan ends after this many messages. */
  readonly limit: number;
  /** Called once for each message; twins of at-least-once delivery are dropped. */
  readonly onMessage: (message: ReceivedMessage) => void;
  /** Seconds that the messages are hidden at a time while the scan lasts; default 60. */
  readonly visibilitySeconds?: number;
  /** Empty long polls in a row that end the scan; default 3. */
  readonly emptyPolls?: number;
  /** Seconds of each long poll; default 1. */
  readonly waitSeconds?: number;
  /** Receives in parallel; default 4. */
  readonly concurrency?: number;
}

export interface ScanResult {
  readonly scanned: number;
  /** Whether everything in the queue was seen. */
  readonly complete: boolean;
  /** About how many messages were not seen. */
  readonly hidden: number;
  readonly receives: number;
  /** Messages that could not be given back at once; they show up again when their visibility ends. */
  readonly notGivenBack: number;
}

/**
 * Looks at the messages of a queue and gives all of them back, also on abort or error. The end is several empty long
 * polls in a row: short polls miss messages and counts are approximate. On FIFO a message that is looked at locks
 * its group, and a receive returns at most ten of one, so the rest of a longer group cannot be seen: `complete` is false.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export async function scanQueue(options: ScanOptions): Promise<ScanResult> {
  const { queues, queue, clock, signal, limit } = options;
  const keeper = new VisibilityKeeper({ queues, queue, clock, seconds: options.visibilitySeconds ?? 60 });
  const emptyPolls = options.emptyPolls ?? 3;
  const waitSeconds = options.waitSeconds ?? 1;
  const seen = new Set<string>();
  let receives = 0;
  let empties = 0;
  let flying = 0;

  const look = async () => {
    while (!signal.aborted && seen.size + flying < limit && empties < emptyPolls) {
      const max = Math.min(10, limit - seen.size - flying);
      flying += max;
      const askedAt = clock.now();
      try {
        // Not given the signal: an answer that is thrown away would leave its messages hidden.
        const messages = await queues.receive(queue, { max, waitSeconds, visibilitySeconds: keeper.seconds });
        receives++;
        empties = messages.length === 0 ? empties + 1 : 0;
        for (const message of messages) {
          keeper.hold(message, askedAt);
          if (seen.has(message.messageId)) continue;
          seen.add(message.messageId);
          options.onMessage(message);
        }
      } finally {
        flying -= max;
      }
    }
  };

  let notGivenBack = 0;
  try {
    const lookers = Math.max(1, Math.min(options.concurrency ?? 4, Math.ceil(queue.attributes.visible / 10)));
    const results = await Promise.allSettled(Array.from({ length: lookers }, look));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } finally {
    notGivenBack = await keeper.giveBack();
  }
  const expected = queue.attributes.visible + queue.attributes.inFlight + queue.attributes.delayed;
  const hidden = Math.max(0, expected - seen.size);
  return {
    scanned: seen.size,
    complete: empties >= emptyPolls && hidden === 0,
    hidden,
    receives,
    notGivenBack,
  };
}
