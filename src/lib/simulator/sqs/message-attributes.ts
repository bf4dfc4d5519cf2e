import { hash } from 'node:crypto';
import { sqsErrors } from './errors.ts';

/** A message attribute as the API carries it; binary values stay base64 text. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
const MAX_ATTRIBUTES = 10;
const NAME = /^(?!\.)(?!.*\.\.)(?!(?:aws|amazon)\.)[\w.-]{1,256}(?<!\.)$/i;

/**
 * Checks the attributes of a message that is being sent and drops empty list values, which SDKs of old add.
 * Undefined when there are none; throws ApiError.
 */
export function readMessageAttributes(input: unknown): MessageAttributes | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  const entries = Object.entries(input as Record<string, Record<string, unknown>>);
  if (entries.length === 0) return undefined;
  if (entries.length > MAX_ATTRIBUTES) {
    throw sqsErrors.invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${MAX_ATTRIBUTES}].`,
    );
  }
  const result: Record<string, MessageAttribute> = {};
  for (const [name, value] of entries) result[name] = readOne(name, value ?? {});
  return result;
}

function readOne(name: string, value: Record<string, unknown>): MessageAttribute {
  if (!NAME.test(name)) {
    throw sqsErrors.invalidParameter(
      `Message (user) attribute name '${name}' is invalid. It can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.) characters, and must not start with AWS. or Amazon.`,
    );
  }
  const dataType = typeof value['DataType'] === 'string' ? value['DataType'] : '';
  const [type] = dataType.split('.');
  if (dataType === '') {
    throw sqsErrors.invalidParameter(`Message (user) attribute '${name}' must contain a non-empty attribute type.`);
  }
  if (type !== 'String' && type !== 'Number' && type !== 'Binary') {
    throw sqsErrors.invalidParameter(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  for (const list of ['StringListValues', 'BinaryListValues']) {
    const items = value[list];
    if (Array.isArray(items) && items.length > 0) {
      throw sqsErrors.unsupported('Message attribute list values in SendMessage operation are not supported.');
    }
  }
  const member = type === 'Binary' ? 'BinaryValue' : 'StringValue';
  const content = value[member];
  if (typeof content !== 'string' || content === '') {
    throw sqsErrors.invalidParameter(
      `Message (user) attribute '${name}' must contain a non-empty value of type '${type === 'Binary' ? 'Binary' : 'String'}'.`,
    );
  }
  if (type === 'Binary') return { DataType: dataType, BinaryValue: content };
  if (type === 'Number' && !Number.isFinite(Number(content))) {
    throw sqsErrors.invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  }
  return { DataType: dataType, StringValue: content };
}

/** Bytes that the attributes add to a message: names, types and values. */
export function sizeOfAttributes(attributes: MessageAttributes): number {
  let size = 0;
  for (const [name, value] of Object.entries(attributes)) {
    size += Buffer.byteLength(name) + Buffer.byteLength(value.DataType);
    size +=
      value.BinaryValue === undefined
        ? Buffer.byteLength(value.StringValue ?? '')
        : Buffer.byteLength(value.BinaryValue, 'base64');
  }
  return size;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation */
export function md5OfAttributes(attributes: MessageAttributes): string {
  const parts: Buffer[] = [];
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    parts.push(length, bytes);
  };
  for (const name of Object.keys(attributes).sort()) {
    const value = attributes[name]!;
    add(Buffer.from(name));
    add(Buffer.from(value.DataType));
    const binary = value.BinaryValue !== undefined;
    parts.push(Buffer.from([binary ? 2 : 1]));
    add(binary ? Buffer.from(value.BinaryValue, 'base64') : Buffer.from(value.StringValue ?? ''));
  }
  return hash('md5', Buffer.concat(parts));
}

export function md5OfText(text: string): string {
  return hash('md5', text);
}

/**
 * The attributes that MessageAttributeNames asks for: names, `All`, `.*`, `*`, or prefixes such as `bar.*`.
 * Undefined when none is left.
 */
export function selectAttributes(
  attributes: MessageAttributes | undefined,
  names: readonly string[],
): MessageAttributes | undefined {
  if (attributes === undefined || names.length === 0) return undefined;
  if (names.includes('All') || names.includes('.*') || names.includes('*')) return attributes;
  const chosen: Record<string, MessageAttribute> = {};
  let any = false;
  for (const [name, value] of Object.entries(attributes)) {
    if (!names.some((wanted) => wanted === name || (wanted.endsWith('.*') && name.startsWith(wanted.slice(0, -2))))) {
      continue;
    }
    chosen[name] = value;
    any = true;
  }
  return any ? chosen : undefined;
}
