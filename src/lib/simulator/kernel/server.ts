import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { Reply } from '../protocols/reply.ts';
import { ApiError } from './api-error.ts';
import { asApiError, type CallHost, dispatch } from './dispatch.ts';
import { errorReply, successReply, unroutedReply } from './replies.ts';
import type { Router, Target } from './router.ts';
import { readCredential, WireCall } from './wire-call.ts';

/** What the server needs of the simulator behind it. */
export interface Backend extends CallHost {
  readonly accountId: string;
  /** The Date header in simulated time. */
  httpDate(): string;
  router(region: string): Router;
  /** Answers a request to the control path, or undefined when there is no such path. */
  control(method: string, path: string, body: Buffer): Promise<Reply | undefined>;
}

/** Requests below this path steer the simulator itself. */
export const CONTROL_PATH = '/_simulator/';

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
  let chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    else chunks = [];
  });
  request.on('end', () => {
    if (size > MAX_BODY_BYTES) {
      refuseTooLarge(backend, request, response);
      return;
    }
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    const plain = request.headers['content-encoding']?.toLowerCase() === 'gzip' ? unzip(body) : body;
    handle(backend, request, response, plain);
  });
  request.on('error', () => response.destroy());
}

/** The body was read to its end and dropped: who is still sending does not read the answer, but sees the connection break. */
function refuseTooLarge(backend: Backend, request: IncomingMessage, response: ServerResponse): void {
  const requestId = randomUUID();
  const message = `The request is larger than ${MAX_BODY_BYTES} bytes.`;
  const error = new ApiError('RequestEntityTooLargeException', message, { status: 413 });
  write(backend, response, unroutedReply(request.headers, error, requestId), requestId);
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
  const { region, accessKeyId } = readCredential(request.headers.authorization);
  let target: Target;
  try {
    target = backend.router(region).resolve(method, url, request.headers, body);
  } catch (cause) {
    write(backend, response, unroutedReply(request.headers, asApiError(cause), requestId), requestId);
    return;
  }
  const call = new WireCall(target, {
    region,
    accountId: backend.accountId,
    accessKeyId,
    requestId,
    headers: request.headers,
    body,
    signal: () => abortedByHangUp(response),
  });
  dispatch(backend, target, call, {
    succeed: (output) => write(backend, response, successReply(target, output, requestId), requestId),
    fail: (error) => write(backend, response, errorReply(target, error, requestId), requestId),
    hangUp: () => response.destroy(),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
}

/** Aborts when the client goes away before it has the whole answer. */
function abortedByHangUp(response: ServerResponse): AbortSignal {
  const abort = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) abort.abort();
  });
  return abort.signal;
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
