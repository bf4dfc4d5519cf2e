import { createHash } from 'node:crypto';
import type { OutgoingMessage, Queue, ReceivedMessage } from '../../aws/ports/queues.ts';
import { md5OfAttributes } from '../attributes-md5.ts';
import { copyOf, deadLetter, messageBytes } from '../dead-letter.ts';
import type { Edit } from '../edit/edit.ts';
import type { Waiting } from './lanes.ts';

/** A dead letter chosen for replay, and the copy that is sent. */
export interface Chosen extends Waiting {
  readonly message: ReceivedMessage;
  readonly copy: OutgoingMessage;
  /** MD5 of the copy's body, hex. */
  readonly md5OfBody: string;
  /** MD5 that the copy's attributes must have; null where SQS gave none to compare with. */
  readonly md5OfAttributes: string | null;
  /** When a copy may first have been sent, ms since the epoch; null before the first try. */
  firstTry: number | null;
  /** An interrupted run may have sent it. */
  triedBefore: boolean;
}

/**
 * @param firstTry when an interrupted run may have sent it, ms since the epoch
 * @throws CvopsError `EditFailed`
 */
export function chosenFrom(
  message: ReceivedMessage,
  target: Queue,
  lane: string | null,
  firstTry: number | null,
  edit: Edit | null,
): Chosen {
  const plain = copyOf(message, target.fifo);
  const copy = edit === null ? plain : edit.apply(plain, deadLetter(message));
  return {
    lane,
    message,
    copy,
    bytes: messageBytes(copy),
    md5OfBody: createHash('md5').update(copy.body).digest('hex'),
    // Of what was not edited, SQS told the MD5 when it sent it to us.
    md5OfAttributes:
      copy.attributes === message.attributes ? message.md5OfAttributes : md5OfAttributes(copy.attributes),
    firstTry,
    triedBefore: firstTry !== null,
  };
}

/** Why the target cannot take the copy, or the message is not what SQS says it is; null when all is well. */
export function unfit(chosen: Chosen, target: Queue): { readonly code: string; readonly message: string } | null {
  const limit = target.attributes.maximumMessageSize;
  if (chosen.bytes > limit) {
    return { code: 'TooLarge', message: `${chosen.bytes} bytes, and ${target.name} takes ${limit}` };
  }
  const { body, md5OfBody } = chosen.message;
  if (md5OfBody !== '' && body === chosen.copy.body && md5OfBody !== chosen.md5OfBody) {
    return { code: 'ChecksumMismatch', message: 'the body does not match its MD5' };
  }
  return null;
}
