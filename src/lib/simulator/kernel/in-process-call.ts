import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { ApiError } from './api-error.ts';
import type { EntryFault } from './faults.ts';
import type { Target } from './router.ts';
import type { Call } from './service.ts';

const NEVER = new AbortController().signal;

/** A call that came without HTTP; members as in the JSON protocol. */
export class InProcessCall implements Call {
  readonly region: string;
  readonly accountId: string;
  readonly accessKeyId = 'in-process';
  readonly userAgent = 'in-process';
  readonly requestId = randomUUID();
  readonly service: string;
  readonly operation: string;
  readonly protocol = 'json';
  readonly headers: IncomingHttpHeaders = {};
  readonly signal: AbortSignal;
  entryFault: EntryFault | undefined;
  readonly #input: unknown;

  constructor(region: string, accountId: string, target: Target, signal: AbortSignal | undefined) {
    this.region = region;
    this.accountId = accountId;
    this.service = target.service.id;
    this.operation = target.operation;
    this.signal = signal ?? NEVER;
    this.#input = target.input;
  }

  /** The body as it would have been sent; made only for fault rules that look into it. */
  get body(): Buffer {
    return Buffer.from(JSON.stringify(this.#input) ?? '');
  }
}

/**
 * What a call without HTTP rejects with: structured as the AWS SDK for JavaScript throws it (name, `$fault`,
 * `$metadata`, `Code` and `Type` of query-compatible services), so that what classifies the one classifies the other.
 */
export function sdkError(error: ApiError, queryCompatible: boolean, requestId: string): Error {
  const { code, message, status, type } = error;
  const $metadata = { httpStatusCode: status, requestId, attempts: 1, totalRetryDelay: 0 };
  const compatible = queryCompatible ? { Code: error.queryCode ?? code, Type: type } : {};
  const $fault = status < 500 ? 'client' : 'server';
  return Object.assign(new Error(message), { name: code, $fault, $metadata, ...compatible, ...error.fields });
}

/** A connection that broke, as Node tells it. */
export function connectionReset(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}
