import type { OutgoingMessage } from '../../aws/ports/queues.ts';
import { messageBytes } from '../dead-letter.ts';
import { BadEdit } from './bad-edit.ts';

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html: only these characters.
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-message-attributes
const NAME = /^(?!\.)(?!.*\.\.)(?!(?:aws|amazon)\.)[\w.-]{1,256}(?<!\.)$/i;
const MOST_ATTRIBUTES = 10;
const LONGEST_TYPE = 256;
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#SQS-SendMessage-request-MessageGroupId
const GROUP = /^[\x21-\x7e]{1,128}$/;
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
const MOST_BYTES = 1_048_576;

/** Finds out before the send what SQS would refuse. @throws BadEdit */
export function refuseUnsendable(message: OutgoingMessage): void {
  if (message.body === '') throw new BadEdit('the body would be empty');
  refuseCharacters('the body', message.body);
  const names = Object.keys(message.attributes);
  if (names.length > MOST_ATTRIBUTES) {
    throw new BadEdit(`it would have ${names.length} attributes, and SQS takes ${MOST_ATTRIBUTES}`);
  }
  for (const name of names) {
    const { dataType, stringValue, binaryValue } = message.attributes[name]!;
    if (!NAME.test(name)) throw new BadEdit(`SQS takes no attribute with the name ${JSON.stringify(name)}`);
    if (dataType.length > LONGEST_TYPE) throw new BadEdit(`the type of attribute ${name} would be too long`);
    if ((binaryValue?.byteLength ?? stringValue?.length ?? 0) === 0) {
      throw new BadEdit(`attribute ${name} would be empty; null removes it`);
    }
    refuseCharacters(`attribute ${name}`, stringValue ?? '');
    refuseCharacters(`the type of attribute ${name}`, dataType);
  }
  if (message.groupId !== undefined && !GROUP.test(message.groupId)) {
    throw new BadEdit(`SQS takes no group with the id ${JSON.stringify(message.groupId)}`);
  }
  const bytes = messageBytes(message);
  if (bytes > MOST_BYTES) throw new BadEdit(`it would have ${bytes} bytes, and SQS takes ${MOST_BYTES}`);
}

function refuseCharacters(what: string, text: string): void {
  const found = FORBIDDEN.exec(text);
  if (found === null) return;
  const code = found[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  throw new BadEdit(`${what} would hold U+${code} at character ${found.index + 1}, which SQS refuses`);
}
