import type { ApiError } from '../kernel/api-error.ts';
import type { Service } from '../kernel/service.ts';
import type { Reply } from './reply.ts';

/** JSON text of an output: Date as epoch seconds, Map as object (https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html). */
export function toJson(output: unknown): string {
  // A replacer makes writing several times slower, and the answers with many members (messages) need none.
  return needsReplacer(output) ? JSON.stringify(output, jsonMember) : JSON.stringify(output ?? {});
}

function needsReplacer(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Date || value instanceof Map) return true;
  if (Array.isArray(value)) return value.some(needsReplacer);
  for (const key in value) if (needsReplacer((value as Record<string, unknown>)[key])) return true;
  return false;
}

function jsonMember(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const own = this[key];
  if (own instanceof Date) return own.getTime() / 1000;
  if (own instanceof Map) return Object.fromEntries(own);
  return value;
}

export function jsonReply(service: Service, output: unknown): Reply {
  return {
    status: 200,
    headers: { 'content-type': `application/x-amz-json-${service.jsonVersion ?? '1.0'}` },
    body: toJson(output),
  };
}

export function jsonError(service: Service, error: ApiError): Reply {
  const headers: Record<string, string> = { 'content-type': `application/x-amz-json-${service.jsonVersion ?? '1.0'}` };
  if (service.queryCompatible === true) {
    headers['x-amzn-query-error'] = `${error.queryCode ?? error.code};${error.type}`;
  }
  const type = service.errorNamespace === undefined ? error.code : `${service.errorNamespace}#${error.code}`;
  return {
    status: error.status,
    headers,
    body: JSON.stringify({ __type: type, message: error.message, ...error.fields }),
  };
}

/** REST-JSON errors name their type in a header; Lambda spells the member `Message` in some errors, so fields may override. */
export function restJsonError(error: ApiError): Reply {
  const { message, ...rest } = { message: error.message, ...error.fields };
  const body = 'Message' in rest ? rest : { ...rest, message };
  return {
    status: error.status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code },
    body: JSON.stringify(body),
  };
}
