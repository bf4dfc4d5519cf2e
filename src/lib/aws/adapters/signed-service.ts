import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SignatureV4 } from '@smithy/signature-v4';
import { type AwsCallSite, classifyAwsError } from '../../errors/classify-aws-error.ts';
import type { ClientSetup } from '../client-options.ts';
import type { CallFacts } from '../guard-client.ts';
import { type Address, type Answer, refused, SignedJson } from './signed-json.ts';

interface Place {
  /** As calls are told of, and signed: `freetier`. */
  readonly name: string;
  /** `AWSFreeTierService`; of JSON 1.0 only. */
  readonly target?: string;
  readonly region: string;
  /** A URL. */
  readonly endpoint: string;
}

const TIMEOUT_MS = 6_000;
/** Doubled with each attempt. */
const PAUSE_MS = 100;
const WORTH_ANOTHER = /^(Throttling|TooManyRequests|RequestLimit|InternalServer|ServiceUnavailable)/;

/** A service of which there is no SDK client here: signed by hand, asked again where that is worth it, with its errors told. */
export class SignedService {
  readonly #place: Place;
  readonly #setup: ClientSetup;
  readonly #calls: SignedJson;

  /** @param client lends its credentials. */
  constructor(place: Place, client: Pick<CloudWatchClient, 'config'>, setup: ClientSetup) {
    this.#place = place;
    this.#setup = setup;
    const { name, target, region } = place;
    const { credentials, sha256 } = client.config;
    const signer = new SignatureV4({ service: name, region, credentials, sha256 });
    const service = { name, timeoutMs: TIMEOUT_MS, ...(target === undefined ? {} : { target }) };
    this.#calls = new SignedJson(service, signer, setup);
  }

  /** A call of JSON 1.0. */
  async post<O>(operation: string, input: object, site: AwsCallSite): Promise<O> {
    const address = this.#address('');
    return this.#ask(site, () => this.#calls.post(address, operation, JSON.stringify(input), this.#ends));
  }

  /** A read of REST-JSON. @param path from the endpoint's own on: `/schedules`. */
  async get<O>(
    operation: string,
    path: string,
    query: Readonly<Record<string, string>>,
    site: AwsCallSite,
  ): Promise<O> {
    const address = { ...this.#address(path), query };
    return this.#ask(site, () => this.#calls.get(address, operation, this.#ends));
  }

  get #ends() {
    return { signal: this.#setup.signal };
  }

  async #ask<O>(site: AwsCallSite, send: () => Promise<Answer>): Promise<O> {
    const { signal, options } = this.#setup;
    try {
      return (await this.#attempts(send)) as O;
    } catch (cause) {
      if (signal?.aborted === true) throw signal.reason;
      const facts: CallFacts = {
        endpoint: new URL(this.#place.endpoint).origin,
        timeoutMs: TIMEOUT_MS,
        profile: options.profile,
      };
      throw classifyAwsError(Object.assign(cause as Error, { $call: facts }), site);
    }
  }

  async #attempts(send: () => Promise<Answer>): Promise<unknown> {
    const { options, signal } = this.#setup;
    for (let attempt = 1; ; attempt++) {
      const failure = await send().then(
        (answer) => (answer.status === 200 ? { body: answer.body } : { error: refused(answer) }),
        (error: Error) => ({ error }),
      );
      if ('body' in failure) return failure.body;
      if (attempt >= options.maxAttempts || !isWorthAnother(failure.error)) throw failure.error;
      await sleep(PAUSE_MS * 2 ** attempt, undefined, signal === undefined ? {} : { signal });
    }
  }

  #address(path: string): Address {
    const { protocol, hostname, port, pathname } = new URL(this.#place.endpoint);
    const userAgent = this.#setup.options.customUserAgent;
    const whole = path === '' ? pathname : `${pathname.replace(/\/$/, '')}${path}`;
    return { protocol, hostname, path: whole, userAgent, ...(port === '' ? {} : { port: Number(port) }) };
  }
}

function isWorthAnother(error: Error & { readonly $fault?: string; readonly code?: string }): boolean {
  return error.$fault === 'server' || WORTH_ANOTHER.test(error.name) || error.code === 'ECONNRESET';
}
