import { createHash } from 'node:crypto';
import type { MessageAttribute } from '../../aws/ports/queues.ts';
import { md5OfAttributes } from '../attributes-md5.ts';
import { ARCHIVE_KIND, ARCHIVE_VERSION } from './archived-message.ts';
import type { Line } from './lines.ts';

/** What an import needs of a line. */
export interface ParsedLine {
  readonly line: number;
  /** Null in lines that were not exported but written by hand. */
  readonly messageId: string | null;
  readonly groupId: string | null;
  readonly traceHeader: string | null;
  readonly queueArn: string | null;
  readonly fifo: boolean | null;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  /** MD5s of what will be sent, hex. */
  readonly md5OfBody: string;
  readonly md5OfAttributes: string | null;
}

/** Why a line is no message; `field` is a path such as `attributes.size.type`, null for the line as a whole. */
export class BadLine extends Error {
  readonly line: number;
  readonly field: string | null;
  readonly hint: string | undefined;

  constructor(line: number, field: string | null, why: string, hint?: string) {
    super(field === null ? why : `"${field}" ${why}`);
    this.line = line;
    this.field = field;
    this.hint = hint;
  }
}

type Json = Readonly<Record<string, unknown>>;

/** Null for a blank line. @throws BadLine */
export function parseLine({ number, bytes, whole }: Line): ParsedLine | null {
  const raw = object(number, json(number, text(number, bytes), whole));
  if (raw === null) return null;
  const bad = (field: string, why: string, hint?: string) => new BadLine(number, field, why, hint);
  const optionalText = (field: string): string | null => {
    const value = raw[field];
    if (value === undefined || value === null) return null;
    if (typeof value !== 'string') throw bad(field, 'is not text');
    return value;
  };
  const kind = optionalText('kind');
  if (kind !== null && kind !== ARCHIVE_KIND) throw bad('kind', `is "${kind}", not "${ARCHIVE_KIND}"`);
  const version = raw['version'] ?? ARCHIVE_VERSION;
  if (version !== ARCHIVE_VERSION) {
    throw bad('version', `is ${JSON.stringify(version)}; this cvops reads ${ARCHIVE_VERSION}`, 'use a newer cvops.');
  }
  const body = optionalText('body');
  if (body === null) throw bad('body', 'is missing');
  const messageId = optionalText('messageId');
  // It becomes a part of a deduplication id, which takes 128 characters.
  if (messageId !== null && !/^[\w.-]{1,100}$/.test(messageId)) throw bad('messageId', 'is no message id');
  const fifo = raw['fifo'] ?? null;
  if (fifo !== null && typeof fifo !== 'boolean') throw bad('fifo', 'is neither true nor false');
  const attributes = readAttributes(number, raw['attributes']);
  const bodyMd5 = createHash('md5').update(body).digest('hex');
  const attributesMd5 = md5OfAttributes(attributes);
  const sums = [
    ['md5OfBody', bodyMd5, 'body'],
    ['md5OfAttributes', attributesMd5, 'attributes'],
  ] as const;
  for (const [field, sum, subject] of sums) {
    const given = optionalText(field);
    if (given === null || given === sum) continue;
    throw bad(
      field,
      `is not the MD5 of "${subject}": damaged, or changed by hand`,
      `if the change is meant, drop the sum: jq -c 'del(.${field})'.`,
    );
  }
  return {
    line: number,
    messageId,
    groupId: optionalText('groupId'),
    traceHeader: optionalText('traceHeader'),
    queueArn: optionalText('queueArn'),
    fifo,
    body,
    attributes,
    md5OfBody: bodyMd5,
    md5OfAttributes: attributesMd5,
  };
}

function text(line: number, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new BadLine(line, null, `is not UTF-8 at byte ${firstBadByte(bytes) + 1}`);
  }
}

/** Offset of the first byte that is no UTF-8: where a lenient reading puts a U+FFFD that is not written there. */
function firstBadByte(bytes: Buffer): number {
  const lenient = bytes.toString('utf8');
  let offset = 0;
  for (const character of lenient) {
    if (character === '\ufffd' && !bytes.subarray(offset, offset + 3).equals(REPLACEMENT)) return offset;
    offset += Buffer.byteLength(character);
  }
  return offset;
}

const REPLACEMENT = Buffer.from('\ufffd');

function json(line: number, content: string, whole: boolean): unknown {
  if (content.trim() === '') return null;
  try {
    return JSON.parse(content);
  } catch (cause) {
    if (!whole) {
      throw new BadLine(
        line,
        null,
        'is cut off: the file ends in the middle of it',
        `an interrupted export may do that. To import what is before it: head -n ${line - 1} FILE | cvops dlq import --from -`,
      );
    }
    // The engine's message would show a piece of the body.
    const position = /at position (\d+)/.exec((cause as Error).message)?.[1];
    const where = position === undefined ? '' : ` at column ${Number(position) + 1}`;
    throw new BadLine(
      line,
      null,
      `is not JSON${where}`,
      'nothing was sent. One message a line; jq writes them so with -c.',
    );
  }
}

function object(line: number, value: unknown): Json | null {
  if (value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value)) throw new BadLine(line, null, 'is no JSON object');
  return value as Json;
}

function readAttributes(line: number, value: unknown): Readonly<Record<string, MessageAttribute>> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new BadLine(line, 'attributes', 'is no JSON object');
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, readAttribute(line, `attributes.${name}`, each)]),
  );
}

function readAttribute(line: number, field: string, value: unknown): MessageAttribute {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadLine(line, field, 'is no JSON object');
  }
  const { type, string, binary } = value as Json;
  if (typeof type !== 'string') throw new BadLine(line, `${field}.type`, 'is missing');
  if ((string === undefined) === (binary === undefined)) {
    throw new BadLine(line, field, 'needs one of "string" and "binary"');
  }
  if (binary === undefined) {
    if (typeof string !== 'string') throw new BadLine(line, `${field}.string`, 'is not text');
    return { dataType: type, stringValue: string };
  }
  const bytes = typeof binary === 'string' ? Buffer.from(binary, 'base64') : null;
  // Node reads what it can of bad base64; writing it again shows whether that was all.
  if (bytes === null || bytes.toString('base64') !== binary)
    throw new BadLine(line, `${field}.binary`, 'is not base64');
  return { dataType: type, binaryValue: bytes };
}
