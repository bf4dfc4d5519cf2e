import { CallPace } from '../aws/call-pace.ts';
import { ForeignAnswer, quoted } from '../aws/foreign-answer.ts';
import type { Clock } from '../clock.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { interruption } from '../errors/interruption.ts';
import { readBounded } from '../io/read-bounded.ts';
import type { HcpAccess } from './hcp-access.ts';
import { type HcpCallSite, notHcp, tooOften, unanswered, unreached } from './hcp-errors.ts';
import { type JsonApiDocument, type Resource, readDocument } from './json-api.ts';

/** One call as it went, for `--debug`. Paths hold ids and names, never values. */
export interface HcpCallRecord {
  readonly method: string;
  readonly path: string;
  /** Undefined when no answer came. */
  readonly status: number | undefined;
  readonly durationMs: number;
  readonly requestId: string | null;
}

export interface HcpSetup {
  readonly access: HcpAccess;
  readonly clock: Clock;
  /** Ends what only reads; a change under way is finished. */
  readonly signal: AbortSignal;
  readonly version: string;
  readonly observe?: (call: HcpCallRecord) => void;
  /** Takes secrets out of what a server says of an error: it may quote what it was sent. */
  readonly clean?: (text: string) => string;
  /** How long one answer may take, from the request to its last byte, ms. */
  readonly timeoutMs?: number;
}

export interface HcpCall extends HcpCallSite {
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: object;
  /** Type of each resource that is answered, and an attribute that all of them have; what has others is not believed. */
  readonly holds?: readonly [type: string, attribute: string];
  /** Statuses that the caller puts into words itself; others than 2xx are thrown. */
  readonly expect?: readonly number[];
}

export interface HcpAnswer {
  readonly status: number;
  readonly document: JsonApiDocument;
}

const TIMEOUT_MS = 30_000;
/** The longest that a server's wish to wait is heeded; the limit is counted by the second. */
const LONGEST_WAIT_MS = 30_000;
const MOST_ATTEMPTS = 4;
const PAGE_SIZE = 100;
/** More than any answer of the API. */
const MOST_BYTES = 16 * 1_048_576;
/** 10,000 entries: more than any list of an organisation that is worth showing. */
const MOST_PAGES = 100;

/**
 * Calls to the HCP Terraform API, JSON:API over HTTPS. Paced at 14 a second at most, where 30 are allowed to a user
 * (https://developer.hashicorp.com/terraform/cloud-docs/api-docs#rate-limiting). A 429 is waited out and tried again;
 * reads are tried again after 5xx and broken connections, changes are not: they may have been made.
 */
export class HcpTransport {
  readonly access: HcpAccess;
  readonly #setup: HcpSetup;
  readonly #pace: CallPace;

  constructor(setup: HcpSetup) {
    this.access = setup.access;
    this.#setup = setup;
    this.#pace = new CallPace(setup.clock);
  }

  /** @throws CvopsError for every status that `expect` does not name; see hcp-errors.ts. */
  async send(call: HcpCall): Promise<HcpAnswer> {
    for (let attempt = 1; ; attempt++) {
      await this.#pace.turn();
      const isLast = attempt === MOST_ATTEMPTS;
      const wait = await this.#attempt(call, isLast, attempt);
      if (typeof wait !== 'number') return wait;
      await this.#setup.clock.sleep(wait, this.#setup.signal).catch((cause) => {
        throw interruption(this.#setup.signal) ?? cause;
      });
    }
  }

  /** All pages of a list. */
  async list(call: HcpCall): Promise<JsonApiDocument> {
    const data: Resource[] = [];
    const included: Resource[] = [];
    let page: number | null = 1;
    for (let count = 0; page !== null && count < MOST_PAGES; count++) {
      const query: HcpCall['query'] = { 'page[size]': PAGE_SIZE, ...call.query, 'page[number]': page };
      const { document } = await this.send({ ...call, query });
      data.push(...document.data);
      included.push(...document.included);
      // A server that names the page again, or one before, would be asked for ever.
      page = document.nextPage !== null && document.nextPage > page ? document.nextPage : null;
    }
    return { data, included, nextPage: page, errors: [] };
  }

  /** The answer, or how many ms to wait before the next attempt. */
  async #attempt(call: HcpCall, isLast: boolean, attempt: number): Promise<HcpAnswer | number> {
    const { access, clock, clean = (said) => said } = this.#setup;
    const mayRepeat = call.method === 'GET' && !isLast;
    const pauseMs = 250 * 2 ** attempt;
    const started = clock.now();
    const observed = (response?: Response) =>
      this.#setup.observe?.({
        method: call.method,
        path: call.path,
        status: response?.status,
        durationMs: clock.now() - started,
        requestId: response?.headers.get('x-request-id') ?? null,
      });
    let response: Response;
    let text: string;
    try {
      response = await this.#fetch(call);
      text = await bodyOf(response);
    } catch (cause) {
      observed();
      const interrupted = interruption(this.#setup.signal);
      if (interrupted !== null && call.method === 'GET') throw interrupted;
      const error = unreached(access, call, cause, this.#timeoutMs);
      // What cannot be reached at all is not mended by asking again.
      if (mayRepeat && error.exitCode === ExitCode.failed) return pauseMs;
      throw error;
    }
    observed(response);
    const { status } = response;
    if (status === 429) {
      const waitMs = askedWaitMs(response.headers, clock.now()) ?? 1_000 * attempt;
      if (isLast || waitMs > LONGEST_WAIT_MS) throw tooOften(access, call, waitMs);
      return waitMs;
    }
    if (status >= 500 && mayRepeat) return pauseMs;
    const document = parse(status < 300 ? text : clean(text));
    if (document === undefined || (status >= 300 && status < 400)) {
      const headers = { 'content-type': response.headers.get('content-type') ?? undefined };
      const what = redirectTo(response, access.origin) ?? quoted(clean(text));
      throw notHcp(access, call, new ForeignAnswer({ statusCode: status, headers }, what));
    }
    if (status < 300 && !isOf(document, call.holds)) {
      const what = `, without ${call.holds!.join(' with ')}`;
      throw notHcp(access, call, new ForeignAnswer({ statusCode: status, headers: {} }, what));
    }
    if (status < 300 || call.expect?.includes(status) === true) return { status, document };
    throw unanswered(access, call, status, document.errors);
  }

  get #timeoutMs(): number {
    return this.#setup.timeoutMs ?? TIMEOUT_MS;
  }

  #fetch({ method, path, query, body }: HcpCall): Promise<Response> {
    const { access, version, signal } = this.#setup;
    const url = new URL(`/api/v2${path}`, access.origin);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, String(value));
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    return fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${access.token}`,
        accept: 'application/vnd.api+json',
        'user-agent': `cvops/${version}`,
        ...(body === undefined ? {} : { 'content-type': 'application/vnd.api+json' }),
      },
      // A redirect would take the token to wherever it leads.
      redirect: 'manual',
      signal: method === 'GET' ? AbortSignal.any([signal, timeout]) : timeout,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

function isOf({ data }: JsonApiDocument, holds: HcpCall['holds']): boolean {
  return holds === undefined || data.every(({ type, attributes }) => type === holds[0] && holds[1] in attributes);
}

/** Its host alone: the rest may hold what the server was sent. */
function redirectTo({ status, headers }: Response, origin: string): string | undefined {
  const to = headers.get('location');
  if (status < 300 || status >= 400 || to === null || !URL.canParse(to, origin)) return undefined;
  return `, a redirect to ${new URL(to, origin).host}`;
}

async function bodyOf({ body }: Response): Promise<string> {
  if (body === null) return '';
  const bytes = await readBounded(body, MOST_BYTES);
  if (bytes === undefined) throw new Error('the answer has no end');
  return bytes.toString('utf8');
}

function parse(text: string): JsonApiDocument | undefined {
  if (text.trim() === '') return readDocument(undefined);
  try {
    return readDocument(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * `Retry-After` in seconds or as a date (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after), else
 * `X-RateLimit-Reset`, which HCP Terraform sends: seconds until it counts anew. Undefined where they say nothing of use.
 */
function askedWaitMs(headers: Headers, nowMs: number): number | undefined {
  for (const name of ['retry-after', 'x-ratelimit-reset']) {
    const text = headers.get(name) ?? '';
    // More than a date is taken for one by the parser.
    const waitMs = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) - nowMs : Number(text) * 1_000;
    if (waitMs > 0) return Math.ceil(waitMs);
  }
  return undefined;
}
