import { createHash } from 'node:crypto';
import type { Input } from '../kernel/service.ts';
import { invalidParameter, invalidValue } from './errors.ts';
import type { Publication, Topic } from './topic.ts';

const MAX_BYTES = 262_144;
const DEDUPLICATION_MS = 5 * 60_000;

/** A publication that was made before under the same deduplication id. */
export interface Duplicate {
  readonly messageId: string;
  readonly sequence: string;
}

/**
 * Checks one message for a topic.
 * @returns the message to deliver, or what was answered when its deduplication id was first seen.
 */
export function accept(topic: Topic, input: Input, now: number, uuid: () => string): Publication | Duplicate {
  const message: string | undefined = input.Message;
  if (message === undefined || message === '') throw invalidParameter('Empty message');
  const subject: string | undefined = input.Subject;
  // ASCII without line breaks or control characters, under 100 characters: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
  if (subject !== undefined && !/^[\x20-\x7e]{1,100}$/.test(subject)) throw invalidParameter('Subject');
  if (sizeOf(input) > MAX_BYTES) throw invalidParameter('Message too long');
  const attributes = input.MessageAttributes ?? {};
  checkAttributes(attributes);
  const byProtocol = input.MessageStructure === 'json' ? structure(message) : undefined;
  const base = { subject, message: byProtocol?.['default'] ?? message, byProtocol, attributes, at: now };
  if (!topic.fifo) {
    return {
      ...base,
      messageId: uuid(),
      groupId: input.MessageGroupId,
      deduplicationId: undefined,
      sequence: undefined,
    };
  }
  return acceptFifo(topic, input, base, uuid);
}

/** Bytes as `PublishSize` counts them: body, and names, types and values of attributes. */
export function sizeOf(input: Input): number {
  let size = Buffer.byteLength(input.Message ?? '');
  for (const [name, value] of Object.entries<Input>(input.MessageAttributes ?? {})) {
    size += Buffer.byteLength(`${name}${value.DataType ?? ''}${value.StringValue ?? ''}`);
    if (value.BinaryValue !== undefined) size += Buffer.byteLength(value.BinaryValue, 'base64');
  }
  return size;
}

function acceptFifo(
  topic: Topic,
  input: Input,
  base: Pick<Publication, 'subject' | 'message' | 'byProtocol' | 'attributes' | 'at'>,
  uuid: () => string,
): Publication | Duplicate {
  if (!input.MessageGroupId) {
    throw invalidParameter('The MessageGroupId parameter is required for FIFO topics');
  }
  const hashed = topic.attributes.get('ContentBasedDeduplication') === 'true';
  if (!input.MessageDeduplicationId && !hashed) {
    throw invalidParameter(
      'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
  const deduplicationId: string =
    input.MessageDeduplicationId ?? createHash('sha256').update(input.Message).digest('hex');
  for (const [id, seen] of topic.recent) {
    if (seen.at > base.at - DEDUPLICATION_MS) break;
    topic.recent.delete(id);
  }
  const key =
    topic.attributes.get('FifoThroughputScope') === 'MessageGroup'
      ? `${input.MessageGroupId}/${deduplicationId}`
      : deduplicationId;
  const seen = topic.recent.get(key);
  if (seen !== undefined) return { messageId: seen.messageId, sequence: seen.sequence };
  const sequence = String(10n ** 19n + BigInt(++topic.sequence));
  const messageId = uuid();
  topic.recent.set(key, { at: base.at, messageId, sequence });
  return { ...base, messageId, groupId: input.MessageGroupId, deduplicationId, sequence };
}

function structure(message: string): Readonly<Record<string, string>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  if (typeof parsed !== 'object' || parsed === null || typeof (parsed as Input).default !== 'string') {
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  }
  return parsed as Record<string, string>;
}

function checkAttributes(attributes: Readonly<Record<string, Input>>): void {
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes)) {
    if (!/^(String|Number|Binary)/.test(DataType ?? '')) {
      throw invalidValue(
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    }
    if (!StringValue && !BinaryValue) {
      throw invalidValue(
        `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${DataType}'.`,
      );
    }
  }
}
