import { createHash } from 'node:crypto';
import type { Queue, ReceivedMessage } from '../../aws/ports/queues.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { md5OfAttributes } from '../attributes-md5.ts';
import { type EncodedAttributes, encodeAttributes } from './encoded-attributes.ts';

/**
 * One line of an archive: a message with everything needed to send it again. Each line stands alone, so archives can
 * be concatenated, split and filtered line by line. docs/archive.md describes the fields.
 */
export interface ArchivedMessage {
  readonly kind: typeof ARCHIVE_KIND;
  readonly version: typeof ARCHIVE_VERSION;
  /** Where it was, and when it was read there (ISO 8601). */
  readonly queueArn: string;
  readonly fifo: boolean;
  readonly exportedAt: string;
  readonly messageId: string;
  readonly groupId: string | null;
  readonly deduplicationId: string | null;
  readonly sequenceNumber: string | null;
  /** ISO 8601; null where SQS does not say. */
  readonly sentAt: string | null;
  readonly firstReceivedAt: string | null;
  readonly receiveCount: number | null;
  readonly senderId: string | null;
  readonly deadLetterQueueSourceArn: string | null;
  readonly traceHeader: string | null;
  /** System attributes that have no field of their own, by their API names. */
  readonly system: Readonly<Record<string, string>>;
  readonly attributes: EncodedAttributes;
  readonly body: string;
  /** As SQS gave them, hex. */
  readonly md5OfBody: string | null;
  readonly md5OfAttributes: string | null;
}

export const ARCHIVE_KIND = 'cvops/dlq.message';
export const ARCHIVE_VERSION = 1;

/**
 * A received message as a line of an archive, line feed included. JSON escapes a lone surrogate (`\ud800`) instead of
 * replacing it, so every string comes back as it was.
 * @param now ms since the epoch
 * @throws CvopsError `ChecksumMismatch` for a message that is not what SQS says it is: it did not arrive whole
 */
export function archivedLine(message: ReceivedMessage, queue: Queue, now: number): string {
  checkSums(message);
  const system = new Map(Object.entries(message.system));
  const take = (name: string): string | null => {
    const value = system.get(name) ?? null;
    system.delete(name);
    return value;
  };
  /** Only what the typed field can give back exactly is taken out of `system`. */
  const takeNumber = (name: string): number | null => {
    const raw = system.get(name);
    if (raw === undefined || !/^(0|[1-9]\d{0,14})$/.test(raw)) return null;
    return Number(take(name));
  };
  const takeTime = (name: string): string | null => {
    const ms = takeNumber(name);
    return ms === null ? null : new Date(ms).toISOString();
  };
  const line: ArchivedMessage = {
    kind: ARCHIVE_KIND,
    version: ARCHIVE_VERSION,
    queueArn: queue.arn,
    fifo: queue.fifo,
    exportedAt: new Date(now).toISOString(),
    messageId: message.messageId,
    groupId: take('MessageGroupId'),
    deduplicationId: take('MessageDeduplicationId'),
    sequenceNumber: take('SequenceNumber'),
    sentAt: takeTime('SentTimestamp'),
    firstReceivedAt: takeTime('ApproximateFirstReceiveTimestamp'),
    receiveCount: takeNumber('ApproximateReceiveCount'),
    senderId: take('SenderId'),
    deadLetterQueueSourceArn: take('DeadLetterQueueSourceArn'),
    traceHeader: take('AWSTraceHeader'),
    system: Object.fromEntries(system),
    attributes: encodeAttributes(message.attributes),
    body: message.body,
    md5OfBody: message.md5OfBody === '' ? null : message.md5OfBody,
    md5OfAttributes: message.md5OfAttributes,
  };
  return `${JSON.stringify(line)}\n`;
}

function checkSums({ messageId, body, md5OfBody, attributes, md5OfAttributes: given }: ReceivedMessage): void {
  const bodyIsWhole = md5OfBody === '' || md5OfBody === createHash('md5').update(body).digest('hex');
  if (bodyIsWhole && (given === null || given === md5OfAttributes(attributes))) return;
  const what = bodyIsWhole ? 'attributes' : 'body';
  throw new CvopsError(
    'ChecksumMismatch',
    ExitCode.failed,
    `the ${what} of message ${messageId} did not arrive as SQS sums it up.`,
    { hint: 'it is left in the queue. Run the command again; leave the message out with --filter if it stays so.' },
  );
}
