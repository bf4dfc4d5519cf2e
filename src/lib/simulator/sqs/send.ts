import { hash } from 'node:crypto';
import type { EntryFault } from '../kernel/faults.ts';
import type { Input } from '../kernel/service.ts';
import { underFault } from './batch.ts';
import { sqsErrors } from './errors.ts';
import type { MessageContent } from './message.ts';
import { md5OfAttributes, md5OfText, readMessageAttributes, sizeOfAttributes } from './message-attributes.ts';
import type { Queue, SendResult } from './queue.ts';
import { sequenceNumber } from './sequence-number.ts';

/** 1 MiB for a message and for a batch: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const MAX_BATCH_BYTES = 1_048_576;
const MAX_DELAY_SECONDS = 900;
/** Anything that XML 1.0 cannot carry: https://www.w3.org/TR/REC-xml/#charsets */
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
/** Alphanumeric characters and punctuation. */
const ID = /^[\x21-\x7e]{1,128}$/;
const WRONG_TYPE = 'The request include parameter that is not valid for this queue type.';

/** A checked message on its way into a queue. */
interface Draft {
  readonly content: MessageContent;
  readonly delayMs: number;
  readonly traceHeader: string | undefined;
}

export interface SendContext {
  readonly now: number;
  readonly uuid: () => string;
  /** `X-Amzn-Trace-Id` of the request: it becomes the message's AWSTraceHeader. */
  readonly traceId: string | undefined;
}

/** SendMessage, to a queue that is up to date. The caller delivers. Throws ApiError. */
export function sendMessage(queue: Queue, input: Input, context: SendContext): Record<string, unknown> {
  requireFifoMembers(queue, input, false);
  const draft = readDraft(queue, input, context, 'are invalid');
  const result = queue.send(draft.content, draft.delayMs, context.now);
  queue.charge(context.now, draft.content.size);
  return answer(queue, draft, result);
}

/** SendMessageBatch: entries fail alone, but for what AWS refuses the whole batch. */
export function sendMessageBatch(
  queue: Queue,
  entries: readonly Input[],
  context: SendContext,
  fault?: EntryFault,
): { readonly sent: Record<string, unknown>[]; readonly failed: { readonly id: string; readonly cause: unknown }[] } {
  const sent: Record<string, unknown>[] = [];
  const failed: { id: string; cause: unknown }[] = [];
  const drafts: { id: string; draft: Draft }[] = [];
  let bytes = 0;
  for (const entry of entries) requireFifoMembers(queue, entry, true);
  for (const entry of entries) {
    try {
      const draft = readDraft(queue, entry, context, 'cannot be validated');
      bytes += draft.content.size;
      drafts.push({ id: entry.Id, draft });
    } catch (cause) {
      bytes += typeof entry.MessageBody === 'string' ? Buffer.byteLength(entry.MessageBody) : 0;
      failed.push({ id: entry.Id, cause });
    }
  }
  if (bytes > MAX_BATCH_BYTES) throw sqsErrors.batchTooLong(bytes, MAX_BATCH_BYTES);
  queue.charge(context.now, bytes);
  for (const { id, draft } of drafts) {
    try {
      const result = underFault(fault, () => queue.send(draft.content, draft.delayMs, context.now));
      const output = answer(queue, draft, result);
      output['Id'] = id;
      sent.push(output);
    } catch (cause) {
      failed.push({ id, cause });
    }
  }
  return { sent, failed };
}

/** A batch without these is refused whole, and with another code than a single send. */
function requireFifoMembers(queue: Queue, input: Input, batch: boolean): void {
  if (!queue.fifo) return;
  if (input.MessageGroupId === undefined) {
    const missing = sqsErrors.missingParameter('MessageGroupId');
    throw batch ? sqsErrors.invalidParameter(missing.message) : missing;
  }
  if (input.MessageDeduplicationId === undefined && !queue.settings.contentBasedDeduplication) {
    throw sqsErrors.invalidParameter(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
}

function readDraft(queue: Queue, input: Input, context: SendContext, whatIsWrong: string): Draft {
  const { settings } = queue;
  const body: unknown = input.MessageBody;
  if (typeof body !== 'string' || body === '') throw sqsErrors.missingParameter('MessageBody');
  if (FORBIDDEN.test(body)) throw sqsErrors.invalidContents();
  const attributes = readMessageAttributes(input.MessageAttributes);
  const size = Buffer.byteLength(body) + (attributes === undefined ? 0 : sizeOfAttributes(attributes));
  if (size > settings.maximumMessageSize) {
    throw sqsErrors.invalidParameter(
      `One or more parameters ${whatIsWrong}. Reason: Message must be shorter than ${settings.maximumMessageSize} bytes.`,
    );
  }
  const groupId = readId(input.MessageGroupId, 'MessageGroupId');
  let deduplicationId = readId(input.MessageDeduplicationId, 'MessageDeduplicationId');
  if (!settings.fifo && deduplicationId !== undefined) {
    throw sqsErrors.invalidValue(deduplicationId, 'MessageDeduplicationId', WRONG_TYPE);
  }
  if (settings.fifo && deduplicationId === undefined) deduplicationId = hash('sha256', body);
  const traceHeader = readTraceHeader(input.MessageSystemAttributes);
  const content: MessageContent = {
    id: context.uuid(),
    body,
    size,
    attributes,
    traceHeader: traceHeader ?? context.traceId,
    groupId,
    deduplicationId,
    deadLetterSource: undefined,
    sentAt: context.now,
  };
  return { content, delayMs: readDelay(queue, input.DelaySeconds) * 1000, traceHeader };
}

function readDelay(queue: Queue, input: unknown): number {
  const { settings } = queue;
  if (input === undefined || input === null) return settings.delaySeconds;
  const seconds = Number(input);
  if (settings.fifo) {
    if (seconds !== 0) throw sqsErrors.invalidValue(input, 'DelaySeconds', WRONG_TYPE);
    return settings.delaySeconds;
  }
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_DELAY_SECONDS) {
    throw sqsErrors.invalidValue(input, 'DelaySeconds', `DelaySeconds must be >= 0 and <= ${MAX_DELAY_SECONDS}.`);
  }
  return seconds;
}

function readId(input: unknown, parameter: string): string | undefined {
  if (input === undefined || input === null) return undefined;
  if (typeof input === 'string' && ID.test(input)) return input;
  throw sqsErrors.invalidValue(
    input,
    parameter,
    `${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}

/** The only system attribute that can be sent; it does not count towards size or number. */
function readTraceHeader(input: Input): string | undefined {
  if (input === undefined || input === null) return undefined;
  for (const name of Object.keys(input)) {
    if (name !== 'AWSTraceHeader') {
      throw sqsErrors.invalidParameter(
        `Message system attribute name '${name}' is invalid. The only supported message system attribute is AWSTraceHeader.`,
      );
    }
  }
  const value: unknown = input.AWSTraceHeader?.StringValue;
  if (input.AWSTraceHeader === undefined) return undefined;
  if (input.AWSTraceHeader.DataType !== 'String' || typeof value !== 'string' || value === '') {
    throw sqsErrors.invalidParameter(
      "Message (system) attribute 'AWSTraceHeader' must contain a non-empty value of type 'String'.",
    );
  }
  return value;
}

function answer(queue: Queue, draft: Draft, result: SendResult): Record<string, unknown> {
  const { content, traceHeader } = draft;
  const output: Record<string, unknown> = {
    MessageId: result.messageId,
    MD5OfMessageBody: md5OfText(content.body),
  };
  if (content.attributes !== undefined) output['MD5OfMessageAttributes'] = md5OfAttributes(content.attributes);
  if (traceHeader !== undefined) {
    output['MD5OfMessageSystemAttributes'] = md5OfAttributes({
      AWSTraceHeader: { DataType: 'String', StringValue: traceHeader },
    });
  }
  if (queue.fifo) output['SequenceNumber'] = sequenceNumber(result.sequence);
  return output;
}
