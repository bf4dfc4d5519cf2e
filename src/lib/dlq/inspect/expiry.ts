import type { Queue, ReceivedMessage } from '../../aws/ports/queues.ts';
import { sentTimestamp } from '../dead-letter.ts';

/** When SQS drops a message. */
export interface Expiry {
  /** ms since the epoch. */
  readonly at: number;
  /** `exact`; or `earliest`: it may live longer, not shorter. */
  readonly basis: 'exact' | 'earliest';
}

/**
 * When SQS drops a dead letter; null when SQS does not say when it was sent.
 *
 * On a standard queue the retention counts from the first send, whatever queue the message is in now. On FIFO it starts
 * again with the move to the dead-letter queue, whose time no attribute is documented to hold: whether SentTimestamp is
 * set again is not written anywhere. The move came after the send and after each failure that the function logged, so
 * the later of them gives an end that is never too late.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
 * @param lastFailureAt the last failure that the log holds, ms; null where it is not known.
 */
export function expiryOf(message: ReceivedMessage, dlq: Queue, lastFailureAt: number | null = null): Expiry | null {
  const sentAt = sentTimestamp(message);
  if (sentAt === null || !Number.isFinite(sentAt)) return null;
  const retentionMs = dlq.attributes.retentionSeconds * 1000;
  // Only a message that SQS itself moved here names its source; any other was sent here.
  const moved = message.system['DeadLetterQueueSourceArn'] !== undefined;
  if (!dlq.fifo || !moved) return { at: sentAt + retentionMs, basis: 'exact' };
  return { at: Math.max(sentAt, lastFailureAt ?? 0) + retentionMs, basis: 'earliest' };
}
