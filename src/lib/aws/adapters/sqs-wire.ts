import type { Agent, IncomingMessage, request } from 'node:http';
import type { MessageAttributeValue, SQSClient } from '@aws-sdk/client-sqs';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { ClientSetup } from '../client-options.ts';

/** Where the SDK sends the calls about one queue. */
interface Address {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly userAgent: string;
}

/** How to reach an address: `node:https` costs a tenth of a command's start, and is loaded where it is needed. */
interface Transport {
  readonly request: typeof request;
  readonly agent: Agent;
}

interface Signed {
  readonly headers: Record<string, string>;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** What the batch calls of a queue have in common, as the SDK types them. */
interface Input {
  readonly QueueUrl: string | undefined;
  readonly Entries?: readonly (object & WithAttributes)[] | undefined;
}
interface WithAttributes {
  MessageAttributes?: Attributes | undefined;
}
type Attributes = Record<string, MessageAttributeValue>;

/** Longer than the longest long poll, 20 s. */
const TIMEOUT_MS = 30_000;
const MOST_SOCKETS = 256;

/**
 * The short way to SQS for calls that are made a hundred thousand times: the same JSON protocol, credentials and
 * signature as the SDK's, without its middleware, which costs three times the CPU of all the rest
 * (docs/performance.md). Where calls go is learnt from the SDK's own first call about the queue. Whatever goes wrong is
 * left to the SDK: its call is made instead, with its retries and errors.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html
 */
export class SqsWire {
  readonly #client: SQSClient;
  readonly #observe: ClientSetup['observe'];
  readonly #addresses = new Map<string, Address>();
  readonly #signer: SignatureV4;
  #transport: Promise<Transport> | undefined;

  constructor(client: SQSClient, observe: ClientSetup['observe']) {
    this.#client = client;
    this.#observe = observe;
    const { region, credentials, sha256 } = client.config;
    this.#signer = new SignatureV4({ service: 'sqs', region, credentials, sha256 });
    client.middlewareStack.add(
      (next) => (args) => {
        const { QueueUrl } = args.input as Partial<Input>;
        const { request } = args;
        if (QueueUrl !== undefined && HttpRequest.isInstance(request)) {
          const { protocol, hostname, port, path, headers } = request;
          const address = { protocol, hostname, path, userAgent: headers['user-agent'] ?? '' };
          this.#addresses.set(QueueUrl, port === undefined ? address : { ...address, port });
        }
        return next(args);
      },
      { step: 'finalizeRequest', name: 'cvopsAddress', priority: 'low' },
    );
  }

  /**
   * One call.
   * @param sdk makes the same call through the SDK; `again` when it was made this way before
   * @param once a second call could do the work twice: then only what AWS refused for its signature is called again, and
   *   other failures are thrown
   */
  async call<O extends object>(
    operation: string,
    input: Input,
    sdk: (again: boolean) => Promise<O>,
    options: { readonly once?: boolean; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<O> {
    const address = input.QueueUrl === undefined ? undefined : this.#addresses.get(input.QueueUrl);
    if (address === undefined) return sdk(false);
    let answer: Answer;
    try {
      answer = await this.#post(address, operation, JSON.stringify(withText(input)), options.signal);
    } catch (cause) {
      if (options.once === true || options.signal?.aborted === true) throw cause;
      return sdk(true);
    }
    if (answer.status === 200) return withBytes(answer.body as O);
    if (options.once !== true || answer.status === 403 || answer.status === 401) return sdk(true);
    throw refused(answer);
  }

  async #post(address: Address, operation: string, body: string, signal: AbortSignal | undefined): Promise<Answer> {
    const { userAgent, ...where } = address;
    const headers = {
      host: where.port === undefined ? where.hostname : `${where.hostname}:${where.port}`,
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': userAgent,
      'x-amz-target': `AmazonSQS.${operation}`,
    };
    const signed = await this.#signer.sign(new HttpRequest({ ...where, method: 'POST', headers, body }), {
      // What the SDK found out about this machine's clock.
      signingDate: new Date(Date.now() + (this.#client.config.systemClockOffset ?? 0)),
    });
    const started = performance.now();
    const tell = (status: number | undefined, { date, 'x-amzn-requestid': requestId }: IncomingMessage['headers']) =>
      this.#observe({
        service: 'sqs',
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
      const answer = await exchange(await this.#transport, address, signed, body, signal);
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
  { hostname, port, path }: Address,
  { headers }: Signed,
  body: string,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      agent,
      hostname,
      port,
      path,
      headers,
      method: 'POST',
      ...(signal === undefined ? {} : { signal }),
    };
    const sent = request(options, (answer) => read(answer).then(resolve, reject));
    sent.on('error', reject);
    sent.setTimeout(TIMEOUT_MS, () => {
      sent.destroy(Object.assign(new Error(`no answer within ${TIMEOUT_MS} ms`), { name: 'TimeoutError' }));
    });
    sent.end(body);
  });
}

/** @throws Error with code ECONNRESET for an answer that is cut off, or is none of AWS's: what was asked may be done. */
async function read(answer: IncomingMessage): Promise<Answer> {
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
    return { status: statusCode, headers, body: JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') };
  } catch (cause) {
    throw Object.assign(new Error(`the answer (HTTP ${statusCode}) cannot be read`, { cause }), { code: 'ECONNRESET' });
  }
}

/** The error as the SDK would throw it. */
function refused({ status, headers, body }: Answer): Error {
  const { __type = 'Unknown', message, Message } = body as { __type?: string; message?: string; Message?: string };
  return Object.assign(new Error(message ?? Message ?? `HTTP ${status}`), {
    name: __type.slice(__type.lastIndexOf('#') + 1),
    $fault: status < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: status, requestId: headers['x-amzn-requestid'], attempts: 1 },
  });
}

/** Binary values are base64 on the wire. */
function withText(input: Input): object {
  if (input.Entries?.some((entry) => entry.MessageAttributes !== undefined) !== true) return input;
  return {
    ...input,
    Entries: input.Entries.map((entry) =>
      entry.MessageAttributes === undefined
        ? entry
        : {
            ...entry,
            MessageAttributes: mapBinary(entry.MessageAttributes, (value) => Buffer.from(value).toString('base64')),
          },
    ),
  };
}

function withBytes<O extends object>(output: O): O {
  for (const message of (output as { Messages?: readonly WithAttributes[] }).Messages ?? []) {
    const attributes = message.MessageAttributes;
    if (attributes !== undefined) {
      message.MessageAttributes = mapBinary(attributes, (value) => Buffer.from(String(value), 'base64')) as Attributes;
    }
  }
  return output;
}

function mapBinary(attributes: Attributes, change: (value: Uint8Array) => unknown): Record<string, object> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      value.BinaryValue === undefined ? value : { ...value, BinaryValue: change(value.BinaryValue) },
    ]),
  );
}
