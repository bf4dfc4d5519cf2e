import type { MessageAttribute, Queue } from '../aws/ports/queues.ts';
import { messageBytes } from './dead-letter.ts';

/** A message as it would be sent. */
interface Sendable {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly groupId?: string | null | undefined;
}

/** Why SQS would refuse a message. */
export interface Unsendable {
  readonly field: string;
  readonly why: string;
}

/**
 * The characters of XML 1.0, which are all that SQS takes; a lone surrogate is none.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const REFUSED = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
const MOST_ATTRIBUTES = 10;
const ATTRIBUTE_NAME = /^(?!\.)(?!.*\.\.)(?!(?:aws|amazon)\.)[\w.-]{1,256}(?<!\.)$/i;
const ATTRIBUTE_TYPE = /^(String|Number|Binary)(\..+)?$/s;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagegroupid-property.html */
const GROUP_ID = /^[!-~]{1,128}$/;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const MOST_BYTES = 1_048_576;

/**
 * What SQS would refuse about this message, told before anything is sent; null when nothing is known.
 * @param target null for what every queue refuses
 */
export function unsendable(message: Sendable, target: Queue | null): Unsendable | null {
  const { body, attributes, groupId = null } = message;
  if (body === '') return { field: 'body', why: 'is empty, which SQS refuses' };
  const inBody = refusedCharacter(body);
  if (inBody !== null) return { field: 'body', why: inBody };
  if (groupId === null && target?.fifo === true) {
    return { field: 'groupId', why: `is missing, and ${target.name} is a FIFO queue` };
  }
  if (groupId !== null && !GROUP_ID.test(groupId)) return { field: 'groupId', why: 'is no message group id' };
  const names = Object.keys(attributes);
  if (names.length > MOST_ATTRIBUTES) {
    return { field: 'attributes', why: `holds ${names.length}, and SQS takes ${MOST_ATTRIBUTES}` };
  }
  for (const name of names) {
    const found = unsendableAttribute(name, attributes[name]!);
    if (found !== null) return { field: `attributes.${name}${found.field}`, why: found.why };
  }
  const bytes = messageBytes(message);
  const limit = target?.attributes.maximumMessageSize ?? MOST_BYTES;
  const taker = target?.name ?? 'SQS';
  return bytes > limit ? { field: 'body', why: `makes ${bytes} bytes, and ${taker} takes ${limit}` } : null;
}

function unsendableAttribute(name: string, value: MessageAttribute): Unsendable | null {
  const { dataType, stringValue, binaryValue } = value;
  if (!ATTRIBUTE_NAME.test(name)) return { field: '', why: 'is no name that SQS takes' };
  const type = ATTRIBUTE_TYPE.exec(dataType)?.[1];
  if (type === undefined || dataType.length > 256 || REFUSED.test(dataType)) {
    return { field: '.type', why: 'is none of String, Number, Binary, with or without a label' };
  }
  if ((type === 'Binary') !== (binaryValue !== undefined)) {
    return { field: '.type', why: `is ${dataType}, and the value is ${binaryValue === undefined ? 'text' : 'binary'}` };
  }
  if (binaryValue !== undefined) {
    return binaryValue.byteLength === 0 ? { field: '.binary', why: 'is empty, which SQS refuses' } : null;
  }
  const text = stringValue ?? '';
  if (text === '') return { field: '.string', why: 'is empty, which SQS refuses' };
  const refused = refusedCharacter(text);
  if (refused !== null) return { field: '.string', why: refused };
  return type === 'Number' && !Number.isFinite(Number(text)) ? { field: '.string', why: 'is no number' } : null;
}

function refusedCharacter(value: string): string | null {
  const found = REFUSED.exec(value);
  if (found === null) return null;
  const code = found[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  return `has the character U+${code} at ${found.index + 1}, which SQS refuses`;
}
