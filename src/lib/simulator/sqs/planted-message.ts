import type { MessageContent } from './message.ts';
import { type MessageAttributes, readMessageAttributes, sizeOfAttributes } from './message-attributes.ts';

/**
 * A message as a test or a control request puts it into a queue: as if it had come there on its way through other
 * queues. Nothing is deduplicated and nothing counted as sent.
 */
export interface PlantedMessage {
  readonly body: string;
  /** Default: a new UUID. */
  readonly messageId?: string;
  readonly attributes?: MessageAttributes;
  readonly groupId?: string;
  /** Default on FIFO: the message id, as after a move to a dead-letter queue. */
  readonly deduplicationId?: string;
  readonly traceHeader?: string;
  /** ARN of the queue that it died in: `DeadLetterQueueSourceArn`. */
  readonly deadLetterSource?: string;
  /** `ApproximateReceiveCount` so far; default 0. */
  readonly receiveCount?: number;
  /** `SentTimestamp`, simulated ms since the epoch; default now. Retention of a standard queue counts from it. */
  readonly sentAt?: number;
  /** Simulated ms since the epoch; default `sentAt` where it was received before. */
  readonly firstReceivedAt?: number;
}

/** What the queue keeps of it. Throws ApiError for attributes that SQS would refuse. */
export function plantedContent(
  planted: PlantedMessage,
  fifo: boolean,
  uuid: () => string,
  now: number,
): MessageContent {
  const id = planted.messageId ?? uuid();
  const attributes = readMessageAttributes(planted.attributes);
  return {
    id,
    body: planted.body,
    size: Buffer.byteLength(planted.body) + (attributes === undefined ? 0 : sizeOfAttributes(attributes)),
    attributes,
    traceHeader: planted.traceHeader,
    groupId: planted.groupId ?? (fifo ? 'default' : undefined),
    deduplicationId: planted.deduplicationId ?? (fifo ? id : undefined),
    deadLetterSource: planted.deadLetterSource,
    sentAt: planted.sentAt ?? now,
  };
}
