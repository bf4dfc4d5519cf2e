import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { cborError, cborReply } from '../protocols/cbor.ts';
import { jsonError, jsonReply, restJsonError, toJson } from '../protocols/json.ts';
import { queryError, queryReply } from '../protocols/query.ts';
import type { Reply } from '../protocols/reply.ts';
import { ApiError } from './api-error.ts';
import type { Faults } from './faults.ts';
import type { Router, Target } from './router.ts';
import { type Call, RawResponse } from './service.ts';

/** What the server needs of the simulator behind it. */
export interface Backend {
  readonly accountId: string;
  readonly faults: Faults;
  /** The Date header in simulated time. */
  httpDate(): string;
  router(region: string): Router;
  /** Answers a request to the control path, or undefined when there is no such path. */
  control(method: string, path: string, body: Buffer): Promise<Reply | undefined>;
  /** Told of each finished call, for CloudTrail and usage counts. */
  finished(target: Target, call: Call, output: unknown, error: ApiError | undefined): void;
}

/** Requests below this path steer the simulator itself. */
export const CONTROL_PATH = '/_simulator/';

const DEFAULT_REGION = 'us-east-1';
const CREDENTIAL = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//;
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Serves the simulator over HTTP on loopback. Resolves once it listens; `EADDRINUSE` rejects. */
export async function listen(backend: Backend, port: number): Promise<{ server: Server; port: number }> {
  const server = createServer({ keepAlive: true, noDelay: true, keepAliveTimeout: 60_000 }, (request, response) => {
    receive(backend, request, response);
  });
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { server, port: (server.address() as AddressInfo).port };
}

function receive(backend: Backend, request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) request.destroy();
    else chunks.push(chunk);
  });
  request.on('end', () => {
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    const plain = request.headers['content-encoding']?.toLowerCase() === 'gzip' ? unzip(body) : body;
    handle(backend, request, response, plain);
  });
  request.on('error', () => response.destroy());
}

/** SDKs compress large PutMetricData bodies. What is no gzip goes on as it is, to be refused by the protocol. */
function unzip(body: Buffer): Buffer {
  try {
    return gunzipSync(body, { maxOutputLength: MAX_BODY_BYTES });
  } catch {
    return body;
  }
}

function handle(backend: Backend, request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const url = request.url ?? '/';
  const method = request.method ?? 'GET';
  if (url.startsWith(CONTROL_PATH)) {
    backend.control(method, url.slice(CONTROL_PATH.length), body).then(
      (reply) => write(backend, response, reply ?? { status: 404, headers: {}, body: '' }, ''),
      (cause: unknown) =>
        write(backend, response, { status: 400, headers: {}, body: JSON.stringify({ message: String(cause) }) }, ''),
    );
    return;
  }
  const requestId = randomUUID();
  const credential = CREDENTIAL.exec(request.headers.authorization ?? '');
  const region = credential?.[2] ?? DEFAULT_REGION;
  let target: Target;
  try {
    target = backend.router(region).resolve(method, url, request.headers, body);
  } catch (cause) {
    const error = asApiError(cause);
    const isQuery = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
    // Nobody answers to it; who asked by the query protocol reads XML only.
    write(backend, response, isQuery ? queryError({}, error, requestId) : restJsonError(error), requestId);
    return;
  }
  const call = new HttpCall(backend, request, response, body, region, credential?.[1] ?? '', requestId, target);
  if (backend.faults.active) {
    void faulty(backend, response, target, call);
    return;
  }
  run(backend, target, call, (reply) => write(backend, response, reply, requestId));
}

async function faulty(backend: Backend, response: ServerResponse, target: Target, call: Call): Promise<void> {
  const { delayMs, effect } = backend.faults.pick({
    service: target.service.id,
    region: call.region,
    operation: target.operation,
    body: call.body,
  });
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  if (effect?.reset === true) {
    response.destroy();
  } else if (effect?.error !== undefined) {
    const { code, message, statusCode } = effect.error;
    const error = new ApiError(code, message ?? `Injected by ${effect.id}`, { status: statusCode ?? 400 });
    backend.finished(target, call, undefined, error);
    write(backend, response, errorReply(target, error, call.requestId), call.requestId);
  } else {
    const deliver = effect?.dropResponse === true;
    run(backend, target, call, (reply) =>
      deliver ? response.destroy() : write(backend, response, reply, call.requestId),
    );
  }
}

/** Runs the operation; stays synchronous when the operation does, which is the hot path of SQS. */
function run(backend: Backend, target: Target, call: Call, respond: (reply: Reply) => void): void {
  const succeed = (output: unknown) => {
    backend.finished(target, call, output, undefined);
    respond(successReply(target, output, call.requestId));
  };
  const fail = (cause: unknown) => {
    const error = asApiError(cause);
    backend.finished(target, call, undefined, error);
    respond(errorReply(target, error, call.requestId));
  };
  try {
    const { operations } = target.service;
    // Own members only: an object knows `constructor` and `toString` too.
    const operation = Object.hasOwn(operations, target.operation) ? operations[target.operation] : undefined;
    if (operation === undefined) {
      throw new ApiError(
        target.protocol === 'query' ? 'InvalidAction' : 'UnknownOperationException',
        `The simulator does not know ${target.service.id}:${target.operation}.`,
      );
    }
    const output = operation(target.input, call);
    if (output instanceof Promise) output.then(succeed, fail).catch(fail);
    else succeed(output);
  } catch (cause) {
    fail(cause);
  }
}

function successReply(target: Target, output: unknown, requestId: string): Reply {
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

function errorReply(target: Target, error: ApiError, requestId: string): Reply {
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

function asApiError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  return new ApiError('InternalFailure', `A bug in the simulator: ${String(cause)}`, { status: 500 });
}

function write(backend: Backend, response: ServerResponse, reply: Reply, requestId: string): void {
  if (response.destroyed) return;
  const headers = reply.headers;
  headers['x-amzn-requestid'] = requestId;
  headers['content-length'] = String(Buffer.byteLength(reply.body));
  headers['date'] = backend.httpDate();
  response.writeHead(reply.status, headers);
  response.end(reply.body);
}

class HttpCall implements Call {
  readonly region: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly requestId: string;
  readonly service: string;
  readonly operation: string;
  readonly protocol: Call['protocol'];
  readonly body: Buffer;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #abort: AbortController | undefined;

  constructor(
    backend: Backend,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
    region: string,
    accessKeyId: string,
    requestId: string,
    target: Target,
  ) {
    this.region = region;
    this.accountId = backend.accountId;
    this.accessKeyId = accessKeyId;
    this.requestId = requestId;
    this.service = target.service.id;
    this.operation = target.operation;
    this.protocol = target.protocol;
    this.body = body;
    this.#request = request;
    this.#response = response;
  }

  get headers() {
    return this.#request.headers;
  }

  get userAgent(): string {
    return this.#request.headers['user-agent'] ?? '';
  }

  /** Made on first use: most operations never wait. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      const abort = new AbortController();
      this.#abort = abort;
      this.#response.once('close', () => {
        if (!this.#response.writableFinished) abort.abort();
      });
    }
    return this.#abort.signal;
  }
}
