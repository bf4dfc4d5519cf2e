import type { IncomingHttpHeaders } from 'node:http';
import { cborError, cborReply } from '../protocols/cbor.ts';
import { jsonError, jsonReply, restJsonError, toJson } from '../protocols/json.ts';
import { queryError, queryReply } from '../protocols/query.ts';
import type { Reply } from '../protocols/reply.ts';
import type { ApiError } from './api-error.ts';
import type { Target } from './router.ts';
import { RawResponse } from './service.ts';

/** An operation's output in the protocol that it was asked for in. */
export function successReply(target: Target, output: unknown, requestId: string): Reply {
  if (output instanceof RawResponse) {
    return { status: output.status, headers: { ...output.headers }, body: output.body };
  }
  switch (target.protocol) {
    case 'json':
      return jsonReply(target.service, output);
    case 'query':
      return queryReply(target.service, target.operation, output, requestId);
    case 'cbor':
      return cborReply(output);
    case 'rest-json':
      return {
        status: target.status,
        headers: { 'content-type': 'application/json' },
        body: target.status === 204 ? '' : toJson(output),
      };
  }
}

/** An error in the protocol of the request. */
export function errorReply(target: Target, error: ApiError, requestId: string): Reply {
  switch (target.protocol) {
    case 'json':
      return jsonError(target.service, error);
    case 'query':
      return queryError(target.service, error, requestId);
    case 'cbor':
      return cborError(target.service, error);
    case 'rest-json':
      return restJsonError(error);
  }
}

/** An answer to a request that no service took: in XML to who asked by the query protocol, and so reads nothing else. */
export function unroutedReply(headers: IncomingHttpHeaders, error: ApiError, requestId: string): Reply {
  const isQuery = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  return isQuery ? queryError({}, error, requestId) : restJsonError(error);
}
