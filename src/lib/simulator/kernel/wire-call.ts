import type { IncomingHttpHeaders } from 'node:http';
import type { EntryFault } from './faults.ts';
import type { Target } from './router.ts';
import type { Call } from './service.ts';

const DEFAULT_REGION = 'us-east-1';
const CREDENTIAL = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//;

/** Region and access key that a request is signed with; us-east-1 and none where it is not signed. */
export function readCredential(authorization: string | undefined): {
  readonly region: string;
  readonly accessKeyId: string;
} {
  const match = CREDENTIAL.exec(authorization ?? '');
  return { region: match?.[2] ?? DEFAULT_REGION, accessKeyId: match?.[1] ?? '' };
}

interface WireRequest {
  readonly region: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly requestId: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Asked for once, on first use: most operations never wait. */
  readonly signal: () => AbortSignal;
}

/** A call in one of the wire protocols. */
export class WireCall implements Call {
  readonly region: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly requestId: string;
  readonly service: string;
  readonly operation: string;
  readonly protocol: Call['protocol'];
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  entryFault: EntryFault | undefined;
  readonly #makeSignal: () => AbortSignal;
  #signal: AbortSignal | undefined;

  constructor(target: Target, request: WireRequest) {
    this.region = request.region;
    this.accountId = request.accountId;
    this.accessKeyId = request.accessKeyId;
    this.requestId = request.requestId;
    this.service = target.service.id;
    this.operation = target.operation;
    this.protocol = target.protocol;
    this.headers = request.headers;
    this.body = request.body;
    this.#makeSignal = request.signal;
  }

  get userAgent(): string {
    return this.headers['user-agent'] ?? '';
  }

  get signal(): AbortSignal {
    this.#signal ??= this.#makeSignal();
    return this.#signal;
  }
}
