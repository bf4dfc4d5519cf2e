import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { seededRandom } from '../../../../src/lib/simulator/kernel/random.ts';

/** What may stand between a program and SQS, and what it does to a call. */
export const TRICKS = [
  // The call does not arrive.
  'reset',
  'refused by a gateway',
  'throttled',
  // The call arrives and is done; its answer does not arrive, or not whole, or is not SQS's.
  'no answer',
  'half an answer',
  'half an answer that looks whole',
  'an empty answer',
  'a page instead of the answer',
  'a server fault after the work',
  'an unknown server fault after the work',
  'a gateway timeout after the work',
  // All is well, but not as usual.
  'a slow answer',
  'closed behind the answer',
] as const;
export type Trick = (typeof TRICKS)[number];

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A proxy on loopback that plays its tricks on the calls of messages, by a seeded generator. */
export class HostileProxy {
  readonly played = new Map<Trick, number>();
  readonly #target: string;
  readonly #random: () => number;
  readonly #share: number;
  readonly #tricks: readonly Trick[];
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server = createServer((incoming, outgoing) => void this.#handle(incoming, outgoing));
  readonly #sockets = new Set<Socket>();
  /** Off: everything passes. */
  hostile = true;

  private constructor(target: string, options: { seed: number; share: number; tricks: readonly Trick[] }) {
    this.#target = target;
    this.#random = seededRandom(options.seed);
    this.#share = options.share;
    this.#tricks = options.tricks;
  }

  /** @param options.share of the calls that meet a trick, 0–1 */
  static async start(
    target: string,
    options: { seed: number; share: number; tricks: readonly Trick[] },
  ): Promise<HostileProxy> {
    const proxy = new HostileProxy(target, options);
    proxy.#server.on('connection', (socket) => {
      proxy.#sockets.add(socket);
      socket.on('close', () => proxy.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks every connection, as a process that dies does. */
  breakAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    this.breakAll();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    outgoing.on('error', () => {});
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const trick = this.#draw(String(incoming.headers['x-amz-target']));
    if (trick !== undefined) this.played.set(trick, (this.played.get(trick) ?? 0) + 1);
    const socket = outgoing.socket;
    switch (trick) {
      case 'reset':
        socket?.destroy();
        return;
      case 'refused by a gateway':
        outgoing.writeHead(503, { 'content-type': 'text/html' }).end('<html>away</html>');
        return;
      case 'throttled':
        failWith(outgoing, 400, 'com.amazonaws.sqs#RequestThrottled');
        return;
    }
    const answer = await this.#forward(incoming, body).catch(() => undefined);
    if (answer === undefined) {
      socket?.destroy();
      return;
    }
    const whole = { ...answer.headers, 'content-length': String(answer.body.length) };
    const half = answer.body.subarray(0, Math.floor(this.#random() * answer.body.length));
    switch (trick) {
      case 'no answer':
        socket?.destroy();
        return;
      case 'half an answer':
        outgoing.writeHead(answer.status, whole);
        outgoing.write(half, () => socket?.destroy());
        return;
      case 'half an answer that looks whole':
        outgoing.writeHead(answer.status, { ...whole, 'content-length': String(half.length) }).end(half);
        return;
      case 'an empty answer':
        outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
        return;
      case 'a page instead of the answer':
        outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<html>please log in</html>');
        return;
      case 'a server fault after the work':
        failWith(outgoing, 500, 'com.amazonaws.sqs#InternalFailure');
        return;
      case 'an unknown server fault after the work':
        failWith(outgoing, 500, 'com.amazonaws.sqs#NeverSeenBefore');
        return;
      case 'a gateway timeout after the work':
        outgoing.writeHead(504, { 'content-type': 'text/plain' }).end('timeout');
        return;
      case 'a slow answer':
        await new Promise((resolve) => setTimeout(resolve, 1 + this.#random() * 40));
        break;
      case 'closed behind the answer':
        outgoing.on('finish', () => socket?.destroySoon());
        break;
    }
    outgoing.writeHead(answer.status, whole).end(answer.body);
  }

  /** The calls that ask about queues pass: they are made once, at the start. */
  #draw(operation: string): Trick | undefined {
    if (!this.hostile || /\.(Get|List)Queue/.test(operation) || this.#random() >= this.#share) return undefined;
    return this.#tricks[Math.floor(this.#random() * this.#tricks.length)];
  }

  #forward({ method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(`${this.#target}${url}`, { method, headers, agent: this.#agent }, async (answer) => {
        const chunks: Buffer[] = [];
        try {
          for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
          resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: Buffer.concat(chunks) });
        } catch (cause) {
          reject(cause);
        }
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

function failWith(outgoing: ServerResponse, status: number, type: string): void {
  outgoing
    .writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
    .end(JSON.stringify({ __type: type, message: type }));
}
