import { AwsApi } from '../shared/aws-api.ts';
import { type AnalyticsEvent, MAX_EVENTS, parseEvent } from '../shared/event.ts';
import { errorField, jsonLog } from '../shared/log.ts';
import { fetchSignedPost } from './fetch-signed-post.ts';
import { sendEvents } from './queue-sender.ts';

/** The Worker's bindings (`wrangler.jsonc`); keys are secrets. */
export interface WorkerEnvironment {
  readonly QUEUE_URL: string;
  readonly AWS_REGION: string;
  readonly AWS_ACCESS_KEY_ID: string;
  readonly AWS_SECRET_ACCESS_KEY: string;
  /** Origins that may send from a browser, separated by commas; `*` = any. */
  readonly ALLOWED_ORIGIN: string;
}

/** What the handler needs of Cloudflare's context. */
export interface WaitUntil {
  waitUntil(work: Promise<unknown>): void;
}

const MAX_BODY_BYTES = 64 * 1024;
const SEND_TIMEOUT_MS = 5_000;
/** How long a browser may remember a preflight's answer, s. */
const PREFLIGHT_SECONDS = 86_400;

/**
 * `POST /events` takes one event or up to 25, answers 202 at once and sends them afterwards; `GET /health` answers 200.
 * A visitor never waits for the queue nor sees it fail.
 */
export async function handleRequest(request: Request, env: WorkerEnvironment, context: WaitUntil): Promise<Response> {
  const { pathname } = new URL(request.url);
  const cors = corsHeaders(request.headers.get('origin'), env.ALLOWED_ORIGIN);
  if (pathname === '/health') {
    return request.method === 'GET' || request.method === 'HEAD'
      ? answer(200, { status: 'ok' }, {})
      : answer(405, { error: 'use GET' }, { allow: 'GET' });
  }
  if (pathname !== '/events') return answer(404, { error: 'use POST /events' }, cors ?? {});
  if (cors === undefined) return answer(403, { error: 'this origin may not send events' }, {});
  if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: cors });
  if (request.method !== 'POST') return answer(405, { error: 'use POST' }, { ...cors, allow: 'POST, OPTIONS' });

  const read = await readEvents(request);
  if ('problem' in read) return answer(read.status, { error: read.problem }, cors);
  context.waitUntil(deliver(read.events, env));
  return answer(202, { accepted: read.events.length }, cors);
}

async function deliver(events: readonly AnalyticsEvent[], env: WorkerEnvironment): Promise<void> {
  const log = jsonLog((line) => console.log(line), { service: 'worker' });
  try {
    const api = new AwsApi(
      fetchSignedPost({
        service: 'sqs',
        region: env.AWS_REGION,
        endpoint: new URL(env.QUEUE_URL).origin,
        accessKeyId: env.AWS_ACCESS_KEY_ID,
        secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
        timeoutMs: SEND_TIMEOUT_MS,
      }),
    );
    await sendEvents(events, { api, queueUrl: env.QUEUE_URL, log });
  } catch (cause) {
    // A binding is missing or malformed: no event can be sent, so each is left in the log.
    for (const event of events) {
      log('ERROR', 'event lost', { eventId: event.id, attempts: 0, error: errorField(cause), event });
    }
    log('ERROR', 'events sent', { sent: 0, lost: events.length, requests: 0 });
  }
}

type Read = { readonly events: readonly AnalyticsEvent[] } | { readonly status: number; readonly problem: string };

async function readEvents(request: Request): Promise<Read> {
  const tooLarge = { status: 413, problem: `the body is larger than ${MAX_BODY_BYTES} bytes` };
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return tooLarge;
  // Browsers send beacons as text/plain, so the content type says nothing.
  const text = await request.text();
  if (text.length > MAX_BODY_BYTES) return tooLarge;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { status: 400, problem: 'the body is not JSON' };
  }
  if (!Array.isArray(body)) {
    const result = parseEvent(body);
    return 'event' in result ? { events: [result.event] } : { status: 400, problem: result.problem };
  }
  if (body.length === 0) return { status: 400, problem: 'the list of events is empty' };
  if (body.length > MAX_EVENTS) {
    return { status: 400, problem: `the list has ${body.length} events, more than ${MAX_EVENTS}` };
  }
  const events: AnalyticsEvent[] = [];
  for (const [i, each] of body.entries()) {
    const result = parseEvent(each);
    if (!('event' in result)) return { status: 400, problem: `[${i}] ${result.problem}` };
    events.push(result.event);
  }
  return { events };
}

/** Headers for an allowed origin, none for a request without one, undefined for an origin that is not allowed. */
function corsHeaders(origin: string | null, allowed: string | undefined): Record<string, string> | undefined {
  if (origin === null) return {};
  const origins = (allowed ?? '').split(',').map((each) => each.trim());
  if (!origins.includes('*') && !origins.includes(origin)) return undefined;
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'POST, OPTIONS',
    'access-control-allow-headers': 'content-type',
    'access-control-max-age': String(PREFLIGHT_SECONDS),
    vary: 'origin',
  };
}

function answer(status: number, body: unknown, headers: Readonly<Record<string, string>>): Response {
  return new Response(`${JSON.stringify(body)}\n`, {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  });
}
