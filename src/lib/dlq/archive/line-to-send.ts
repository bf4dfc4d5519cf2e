import type { OutgoingMessage, Queue } from '../../aws/ports/queues.ts';
import { messageBytes } from '../dead-letter.ts';
import type { Chosen } from '../replay/chosen.ts';
import type { CheckedArchive } from './check-archive.ts';
import type { ParsedLine } from './parse-line.ts';

export interface LineContext {
  readonly archive: Pick<CheckedArchive, 'sha256'>;
  readonly target: Queue;
  readonly lane: string | null;
  /** Tells the copies of one import of the same file from those of another. */
  readonly suffix: string;
  /** When an interrupted import may have sent it, ms since the epoch. */
  readonly firstTry: number | null;
}

/** The message of a line as the proven send takes it; its number stands for the id of a received message. */
export function lineToSend(parsed: ParsedLine, { archive, target, lane, suffix, firstTry }: LineContext): Chosen {
  const { line, messageId, groupId, traceHeader, body, attributes, md5OfBody, md5OfAttributes } = parsed;
  // The same for each line in every call: a copy that an interrupted import sent is not delivered again.
  const key = messageId ?? `${archive.sha256.slice(0, 32)}-${line}`;
  const copy: OutgoingMessage = {
    body,
    attributes,
    ...(groupId === null ? {} : { groupId }),
    ...(target.fifo ? { deduplicationId: `cvops-${key}${suffix}` } : {}),
    ...(traceHeader === null ? {} : { traceHeader }),
  };
  return {
    lane,
    message: { messageId: String(line), receiptHandle: '', body, md5OfBody, md5OfAttributes, attributes, system: {} },
    copy,
    bytes: messageBytes(copy),
    md5OfBody,
    md5OfAttributes,
    firstTry,
    triedBefore: firstTry !== null,
  };
}
