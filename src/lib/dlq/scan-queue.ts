import type { Queue, Queues, ReceivedMessage } from '../aws/ports/queues.ts';
import type { Clock } from '../clock.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { CutGroups } from './cut-groups.ts';
import { groupOf } from './dead-letter.ts';
import { queueDepth } from './queue-depth.ts';
import { VisibilityKeeper } from './visibility-keeper.ts';

export interface ScanOptions {
  readonly queues: Queues;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The scan ends after this many messages. */
  readonly limit: number;
  /** Called once for each message; twins of at-least-once delivery are dropped. `stop` ends the scan. */
  readonly onMessage: (message: ReceivedMessage) => unknown;
  /** Told of messages that could not be given back, also when the scan fails, and when they show up again (ms). */
  readonly onLeftHidden?: ((count: number, visibleAgainAt: number) => void) | undefined;
  /** Seconds that the messages are hidden at a time while the scan lasts; default 60, more for deep queues. */
  readonly visibilitySeconds?: number;
  /** Empty long polls in a row that end the scan; default 3. */
  readonly emptyPolls?: number | undefined;
  /** Seconds of each long poll; default 1. */
  readonly waitSeconds?: number | undefined;
  /** Receives in parallel; default 4, and 8 for deep queues. */
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
  /** When the last of them shows up again, ms since the epoch; null when all were given back. */
  readonly visibleAgainAt: number | null;
  /** How often the scan received one and the same message, at most: what it added to a receive count. */
  readonly receivesAdded: number;
  /** FIFO groups of which more may be hidden behind the ones that were seen. */
  readonly cutGroups: readonly string[];
  /** The queue lets no more messages be in flight. */
  readonly inFlightLimit: boolean;
}

const DEEP = 1_000;
const LONGEST_VISIBILITY_SECONDS = 600;

/**
 * Looks at the messages of a queue and gives all of them back, also on abort or error. The end is several empty long
 * polls in a row: short polls miss messages and counts are approximate. On FIFO a message that is looked at locks
 * its group, and a receive returns at most ten of one: groups of up to ten are seen whole, in order. Of a longer one the
 * rest cannot be seen: `complete` is false.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export async function scanQueue(options: ScanOptions): Promise<ScanResult> {
  const { queues, queue, clock, signal, limit } = options;
  const { visible } = queue.attributes;
  const keeper = new VisibilityKeeper({
    queues,
    queue,
    clock,
    seconds: options.visibilitySeconds ?? holdSeconds(queue, limit),
  });
  const emptyPolls = options.emptyPolls ?? 3;
  const waitSeconds = options.waitSeconds ?? 1;
  const most = options.concurrency ?? (visible > DEEP ? 8 : 4);
  const seen = new Set<string>();
  /** How often each message came. */
  const received = new Map<string, number>();
  const cut = new CutGroups();
  /** Groups that were given back to be received whole; null while everything is looked for. */
  let awaited: Set<string> | null = null;
  let receives = 0;
  let empties = 0;
  let flying = 0;
  let ended = false;
  let inFlightLimit = false;

  const take = (messages: readonly ReceivedMessage[], askedAt: number) => {
    // All are held before any is looked at: what throws must not leave the others hidden.
    for (const message of messages) {
      keeper.hold(message, askedAt);
      keeper.relax(message.messageId);
      received.set(message.messageId, (received.get(message.messageId) ?? 0) + 1);
      awaited?.delete(groupOf(message) ?? '');
    }
    for (const message of messages) {
      if (ended || seen.size >= limit || seen.has(message.messageId)) continue;
      seen.add(message.messageId);
      if (options.onMessage(message) === 'stop') ended = true;
    }
  };
  const goesOn = () => {
    const wanted = awaited === null ? seen.size + flying < limit : seen.size < limit && awaited.size > 0;
    return wanted && !signal.aborted && !ended && empties < emptyPolls;
  };
  const look = async () => {
    while (goesOn()) {
      // A group that is looked at again brings what was seen of it, too.
      const max = awaited === null ? Math.min(10, limit - seen.size - flying) : 10;
      flying += max;
      const askedAt = clock.now();
      try {
        // Not given the signal: an answer that is thrown away would leave its messages hidden.
        const messages = await queues.receive(queue, { max, waitSeconds, visibilitySeconds: keeper.seconds });
        receives++;
        empties = messages.length === 0 ? empties + 1 : 0;
        if (queue.fifo) cut.note(messages, max);
        take(messages, askedAt);
      } catch (cause) {
        ended = true;
        // About 120,000 messages may be in flight; SQS answers OverLimit then, on standard queues.
        // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
        if (!(cause instanceof CvopsError) || cause.code !== 'OverLimit') throw cause;
        inFlightLimit = true;
      } finally {
        flying -= max;
      }
    }
  };
  const lookSideBySide = async (lookers: number) => {
    const results = await Promise.allSettled(Array.from({ length: Math.max(1, Math.min(most, lookers)) }, look));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  };
  // All at once and only at the end: one call for ten groups, not one a group. Each receive shows its first group whole, so
  // the cut ones become fewer every time.
  const lookAgainAtCutGroups = async () => {
    // Another receive could move a message on to the next dead-letter queue.
    if (queue.attributes.redrive !== null) return;
    for (let before = Number.POSITIVE_INFINITY; ; ) {
      const groups = cut.openable;
      if (groups.size === 0 || groups.size >= before || signal.aborted || ended || seen.size >= limit) return;
      before = groups.size;
      const free = await keeper.release([...groups.values()].flat());
      awaited = new Set([...groups].filter(([, ids]) => ids.every((id) => free.has(id))).map(([group]) => group));
      empties = 0;
      await lookSideBySide(Math.ceil(free.size / 10));
    }
  };

  let notGivenBack = 0;
  let foundEnd = false;
  try {
    // The polls that find the end go side by side: one after the other they would be most of a small look's time.
    await lookSideBySide(Math.max(emptyPolls, Math.ceil(visible / 10)));
    foundEnd = empties >= emptyPolls;
    await lookAgainAtCutGroups();
  } finally {
    notGivenBack = await keeper.giveBack();
    if (keeper.hiddenUntil !== null) options.onLeftHidden?.(notGivenBack, keeper.hiddenUntil);
  }
  // Who looks and cannot give back hides the messages from all others; a replay would go on and find none.
  if (keeper.refused !== undefined) throw keeper.refused;
  const hidden = Math.max(0, queueDepth(queue) - seen.size);
  return {
    scanned: seen.size,
    complete: foundEnd && hidden === 0,
    hidden,
    receives,
    notGivenBack,
    visibleAgainAt: keeper.hiddenUntil,
    receivesAdded: Math.max(0, ...new Set(received.values())),
    cutGroups: hidden === 0 ? [] : cut.all,
    inFlightLimit,
  };
}

/** Long enough that a scan of an ordinary queue needs no extension; short enough that a killed one does not hide them long. */
function holdSeconds({ attributes }: Queue, limit: number): number {
  return Math.min(LONGEST_VISIBILITY_SECONDS, 60 + Math.ceil(Math.min(attributes.visible, limit) / 100));
}
