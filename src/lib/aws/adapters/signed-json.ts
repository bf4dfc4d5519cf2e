import type { Agent, IncomingMessage, request } from 'node:http';
import { HttpRequest } from '@smithy/core/protocols';
import type { SignatureV4 } from '@smithy/signature-v4';
import type { ClientSetup } from '../client-options.ts';

/** Where calls go. */
export interface Address {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  /** Without it, none. */
  readonly query?: Readonly<Record<string, string>>;
  readonly userAgent: string;
}

/** How to reach an address: `node:https` costs a tenth of a command's start, and is loaded where it is needed. */
interface Transport {
  readonly request: typeof request;
  readonly agent: Agent;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

interface Service {
  /** As calls are told of: `sqs`. */
  readonly name: string;
  /** `AmazonSQS`; of JSON 1.0 only. */
  readonly target?: string;
  /** For one attempt. */
  readonly timeoutMs: number;
}

type Telling = Pick<ClientSetup, 'observe' | 'redactor'>;

const MOST_SOCKETS = 256;

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** What the SDK found out about this machine's clock. */
  readonly clockOffsetMs?: number;
}

interface Unsigned {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Calls of a service that speaks AWS's JSON 1.0, or reads of one that speaks its REST-JSON, signed and sent without the SDK's
 * middleware. https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html, https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
export class SignedJson {
  readonly #service: Service;
  readonly #signer: SignatureV4;
  readonly #setup: Telling;
  #transport: Promise<Transport> | undefined;

  constructor(service: Service, signer: SignatureV4, setup: Telling) {
    this.#service = service;
    this.#signer = signer;
    this.#setup = setup;
  }

  /**
   * One attempt. An error of the service is an answer.
   * @throws Error of the network, with a `code`; `TimeoutError`; ECONNRESET for an answer that cannot be read.
   */
  post(address: Address, operation: string, body: string, options: CallOptions = {}): Promise<Answer> {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(Buffer.byteLength(body)),
      'x-amz-target': `${this.#service.target}.${operation}`,
    };
    return this.#send(address, operation, { method: 'POST', headers, body }, options);
  }

  /** As `post`, for a read of a REST-JSON service. */
  get(address: Address, operation: string, options: CallOptions = {}): Promise<Answer> {
    return this.#send(address, operation, { method: 'GET', headers: {}, body: '' }, options);
  }

  async #send(address: Address, operation: string, request: Unsigned, options: CallOptions): Promise<Answer> {
    const { userAgent, ...where } = address;
    const { name, timeoutMs } = this.#service;
    const headers = {
      host: where.port === undefined ? where.hostname : `${where.hostname}:${where.port}`,
      'user-agent': userAgent,
      ...request.headers,
    };
    const signed = await this.#signer.sign(
      new HttpRequest({ ...where, query: { ...where.query }, method: request.method, headers, body: request.body }),
      { signingDate: new Date(Date.now() + (options.clockOffsetMs ?? 0)) },
    );
    const started = performance.now();
    const tell = (status: number | undefined, { date, 'x-amzn-requestid': requestId }: IncomingMessage['headers']) =>
      this.#setup.observe({
        service: name,
        operation,
        durationMs: performance.now() - started,
        status,
        attempts: 1,
        requestId: requestId === undefined ? undefined : String(requestId),
        serverTime: date === undefined ? undefined : Date.parse(date),
        localTime: Date.now(),
      });
    try {
      this.#transport ??= transport(address.protocol);
      const answer = await exchange(
        await this.#transport,
        address,
        { ...request, headers: signed.headers },
        timeoutMs,
        options.signal,
        this.#setup,
      );
      tell(answer.status, answer.headers);
      return answer;
    } catch (cause) {
      tell(undefined, {});
      throw cause;
    }
  }
}

async function transport(protocol: string): Promise<Transport> {
  const { request, Agent } = await (protocol === 'http:' ? import('node:http') : import('node:https'));
  return { request, agent: new Agent({ keepAlive: true, maxSockets: MOST_SOCKETS }) };
}

function exchange(
  { request, agent }: Transport,
  { hostname, port, path, query = {} }: Address,
  { method, headers, body }: Unsigned,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  { redactor }: Telling,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      agent,
      hostname,
      port,
      path: Object.keys(query).length === 0 ? path : `${path}?${new URLSearchParams(query)}`,
      headers,
      method,
      ...(signal === undefined ? {} : { signal }),
    };
    const sent = request(options, (answer) => read(answer, redactor).then(resolve, reject));
    sent.on('error', reject);
    sent.setTimeout(timeoutMs, () => {
      sent.destroy(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { name: 'TimeoutError' }));
    });
    sent.end(body);
  });
}

/** @throws Error with code ECONNRESET for an answer that is cut off, or is none of AWS's: what was asked may be done. */
async function read(answer: IncomingMessage, redactor: ClientSetup['redactor']): Promise<Answer> {
  const chunks: Buffer[] = [];
  // Listeners: an async iterator over the answer costs as much CPU as signing it did.
  await new Promise<void>((resolve, reject) => {
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', resolve);
    answer.on('error', reject);
  });
  const { statusCode = 0, headers } = answer;
  try {
    if (!String(headers['content-type']).includes('json')) throw new Error('not JSON');
    const all = Buffer.concat(chunks);
    // What answers with an error may quote what it was sent; what succeeded holds messages, which stay as they are.
    const bytes = statusCode < 300 ? all : (redactor?.bytes(all) ?? all);
    return { status: statusCode, headers, body: JSON.parse(bytes.toString('utf8') || '{}') };
  } catch (cause) {
    throw Object.assign(new Error(`the answer (HTTP ${statusCode}) cannot be read`, { cause }), { code: 'ECONNRESET' });
  }
}

/** The error as the SDK would throw it; REST-JSON names it in a header. */
export function refused({ status, headers, body }: Answer): Error {
  const named = String(headers['x-amzn-errortype'] ?? 'Unknown').split(':')[0]!;
  const { __type = named, message, Message } = body as { __type?: string; message?: string; Message?: string };
  return Object.assign(new Error(message ?? Message ?? `HTTP ${status}`), {
    name: __type.slice(__type.lastIndexOf('#') + 1),
    $fault: status < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: status, requestId: headers['x-amzn-requestid'], attempts: 1 },
  });
}
