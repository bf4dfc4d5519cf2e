import type { BatchResult, Queue, Queues, SentMessage } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import { backoffMs, expected, isFatal, isPassing, isThrottling } from './call-failure.ts';
import type { Chosen } from './chosen.ts';
import type { MessageIdSet } from './message-id-set.ts';
import type { SendRate } from './send-rate.ts';

/** `failed` is certain: no copy was delivered. After `unknown` a copy may have arrived. */
export type SendOutcome =
  | {
      readonly kind: 'sent';
      readonly chosen: Chosen;
      readonly newId: string;
      readonly sequence: string | null;
      /** An earlier try may have arrived too. */
      readonly repeated: boolean;
    }
  | {
      readonly kind: 'failed' | 'suppressed' | 'unknown' | 'uncertain';
      readonly chosen: Chosen;
      readonly code: string;
      readonly message: string;
    };

export interface SendContext {
  readonly queues: Queues;
  readonly target: Queue;
  readonly clock: Clock;
  readonly rate: SendRate;
  /** Ids that copies of this run got; a send that answers one of them was swallowed. */
  readonly newIds: MessageIdSet;
  /** Last sequence number of each group of the target that this run was given. */
  readonly sequences: Map<string, string>;
  readonly resendUncertain: boolean;
  onThrottled(): void;
}

const MOST_TRIES = 6;

/**
 * A deduplication id is remembered for five minutes; half a minute stays clear of it, for clocks and slow calls.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
 */
const SAFE_RETRY_MS = 270_000;

/**
 * Sends a batch until each entry is settled: proven sent, refused, or unknown after retries. On FIFO a retry carries the same
 * deduplication id and is swallowed when the first try arrived. `settle` is called with what is known after each try.
 * @throws CvopsError after settling, for what no other message would survive either (permissions, a queue that is gone).
 */
export async function sendProven(
  context: SendContext,
  batch: readonly Chosen[],
  settle: (outcomes: readonly SendOutcome[]) => Promise<void>,
  /** Those of which a copy may have arrived already. */
  blurred: Set<Chosen> = new Set(),
): Promise<void> {
  let pending = batch;
  /** By a try of this run whose answer was lost, or by one of an earlier run. */
  const mayHaveArrived = (chosen: Chosen) => blurred.has(chosen) || chosen.triedBefore;
  for (let tries = 1; pending.length > 0; tries++) {
    const late = pending.filter((chosen) => isLate(context, chosen));
    if (late.length > 0) {
      await settle(late.map((chosen) => uncertain(chosen)));
      pending = pending.filter((chosen) => !late.includes(chosen));
      if (pending.length === 0) return;
    }
    let results: readonly BatchResult<SentMessage>[];
    try {
      results = await context.queues.send(
        context.target,
        pending.map((chosen) => chosen.copy),
      );
    } catch (cause) {
      const error = expected(cause);
      const lost = (chosen: Chosen): SendOutcome => ({
        kind: mayHaveArrived(chosen) ? 'unknown' : 'failed',
        chosen,
        code: error.code,
        message: error.message,
      });
      if (isPassing(error)) {
        if (isThrottling(error.code)) throttled(context);
        else for (const chosen of pending) blurred.add(chosen);
        if (tries >= MOST_TRIES) return settle(pending.map(lost));
        await context.clock.sleep(backoffMs(tries));
        continue;
      }
      if (isFatal(error)) {
        await settle(pending.map(lost));
        throw error;
      }
      if (pending.length === 1) return settle(pending.map(lost));
      // The whole batch was refused, perhaps for one of its entries: each on its own tells which.
      for (const chosen of pending) await sendProven(context, [chosen], settle, blurred);
      return;
    }
    const again: Chosen[] = [];
    const outcomes: SendOutcome[] = [];
    results.forEach((result, index) => {
      const chosen = pending[index]!;
      if (result.ok) {
        outcomes.push(proof(context, chosen, result, mayHaveArrived(chosen)));
        return;
      }
      if (!result.senderFault) {
        // Whatever its code: what failed on the side of SQS may be done all the same.
        if (isThrottling(result.code)) throttled(context);
        else blurred.add(chosen);
        if (tries < MOST_TRIES) {
          again.push(chosen);
          return;
        }
      }
      const kind = mayHaveArrived(chosen) ? 'unknown' : 'failed';
      outcomes.push({ kind, chosen, code: result.code, message: result.message });
    });
    if (outcomes.length > 0) await settle(outcomes);
    pending = again;
    if (pending.length > 0) await context.clock.sleep(backoffMs(tries));
  }
}

/** On FIFO, sending again after the deduplication window could deliver twice. */
function isLate(context: SendContext, chosen: Chosen): boolean {
  return (
    context.target.fifo &&
    !context.resendUncertain &&
    chosen.firstTry !== null &&
    context.clock.now() - chosen.firstTry > SAFE_RETRY_MS
  );
}

function uncertain(chosen: Chosen): SendOutcome {
  return {
    kind: 'uncertain',
    chosen,
    code: 'Uncertain',
    message: `a copy may have arrived at ${new Date(chosen.firstTry!).toISOString()}; the deduplication window has passed`,
  };
}

function throttled(context: SendContext): void {
  context.rate.throttled(context.clock.now());
  context.onThrottled();
}

/**
 * The copy is proven equal by its MD5s, and new by its id and sequence number: a swallowed send answers the id and
 * sequence number of the send that it repeats.
 */
function proof(context: SendContext, chosen: Chosen, sent: SentMessage, repeated: boolean): SendOutcome {
  if (sent.md5OfBody !== chosen.md5OfBody || differs(sent.md5OfAttributes, chosen.md5OfAttributes)) {
    const message = `the target holds a copy (${sent.messageId}) whose MD5 differs from the dead letter's`;
    return { kind: 'unknown', chosen, code: 'ChecksumMismatch', message };
  }
  const lane = chosen.lane ?? '';
  const last = context.target.fifo ? context.sequences.get(lane) : undefined;
  const stale = last !== undefined && sent.sequenceNumber !== null && !rises(last, sent.sequenceNumber);
  if (context.newIds.has(sent.messageId) || stale) {
    const message = `the target took it for a duplicate of ${sent.messageId}, which was sent before`;
    return { kind: 'suppressed', chosen, code: 'Suppressed', message };
  }
  context.newIds.add(sent.messageId);
  if (context.target.fifo && sent.sequenceNumber !== null) remember(context.sequences, lane, sent.sequenceNumber);
  return { kind: 'sent', chosen, newId: sent.messageId, sequence: sent.sequenceNumber, repeated };
}

/** The groups of the last sends: a queue may have millions. */
const MOST_SEQUENCES = 20_000;

function remember(sequences: Map<string, string>, lane: string, sequence: string): void {
  sequences.delete(lane);
  sequences.set(lane, sequence);
  if (sequences.size <= MOST_SEQUENCES) return;
  const [oldest] = sequences.keys();
  sequences.delete(oldest!);
}

function differs(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a !== b;
}

/** Sequence numbers are decimal and too long for a number. */
function rises(from: string, to: string): boolean {
  return to.length === from.length ? to > from : to.length > from.length;
}
