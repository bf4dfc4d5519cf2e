import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { SignatureV4 } from '@smithy/signature-v4';
import type { SignedPost } from './aws-api.ts';

export interface NodeSignedPostOptions {
  readonly service: string;
  readonly region: string;
  /** Base URL, without path. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** Longest time for one attempt, ms. */
  readonly timeoutMs: number;
}

/**
 * Signed requests over Node's own HTTP client, on connections that stay open between invocations. `fetch` would do the
 * same for four times the processor time.
 */
export function nodeSignedPost(options: NodeSignedPostOptions): SignedPost {
  const { hostname, port, protocol, host } = new URL(options.endpoint);
  const secure = protocol === 'https:';
  const request = secure ? httpsRequest : httpRequest;
  const agent = new (secure ? HttpsAgent : HttpAgent)({ keepAlive: true });
  const signer = new SignatureV4({
    service: options.service,
    region: options.region,
    credentials: {
      accessKeyId: options.accessKeyId,
      secretAccessKey: options.secretAccessKey,
      ...(options.sessionToken === undefined ? {} : { sessionToken: options.sessionToken }),
    },
    sha256: NodeSha256,
  });
  return async (headers, body) => {
    const signed = await signer.sign({
      method: 'POST',
      protocol,
      hostname,
      path: '/',
      query: {},
      headers: { host, 'content-length': String(Buffer.byteLength(body)), ...headers },
      body,
    });
    return new Promise((resolve, reject) => {
      const call = request(
        {
          agent,
          hostname,
          port,
          path: '/',
          method: 'POST',
          headers: signed.headers,
          signal: AbortSignal.timeout(options.timeoutMs),
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
          );
          response.on('error', reject);
        },
      );
      call.on('error', reject);
      call.end(body);
    });
  };
}

/** SHA-256, keyed or not, in the shape that the signer asks for. */
class NodeSha256 {
  #hash: Hash | Hmac;
  readonly #make: () => Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#make = () => (secret === undefined ? createHash('sha256') : createHmac('sha256', toKey(secret)));
    this.#hash = this.#make();
  }

  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#make();
  }
}

function toKey(secret: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof secret === 'string') return secret;
  return ArrayBuffer.isView(secret)
    ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
    : new Uint8Array(secret);
}
