import type { MessageAttribute, OutgoingMessage, ReceivedMessage } from '../aws/ports/queues.ts';

/** What filters, lists and exports see of a message. */
export interface DeadLetter {
  readonly messageId: string;
  readonly groupId: string | null;
  /** The body, parsed when it is JSON, else the text. */
  readonly body: unknown;
  /** Message attributes: strings, numbers, and binary ones in base64. */
  readonly attributes: Readonly<Record<string, string | number>>;
  /** When the producer sent it; ISO 8601, or null when SQS does not say. */
  readonly sentAt: string | null;
  readonly receiveCount: number;
}

export function deadLetter(message: ReceivedMessage): DeadLetter {
  const sentAt = sentTimestamp(message);
  return {
    messageId: message.messageId,
    groupId: groupOf(message),
    body: parsedBody(message.body),
    attributes: Object.fromEntries(
      Object.entries(message.attributes).map(([name, value]) => [name, plainAttribute(value)]),
    ),
    sentAt: sentAt === null ? null : new Date(sentAt).toISOString(),
    receiveCount: Number(message.system['ApproximateReceiveCount'] ?? 0),
  };
}

export function groupOf(message: ReceivedMessage): string | null {
  return message.system['MessageGroupId'] ?? null;
}

/** `SentTimestamp` in ms since the epoch, or null. */
export function sentTimestamp(message: ReceivedMessage): number | null {
  const raw = message.system['SentTimestamp'];
  return raw === undefined ? null : Number(raw);
}

export function parsedBody(body: string): unknown {
  const first = body.trimStart()[0];
  if (first !== '{' && first !== '[') return body;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/**
 * The copy that a replay sends. Its deduplication id is explicit and derived from the dead letter alone: content-based
 * deduplication would swallow the second of two equal bodies, while this one swallows only a second copy of the same
 * dead letter, whoever sends it. A copy that fails again comes back under a new MessageId and so gets a new id.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
 */
export function copyOf(message: ReceivedMessage, targetIsFifo: boolean): OutgoingMessage {
  const groupId = groupOf(message);
  const traceHeader = message.system['AWSTraceHeader'];
  return {
    body: message.body,
    attributes: message.attributes,
    // On a standard queue the group id is the tenant key of fair queues: it is kept too.
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
    ...(groupId === null ? {} : { groupId }),
    ...(targetIsFifo ? { deduplicationId: `cvops-${message.messageId}` } : {}),
    ...(traceHeader === undefined ? {} : { traceHeader }),
  };
}

/**
 * Bytes that count against the limits of a message and of a batch: body plus names, types and values of attributes.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
export function messageBytes(message: Pick<OutgoingMessage, 'body' | 'attributes'>): number {
  let bytes = Buffer.byteLength(message.body);
  for (const name in message.attributes) {
    const value = message.attributes[name]!;
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value.dataType);
    bytes += value.binaryValue?.byteLength ?? Buffer.byteLength(value.stringValue ?? '');
  }
  return bytes;
}

function plainAttribute(value: MessageAttribute): string | number {
  if (value.binaryValue !== undefined) return Buffer.from(value.binaryValue).toString('base64');
  const text = value.stringValue ?? '';
  return value.dataType.startsWith('Number') && text !== '' && String(Number(text)) === text ? Number(text) : text;
}
