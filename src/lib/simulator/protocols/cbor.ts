import { cbor } from '@smithy/core/cbor';
import type { ApiError } from '../kernel/api-error.ts';
import type { Input, Service } from '../kernel/service.ts';
import type { Reply } from './reply.ts';

/** Reads a smithy-rpc-v2-cbor body; tagged times become epoch seconds, as in JSON (https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html). */
export function readCbor(body: Buffer): Input {
  if (body.length === 0) return {};
  return untag(cbor.deserialize(body));
}

function untag(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untag);
  if (value instanceof Date) return value.getTime() / 1000;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const record = value as Record<string, unknown>;
  if (record['tag'] === 1 && 'value' in record) return Number(record['value']);
  return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, untag(item)]));
}

const HEADERS = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' };

export function cborReply(output: unknown): Reply {
  return { status: 200, headers: { ...HEADERS }, body: encodeCbor(output ?? {}) };
}

export function cborError(service: Service, error: ApiError): Reply {
  const headers: Record<string, string> = { ...HEADERS };
  if (service.queryCompatible === true) {
    headers['x-amzn-query-error'] = `${error.queryCode ?? error.code};${error.type}`;
  }
  const type = service.errorNamespace === undefined ? error.code : `${service.errorNamespace}#${error.code}`;
  return {
    status: error.status,
    headers,
    body: encodeCbor({ __type: type, message: error.message, ...error.fields }),
  };
}

const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;

/**
 * CBOR of an output (RFC 8949). A library would write `41.0` as an integer; AWS sends doubles and times as 64-bit
 * floats, and untyped readers (the AWS CLI) show the difference. Any object with a numeric `double` member is a double.
 */
export function encodeCbor(value: unknown): Buffer {
  const parts: Buffer[] = [];
  write(parts, value);
  return Buffer.concat(parts);
}

function write(parts: Buffer[], value: unknown): void {
  if (value === null || value === undefined) parts.push(Buffer.of(0xf6));
  else if (typeof value === 'boolean') parts.push(Buffer.of(value ? 0xf5 : 0xf4));
  else if (typeof value === 'string') writeText(parts, value);
  else if (typeof value === 'number') writeNumber(parts, value);
  else if (value instanceof Date) {
    parts.push(Buffer.of(0xc1));
    writeFloat(parts, value.getTime() / 1000);
  } else if (value instanceof Uint8Array) parts.push(head(BYTES, value.length), Buffer.from(value));
  else if (Array.isArray(value)) {
    parts.push(head(ARRAY, value.length));
    for (const item of value) write(parts, item);
  } else if (typeof value === 'object' && 'double' in value && typeof value.double === 'number') {
    writeFloat(parts, value.double);
  } else {
    const entries = value instanceof Map ? [...value] : Object.entries(value as object);
    const present = entries.filter(([, item]) => item !== undefined);
    parts.push(head(MAP, present.length));
    for (const [key, item] of present) {
      writeText(parts, String(key));
      write(parts, item);
    }
  }
}

function writeText(parts: Buffer[], text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  parts.push(head(TEXT, bytes.length), bytes);
}

function writeNumber(parts: Buffer[], value: number): void {
  if (!Number.isSafeInteger(value)) writeFloat(parts, value);
  else parts.push(value < 0 ? head(NEGATIVE, -value - 1) : head(0, value));
}

function writeFloat(parts: Buffer[], value: number): void {
  const bytes = Buffer.alloc(9);
  bytes[0] = 0xfb;
  bytes.writeDoubleBE(value, 1);
  parts.push(bytes);
}

/** The initial byte of a major type with its argument. */
function head(major: number, argument: number): Buffer {
  const first = major << 5;
  if (argument < 24) return Buffer.of(first | argument);
  if (argument < 0x100) return Buffer.of(first | 24, argument);
  if (argument < 0x10000) return Buffer.of(first | 25, argument >> 8, argument & 0xff);
  const wide = argument >= 0x100000000;
  const bytes = Buffer.alloc(wide ? 9 : 5);
  bytes[0] = first | (wide ? 27 : 26);
  if (wide) bytes.writeBigUInt64BE(BigInt(argument), 1);
  else bytes.writeUInt32BE(argument, 1);
  return bytes;
}
