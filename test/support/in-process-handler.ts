import { randomUUID } from 'node:crypto';
import type { HttpHandlerOptions, HttpRequest, HttpResponse, RequestHandler } from '@smithy/types';
import { asApiError, dispatch } from '../../src/lib/simulator/kernel/dispatch.ts';
import { connectionReset } from '../../src/lib/simulator/kernel/in-process-call.ts';
import { errorReply, successReply, unroutedReply } from '../../src/lib/simulator/kernel/replies.ts';
import type { Target } from '../../src/lib/simulator/kernel/router.ts';
import { readCredential, WireCall } from '../../src/lib/simulator/kernel/wire-call.ts';
import type { Reply } from '../../src/lib/simulator/protocols/reply.ts';
import type { Simulator } from '../../src/lib/simulator/simulator.ts';

/**
 * A `requestHandler` for clients of the AWS SDK for JavaScript that reaches a simulator in this process: everything of the
 * client takes part (serialising, signing, retries, its reading of errors), and no socket. Fault rules count; delays pass
 * in simulated time.
 */
export class InProcessHandler implements RequestHandler<HttpRequest, HttpResponse, HttpHandlerOptions> {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #simulator: Simulator;

  constructor(simulator: Simulator) {
    this.#simulator = simulator;
  }

  async handle(request: HttpRequest, options: HttpHandlerOptions = {}): Promise<{ response: HttpResponse }> {
    const reply = await this.#answer(request, options.abortSignal as AbortSignal | undefined);
    const headers = { ...reply.headers, date: this.#simulator.httpDate() };
    return { response: { statusCode: reply.status, headers, body: Buffer.from(reply.body) } };
  }

  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): object {
    return {};
  }

  #answer(request: HttpRequest, signal: AbortSignal | undefined): Promise<Reply> {
    const simulator = this.#simulator;
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const body = bytesOf(request.body);
    const { region, accessKeyId } = readCredential(headers['authorization']);
    const requestId = randomUUID();
    let target: Target;
    try {
      target = simulator.router(region).resolve(request.method, urlOf(request), headers, body);
    } catch (cause) {
      return Promise.resolve(unroutedReply(headers, asApiError(cause), requestId));
    }
    const { accountId } = simulator;
    const abort = () => signal ?? new AbortController().signal;
    const call = new WireCall(target, { region, accountId, accessKeyId, requestId, headers, body, signal: abort });
    return new Promise((resolve, reject) => {
      const aborted = () => reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }));
      if (signal?.aborted === true) return aborted();
      signal?.addEventListener('abort', aborted, { once: true });
      const answer = (reply: Reply) => {
        signal?.removeEventListener('abort', aborted);
        resolve(reply);
      };
      dispatch(simulator, target, call, {
        succeed: (output) => answer(successReply(target, output, requestId)),
        fail: (error) => answer(errorReply(target, error, requestId)),
        hangUp: () => reject(connectionReset()),
        pause: (ms) => new Promise((done) => simulator.clock.schedule(simulator.clock.now() + ms, done)),
      });
    });
  }
}

/** Clients give text or bytes; bytes are taken as they lie, without asking the object for its text first. */
function bytesOf(body: unknown): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return Buffer.from(typeof body === 'string' ? body : '');
}

function urlOf({ path, query = {} }: HttpRequest): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value ?? '']) parameters.append(name, each);
  }
  const search = parameters.toString();
  return search === '' ? path : `${path}?${search}`;
}
