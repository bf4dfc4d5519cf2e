import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Miniflare } from 'miniflare';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildServices } from '../../scripts/zip-services.mjs';
import type { AnalyticsEvent } from '../../services/shared/event.ts';
import { type Bench, bench, type LogLine, queryEvent } from './helpers.ts';

const ORIGIN = 'https://cv.example.com';
const COMPATIBILITY = /"compatibility_date": "([^"]+)"/.exec(
  readFileSync(new URL('../../services/worker/wrangler.jsonc', import.meta.url), 'utf8'),
)![1]!;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cvops-worker-'));
  await buildServices({ outDir: folder });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The built Worker in workerd, and the structured lines that it has logged. */
class Edge {
  readonly lines: LogLine[] = [];
  readonly #runtime: Miniflare;
  readonly #awaited = new Set<() => void>();

  constructor(queueUrl: string, bindings: Record<string, string> = {}) {
    this.#runtime = new Miniflare({
      // By content: workerd takes no path that leads out of the working directory.
      modules: [{ type: 'ESModule', path: 'worker.mjs', contents: readFileSync(join(folder, 'worker.mjs')) }],
      compatibilityDate: COMPATIBILITY,
      bindings: {
        QUEUE_URL: queueUrl,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'worker',
        AWS_SECRET_ACCESS_KEY: 'secret',
        ALLOWED_ORIGIN: ORIGIN,
        ...bindings,
      },
      handleStructuredLogs: ({ message }: { message: string }) => {
        this.lines.push(JSON.parse(message) as LogLine);
        for (const awaken of this.#awaited) awaken();
      },
    });
  }

  fetch(path: string, init: { method?: string; body?: string; headers?: Record<string, string> } = {}) {
    return this.#runtime.dispatchFetch(`https://worker.example.com${path}`, init);
  }

  post(body: unknown, headers: Record<string, string> = { origin: ORIGIN }) {
    return this.fetch('/events', {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** Resolves with the summary line of a delivery: what `waitUntil` went on with is then done. */
  async delivered(count = 1): Promise<LogLine> {
    for (;;) {
      const summaries = this.lines.filter(({ message }) => message === 'events sent');
      if (summaries.length >= count) return summaries[count - 1]!;
      await new Promise<void>((resolve) => {
        const awaken = () => {
          this.#awaited.delete(awaken);
          resolve();
        };
        this.#awaited.add(awaken);
      });
    }
  }

  close(): Promise<void> {
    return this.#runtime.dispose();
  }
}

describe('with a queue', () => {
  let on: Bench;
  let queueUrl: string;
  let edge: Edge;

  // One workerd for all: each takes a second to start.
  beforeAll(async () => {
    on = await bench();
    ({ QueueUrl: queueUrl } = await on.operate('sqs', 'CreateQueue', {
      QueueName: 'events.fifo',
      Attributes: { FifoQueue: 'true' },
    }));
    edge = new Edge(queueUrl);
  });
  beforeEach(() => {
    on.simulator.faults.clear();
    edge.lines.length = 0;
  });
  afterAll(async () => {
    await edge.close();
    await on.close();
  });

  /** Takes what is in the queue. */
  async function messages(): Promise<{ body: AnalyticsEvent; group: string; deduplication: string }[]> {
    const { Messages } = await on.operate('sqs', 'ReceiveMessage', {
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
    });
    for (const { ReceiptHandle } of Messages ?? []) {
      await on.operate('sqs', 'DeleteMessage', { QueueUrl: queueUrl, ReceiptHandle });
    }
    return (Messages ?? []).map((message: { Body: string; Attributes: Record<string, string> }) => ({
      body: JSON.parse(message.Body),
      group: message.Attributes['MessageGroupId'],
      deduplication: message.Attributes['MessageDeduplicationId'],
    }));
  }

  test('an event is accepted and sent, in its session’s group, under its own id', async () => {
    const event = queryEvent({ sessionId: 'visitor-7' });
    const response = await edge.post(event);
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ accepted: 1 });
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(await edge.delivered()).toMatchObject({ level: 'INFO', sent: 1, lost: 0 });
    expect(await messages()).toEqual([{ body: event, group: 'visitor-7', deduplication: event.id }]);
  });

  test('a list keeps the order of each session', async () => {
    const events = [1, 2, 3, 4, 5].map((n) => queryEvent({ query: `question ${n}` }));
    expect((await edge.post(events)).status).toBe(202);
    await edge.delivered();
    expect((await messages()).map(({ body }) => body)).toEqual(events);
  });

  test('the same event twice is one message', async () => {
    const event = queryEvent();
    await edge.post(event);
    await edge.post(event);
    await edge.delivered(2);
    expect(await messages()).toHaveLength(1);
  });

  test('an answer that is lost on the way is sent again, and still makes one message', async () => {
    on.simulator.faults.add({ service: 'sqs', operation: 'SendMessage', dropResponse: true, times: 1 });
    await edge.post(queryEvent());
    expect(await edge.delivered()).toMatchObject({ sent: 1, lost: 0, requests: 2 });
    expect(await messages()).toHaveLength(1);
  });

  test.each([
    ['not JSON', 'hello', 400, 'the body is not JSON'],
    ['an empty list', [], 400, 'the list of events is empty'],
    ['26 events', Array.from({ length: 26 }, () => queryEvent()), 400, 'the list has 26 events, more than 25'],
    ['a bad field', queryEvent({ query: '' }), 400, 'query: must not be empty'],
    ['a bad field in a list', [queryEvent(), queryEvent({ id: 'x' })], 400, '[1] id: must be a UUID'],
    ['a flood', 'x'.repeat(65_537), 413, 'the body is larger than 65536 bytes'],
  ])('%s is refused in one line, and nothing is sent', async (_, body, status, error) => {
    const response = await edge.post(body);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error });
    expect(await messages()).toEqual([]);
  });

  test('a preflight names origin, method and header', async () => {
    const response = await edge.fetch('/events', { method: 'OPTIONS', headers: { origin: ORIGIN } });
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': 'content-type',
      vary: 'origin',
    });
  });

  test.each([
    ['POST', '/events', { origin: 'https://elsewhere.example' }, 403],
    ['GET', '/events', {}, 405],
    ['GET', '/health', {}, 200],
    ['POST', '/health', {}, 405],
    ['GET', '/', {}, 404],
  ])('%s %s with %j answers %i', async (method, path, headers, status) => {
    const response = await edge.fetch(path, { method, headers, ...(method === 'POST' ? { body: '{}' } : {}) });
    expect(response.status).toBe(status);
  });
});

describe('when the queue fails', () => {
  /** A stand-in for SQS that answers as told, and counts. */
  let requests: { target: string; body: Record<string, string> }[];
  let reply: (count: number) => { status: number; body: string } | 'reset';
  let server: Server;
  let edge: Edge;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        requests.push({
          target: String(request.headers['x-amz-target']),
          body: JSON.parse(Buffer.concat(chunks).toString('utf8')),
        });
        const answer = reply(requests.length);
        if (answer === 'reset') response.destroy();
        else response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(answer.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    edge = new Edge(`http://127.0.0.1:${(server.address() as AddressInfo).port}/000000000000/events.fifo`);
  });
  beforeEach(() => {
    requests = [];
    edge.lines.length = 0;
  });
  afterAll(async () => {
    await edge.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const ok = { status: 200, body: JSON.stringify({ MessageId: randomUUID() }) };
  const error = (status: number, code: string) => ({
    status,
    body: JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message: 'as told' }),
  });

  test('the visitor gets 202, and the event is in the log, whole, after three attempts', async () => {
    reply = () => error(503, 'ServiceUnavailable');
    const event = queryEvent({ query: 'Is anyone there?' });
    expect((await edge.post(event)).status).toBe(202);
    expect(await edge.delivered()).toMatchObject({ level: 'ERROR', sent: 0, lost: 1, requests: 3 });
    expect(edge.lines[0]).toMatchObject({
      level: 'ERROR',
      message: 'event lost',
      eventId: event.id,
      attempts: 3,
      event,
      error: { name: 'ServiceUnavailable', message: 'as told' },
    });
    expect(new Set(requests.map(({ body }) => body['MessageDeduplicationId']))).toEqual(new Set([event.id]));
  });

  test('a closed connection and a throttled call are tried again', async () => {
    reply = (count) => (count === 1 ? 'reset' : count === 2 ? error(400, 'ThrottlingException') : ok);
    await edge.post(queryEvent());
    expect(await edge.delivered()).toMatchObject({ level: 'INFO', sent: 1, lost: 0, requests: 3 });
  });

  test('a missing permission is not tried again', async () => {
    reply = () => error(403, 'AccessDeniedException');
    await edge.post(queryEvent());
    expect(await edge.delivered()).toMatchObject({ lost: 1, requests: 1 });
    expect(edge.lines[0]).toMatchObject({ attempts: 1, error: { name: 'AccessDeniedException' } });
  });

  test('a full list never makes more requests than a Worker may, and loses nothing in silence', async () => {
    reply = () => error(500, 'InternalError');
    const events = Array.from({ length: 25 }, (_, i) => queryEvent({ sessionId: `s${i}` }));
    expect((await edge.post(events)).status).toBe(202);
    expect(await edge.delivered()).toMatchObject({ sent: 0, lost: 25 });
    expect(requests.length).toBeLessThanOrEqual(45);
    expect(new Set(edge.lines.map(({ eventId }) => eventId).filter((id) => id !== undefined))).toEqual(
      new Set(events.map(({ id }) => id)),
    );
  });

  test('an event after a lost one of its session is still sent', async () => {
    reply = (count) => (count <= 3 ? error(500, 'InternalError') : ok);
    await edge.post([queryEvent({ query: 'first' }), queryEvent({ query: 'second' })]);
    expect(await edge.delivered()).toMatchObject({ sent: 1, lost: 1, requests: 4 });
  });

  test('a Worker without its queue still answers 202 and logs the event', async () => {
    const bare = new Edge('');
    try {
      const event = queryEvent();
      expect((await bare.post(event)).status).toBe(202);
      expect(await bare.delivered()).toMatchObject({ sent: 0, lost: 1 });
      expect(bare.lines[0]).toMatchObject({ message: 'event lost', event });
      expect(requests).toEqual([]);
    } finally {
      await bare.close();
    }
  });
});

test('the built module runs on plain Node as well', async () => {
  const { default: worker } = (await import(join(folder, 'worker.mjs'))) as {
    default: { fetch(request: Request, env: object, context: object): Promise<Response> };
  };
  const response = await worker.fetch(new Request('https://worker.example.com/health'), {}, {});
  expect(response.status).toBe(200);
});
