import { ARCHIVE_KIND, type ArchivedMessage } from '../dlq/archive/archived-message.ts';

/**
 * An exported dead letter as the function would be given it: an event of SQS with this one record. Anything else stays as
 * it is.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
 */
export function asEvent(value: unknown): unknown {
  if (!isArchived(value)) return value;
  const arn = value.deadLetterQueueSourceArn ?? value.queueArn ?? '';
  const time = (iso: string | null | undefined) => (iso ? String(Date.parse(iso)) : undefined);
  const attributes = {
    ApproximateReceiveCount: '1',
    AWSTraceHeader: value.traceHeader,
    SentTimestamp: time(value.sentAt),
    SequenceNumber: value.sequenceNumber,
    MessageGroupId: value.groupId,
    SenderId: value.senderId,
    MessageDeduplicationId: value.deduplicationId,
    ApproximateFirstReceiveTimestamp: time(value.firstReceivedAt),
  };
  const messageAttributes = Object.entries(value.attributes ?? {}).map(([name, { type, ...held }]) => [
    name,
    {
      ...('string' in held ? { stringValue: held.string } : {}),
      ...('binary' in held ? { binaryValue: held.binary } : {}),
      stringListValues: [],
      binaryListValues: [],
      dataType: type,
    },
  ]);
  const record = {
    messageId: value.messageId,
    // Good for nothing: the message is not received.
    receiptHandle: 'cvops-smoke-test',
    body: value.body,
    attributes: Object.fromEntries(Object.entries(attributes).filter(([, held]) => typeof held === 'string')),
    messageAttributes: Object.fromEntries(messageAttributes),
    md5OfMessageAttributes: value.md5OfAttributes ?? null,
    md5OfBody: value.md5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: arn,
    awsRegion: arn.split(':')[3] ?? '',
  };
  return { Records: [record] };
}

/** Lines may have been made shorter by hand: only kind and body are sure. */
function isArchived(value: unknown): value is Partial<ArchivedMessage> & Pick<ArchivedMessage, 'body'> {
  const line = value as Partial<ArchivedMessage> | null;
  return typeof line === 'object' && line?.kind === ARCHIVE_KIND && typeof line.body === 'string';
}
