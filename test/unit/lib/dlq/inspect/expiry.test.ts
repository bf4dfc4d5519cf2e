import { describe, expect, test } from 'vitest';
import type { Queue, ReceivedMessage } from '../../../../../src/lib/aws/ports/queues.ts';
import { expiryOf } from '../../../../../src/lib/dlq/inspect/expiry.ts';

const SENT = Date.UTC(2026, 7, 7, 12);
const DAY = 86_400_000;
const SOURCE = 'arn:aws:sqs:us-east-1:000000000000:live';

const queue = (fifo: boolean) => ({ fifo, attributes: { retentionSeconds: 4 * 86_400 } }) as unknown as Queue;
const message = (system: Record<string, string>) => ({ system }) as unknown as ReceivedMessage;
const moved = message({ SentTimestamp: String(SENT), DeadLetterQueueSourceArn: SOURCE });
const sentHere = message({ SentTimestamp: String(SENT) });

describe('the expiry of a dead letter', () => {
  test('counts from the first send on a standard queue, whenever it moved', () => {
    expect(expiryOf(moved, queue(false), SENT + 3 * DAY)).toEqual({ at: SENT + 4 * DAY, basis: 'exact' });
  });

  test('on FIFO is not before the send and the last failure together with the retention', () => {
    expect(expiryOf(moved, queue(true))).toEqual({ at: SENT + 4 * DAY, basis: 'earliest' });
    expect(expiryOf(moved, queue(true), SENT + 3 * DAY)).toEqual({ at: SENT + 7 * DAY, basis: 'earliest' });
    expect(expiryOf(moved, queue(true), SENT - DAY)).toEqual({ at: SENT + 4 * DAY, basis: 'earliest' });
  });

  test('on FIFO is exact for what was sent to the dead-letter queue itself', () => {
    expect(expiryOf(sentHere, queue(true), SENT + DAY)).toEqual({ at: SENT + 4 * DAY, basis: 'exact' });
  });

  test('is unknown where SQS does not say when the message was sent', () => {
    expect(expiryOf(message({}), queue(false))).toBeNull();
    expect(expiryOf(message({ SentTimestamp: 'soon' }), queue(true))).toBeNull();
  });
});
