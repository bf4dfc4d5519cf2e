import { isDeepStrictEqual } from 'node:util';
import type { OutgoingMessage } from '../../aws/ports/queues.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { isObject } from '../../is-object.ts';
import type { DeadLetter } from '../dead-letter.ts';
import { unsendable } from '../unsendable.ts';
import { BadEdit } from './bad-edit.ts';
import type { Edit } from './edit.ts';
import { editedAttributes } from './edited-attributes.ts';
import { rewriteBody } from './rewrite-body.ts';

const FIXED = ['messageId', 'sentAt', 'receiveCount'] as const;
const FIELDS: readonly string[] = ['body', 'attributes', 'groupId', ...FIXED];

/**
 * An edit from a function that answers the whole message as it should be.
 * @param text see {@link Edit}
 * @param shown the edit in an error: an expression may be long
 */
export function makeEdit(text: string, shown: string, change: (letter: DeadLetter) => unknown): Edit {
  return {
    text,
    apply: (copy, letter) => {
      try {
        const edited = editedCopy(copy, letter, change(letter));
        if (edited !== copy) refuseUnsendable(edited);
        return edited;
      } catch (cause) {
        throw failed(letter, shown, cause);
      }
    },
  };
}

/** Finds out before the send what SQS would refuse. @throws BadEdit */
function refuseUnsendable(edited: OutgoingMessage): void {
  const found = unsendable(edited, null);
  if (found !== null) throw new BadEdit(`the edited ${found.field} ${found.why}`);
}

/** The copy itself when nothing changes. @throws BadEdit */
function editedCopy(copy: OutgoingMessage, letter: DeadLetter, wanted: unknown): OutgoingMessage {
  if (!isObject(wanted)) throw new BadEdit(`it gives ${describe(wanted)}, not a message`);
  const unknown = Object.keys(wanted).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) throw new BadEdit(`a message has no ${JSON.stringify(unknown)}: ${FIELDS.join(', ')}`);
  if (!Object.hasOwn(wanted, 'body')) throw new BadEdit('the body would be empty');
  for (const name of FIXED) {
    if (Object.hasOwn(wanted, name) && wanted[name] !== letter[name]) throw new BadEdit(`${name} cannot be changed`);
  }
  const body = isDeepStrictEqual(wanted['body'], letter.body)
    ? copy.body
    : rewriteBody(copy.body, letter.body, wanted['body']);
  // Null takes them all away; what an edit does not speak of stays.
  const attributes =
    wanted['attributes'] === undefined
      ? copy.attributes
      : editedAttributes(copy.attributes, letter.attributes, wanted['attributes']);
  const groupId = wanted['groupId'] === undefined ? letter.groupId : wanted['groupId'];
  const regrouped = groupId !== letter.groupId;
  if (regrouped && groupId !== null && typeof groupId !== 'string') throw new BadEdit('groupId must be text');
  // The order within a group is what a replay keeps, and the proof of a send rests on its group's sequence numbers.
  if (regrouped && copy.deduplicationId !== undefined) {
    throw new BadEdit('groupId cannot be changed on a FIFO queue: it decides the order');
  }
  if (body === copy.body && attributes === copy.attributes && !regrouped) return copy;
  const { groupId: _before, ...rest } = copy;
  return { ...rest, body, attributes, ...(groupId === null ? {} : { groupId: groupId as string }) };
}

function failed(letter: DeadLetter, shown: string, cause: unknown): CvopsError {
  const error = cause as Error;
  const what =
    cause instanceof BadEdit || !(cause instanceof Error)
      ? String(error.message ?? cause)
      : `${error.name}: ${error.message}`;
  const text = `message ${letter.messageId}: ${what.replace(/\s+/g, ' ')} (--edit ${shown})`;
  return new CvopsError('EditFailed', ExitCode.failed, text, { cause });
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
