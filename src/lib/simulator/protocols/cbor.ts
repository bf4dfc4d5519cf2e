import { cbor, tag } from '@smithy/core/cbor';
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

function tagged(value: unknown): unknown {
  if (value instanceof Date) return tag({ tag: 1, value: value.getTime() / 1000 });
  if (value instanceof Map) return tagged(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(tagged);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, tagged(item)]),
  );
}

const HEADERS = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' };

export function cborReply(output: unknown): Reply {
  return { status: 200, headers: { ...HEADERS }, body: encode(output ?? {}) };
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
    body: encode({ __type: type, message: error.message, ...error.fields }),
  };
}

function encode(value: unknown): Buffer {
  return Buffer.from(cbor.serialize(tagged(value)));
}
