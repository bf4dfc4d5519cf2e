import type { Input } from '../kernel/service.ts';
import { sqsErrors } from './errors.ts';
import type { ReceiveOptions } from './long-polls.ts';
import type { Message } from './message.ts';
import { md5OfAttributes, md5OfText, selectAttributes } from './message-attributes.ts';
import type { Queue } from './queue.ts';
import { sequenceNumber } from './sequence-number.ts';

const SYSTEM_ATTRIBUTES = [
  'SenderId',
  'SentTimestamp',
  'ApproximateReceiveCount',
  'ApproximateFirstReceiveTimestamp',
  'SequenceNumber',
  'MessageDeduplicationId',
  'MessageGroupId',
  'AWSTraceHeader',
  'DeadLetterQueueSourceArn',
] as const;
const KNOWN: ReadonlySet<string> = new Set(['All', ...SYSTEM_ATTRIBUTES]);
const NONE: readonly string[] = [];

/** What a receive shall tell of each message. */
export interface Selection {
  readonly system: readonly string[];
  readonly user: readonly string[];
}

/** Everything, as event source mappings get it. */
export const EVERYTHING: Selection = { system: SYSTEM_ATTRIBUTES, user: ['All'] };

/** ReceiveMessage's parameters. Throws ApiError. */
export function readReceive(
  queue: Queue,
  input: Input,
): { readonly options: ReceiveOptions; readonly waitMs: number; readonly selection: Selection } {
  const max = between(
    input.MaxNumberOfMessages,
    'MaxNumberOfMessages',
    1,
    10,
    'Must be between 1 and 10, if provided.',
  );
  const wait = between(input.WaitTimeSeconds, 'WaitTimeSeconds', 0, 20, 'Must be >= 0 and <= 20, if provided.');
  const visibility = between(
    input.VisibilityTimeout,
    'VisibilityTimeout',
    0,
    43_200,
    'Must be >= 0 and <= 43200, if provided.',
  );
  const attemptId: unknown = input.ReceiveRequestAttemptId;
  return {
    options: {
      max: max ?? 1,
      visibilityMs: (visibility ?? queue.settings.visibilitySeconds) * 1000,
      attemptId: queue.fifo && typeof attemptId === 'string' ? attemptId : undefined,
    },
    waitMs: (wait ?? queue.settings.waitSeconds) * 1000,
    selection: {
      system: systemNames(input.AttributeNames, input.MessageSystemAttributeNames),
      user: Array.isArray(input.MessageAttributeNames) ? input.MessageAttributeNames : NONE,
    },
  };
}

/** ReceiveMessage's answer about one message. */
export function messageOutput(
  queue: Queue,
  message: Message,
  selection: Selection,
  senderId: string,
): Record<string, unknown> {
  const { content } = message;
  const output: Record<string, unknown> = {
    MessageId: content.id,
    ReceiptHandle: queue.handleOf(message),
    MD5OfBody: md5OfText(content.body),
    Body: content.body,
  };
  const system = systemAttributes(queue, message, selection.system, senderId);
  if (system !== undefined) output['Attributes'] = system;
  const user = selectAttributes(content.attributes, selection.user);
  if (user !== undefined) {
    output['MD5OfMessageAttributes'] = md5OfAttributes(user);
    output['MessageAttributes'] = user;
  }
  return output;
}

/** The system attributes by these names that the message has; undefined when none. */
export function systemAttributes(
  queue: Queue,
  message: Message,
  names: readonly string[],
  senderId: string,
): Record<string, string> | undefined {
  if (names.length === 0) return undefined;
  const result: Record<string, string> = {};
  for (const name of names) {
    const value = systemAttribute(queue, message, name, senderId);
    if (value !== undefined) result[name] = value;
  }
  return result;
}

function systemAttribute(queue: Queue, message: Message, name: string, senderId: string): string | undefined {
  const { content } = message;
  switch (name) {
    case 'SenderId':
      return senderId;
    case 'SentTimestamp':
      return String(content.sentAt);
    case 'ApproximateReceiveCount':
      return String(message.receiveCount);
    case 'ApproximateFirstReceiveTimestamp':
      return String(message.firstReceivedAt);
    case 'SequenceNumber':
      return queue.fifo ? sequenceNumber(message.sequence) : undefined;
    case 'MessageDeduplicationId':
      return content.deduplicationId;
    case 'MessageGroupId':
      return content.groupId;
    case 'AWSTraceHeader':
      return content.traceHeader;
    case 'DeadLetterQueueSourceArn':
      return content.deadLetterSource;
    default:
      return undefined;
  }
}

/** AttributeNames is the old name of MessageSystemAttributeNames; both count. */
function systemNames(old: unknown, current: unknown): readonly string[] {
  const names = [...(Array.isArray(old) ? old : NONE), ...(Array.isArray(current) ? current : NONE)];
  if (names.length === 0) return NONE;
  for (const name of names) if (!KNOWN.has(name)) throw sqsErrors.unknownAttribute(name);
  return names.includes('All') ? SYSTEM_ATTRIBUTES : names;
}

function between(input: unknown, parameter: string, minimum: number, maximum: number, reason: string) {
  if (input === undefined || input === null) return undefined;
  const value = Number(input);
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
  throw sqsErrors.invalidValue(input, parameter, reason);
}
