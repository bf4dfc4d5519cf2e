import type { PolledMessage } from '../kernel/region.ts';
import { type EventPattern, matchesPattern } from './event-filter.ts';

/** One message as a handler sees it (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event). */
export interface QueueRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, unknown>>;
  readonly md5OfMessageAttributes: string | null;
  readonly md5OfBody: string;
  readonly eventSource: 'aws:sqs';
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

/** The attributes that Lambda hands on, in its order; the last ones exist only where the message has them. */
const ATTRIBUTES: readonly string[] = [
  'ApproximateReceiveCount',
  'AWSTraceHeader',
  'SentTimestamp',
  'SequenceNumber',
  'MessageGroupId',
  'SenderId',
  'MessageDeduplicationId',
  'ApproximateFirstReceiveTimestamp',
  'DeadLetterQueueSourceArn',
];

export function queueRecord(message: PolledMessage, queueArn: string, region: string): QueueRecord {
  const attributes: Record<string, string> = {};
  for (const name of ATTRIBUTES) {
    const value = message.attributes[name];
    if (value !== undefined) attributes[name] = value;
  }
  const messageAttributes: Record<string, unknown> = {};
  for (const [name, attribute] of Object.entries(message.messageAttributes)) {
    messageAttributes[name] = {
      ...(attribute.StringValue !== undefined && { stringValue: attribute.StringValue }),
      ...(attribute.BinaryValue !== undefined && { binaryValue: attribute.BinaryValue }),
      stringListValues: [],
      binaryListValues: [],
      dataType: attribute.DataType,
    };
  }
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes,
    messageAttributes,
    md5OfMessageAttributes: message.md5OfMessageAttributes ?? null,
    md5OfBody: message.md5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}

/**
 * Whether one of the patterns takes a record. A pattern for fields of the body needs a JSON body, a pattern for the
 * body as text needs one that is not JSON; anything else is dropped
 * (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html).
 */
export function isWanted(record: QueueRecord, patterns: readonly EventPattern[]): boolean {
  if (patterns.length === 0) return true;
  const json = readJson(record.body);
  return patterns.some((pattern) => {
    const rule = pattern['body'];
    if (rule === undefined) return matchesPattern(pattern, record);
    if (Array.isArray(rule)) return json === undefined && matchesPattern(pattern, record);
    // A body that is not JSON has no fields, so nothing below `body` matches it.
    return matchesPattern(pattern, { ...record, body: json });
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
