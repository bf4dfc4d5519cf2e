import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createHandler } from '../../services/processor/create-handler.ts';
import { dynamoDbEventTable, type EventTable } from '../../services/processor/event-table.ts';
import { normaliseQuery } from '../../services/processor/normalise-query.ts';
import { processBatch, type QueueRecord } from '../../services/processor/process-batch.ts';
import { type Bench, bench, type LogLine, makeTable, memoryLog, queryEvent, TABLE } from './helpers.ts';

let on: Bench;
beforeEach(async () => {
  on = await bench();
});
afterEach(() => on.close());

let sequence = 0;
/** A record of a FIFO queue. */
function record(body: unknown, groupId = 'session-1'): QueueRecord {
  return {
    messageId: randomUUID(),
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: { MessageGroupId: groupId, SequenceNumber: String(++sequence), ApproximateReceiveCount: '1' },
  };
}

const plenty = () => 60_000;
const failed = (records: readonly QueueRecord[]) => ({
  batchItemFailures: records.map(({ messageId }) => ({ itemIdentifier: messageId })),
});

/** Processes a batch on the simulator's table; waits between attempts move the simulated clock, not the wall's. */
function processor(table?: EventTable) {
  const { log, lines } = memoryLog();
  const waits: number[] = [];
  const own = dynamoDbEventTable({
    api: on.api('dynamodb'),
    tableName: TABLE,
    random: () => 1,
    sleep: async (ms) => {
      waits.push(ms);
      await on.clock.advance(ms);
    },
  });
  const options = { table: table ?? own, retentionDays: 90, normaliseQuery, log };
  return {
    lines,
    waits,
    run: (records: readonly QueueRecord[], remaining = plenty) => processBatch(records, options, remaining),
  };
}

async function storedIds(): Promise<string[]> {
  const { Items } = await on.operate('dynamodb', 'Scan', { TableName: TABLE });
  return Items.map((item: Record<string, { S: string }>) => item['id']!.S).sort();
}

test('a batch is written, one item an event, one line an outcome', async () => {
  await makeTable(on);
  const event = queryEvent({ answered: true, latencyMs: 41 });
  const { run, lines } = processor();
  const batch = [record(event), record({ ...queryEvent(), type: 'page_view', query: undefined, path: '/cv' }, 'other')];
  expect(await run(batch)).toEqual({ batchItemFailures: [] });
  const { Item } = await on.operate('dynamodb', 'GetItem', {
    TableName: TABLE,
    Key: { day: { S: '2026-03-04' }, id: { S: event.id } },
  });
  expect(Item).toEqual({
    day: { S: '2026-03-04' },
    id: { S: event.id },
    type: { S: 'query' },
    sessionId: { S: 'session-1' },
    occurredAt: { S: '2026-03-04T10:15:00.000Z' },
    query: { S: 'Do you know Terraform?' },
    topic: { S: 'do you know terraform' },
    answered: { BOOL: true },
    latencyMs: { N: '41' },
    expiresAt: { N: String(Date.parse('2026-06-02T10:15:00Z') / 1000) },
  });
  expect(lines).toHaveLength(2);
  expect(lines).toContainEqual({
    level: 'INFO',
    message: 'event written',
    messageId: batch[0]!.messageId,
    groupId: 'session-1',
    receiveCount: 1,
    eventId: event.id,
    outcome: 'written',
  });
});

test('a second delivery is a success that writes nothing', async () => {
  await makeTable(on);
  const event = queryEvent();
  const { run, lines } = processor();
  await run([record(event)]);
  expect(await run([record(event)])).toEqual({ batchItemFailures: [] });
  expect(await storedIds()).toEqual([event.id]);
  expect(lines.map(({ outcome }) => outcome)).toEqual(['written', 'duplicate']);
});

test('a group stops at its first failure, and the rest of it is reported; other groups go on', async () => {
  await makeTable(on);
  const good = queryEvent();
  const others = [queryEvent({ sessionId: 'b' }), queryEvent({ sessionId: 'b' })];
  const batch = [
    record(good, 'a'),
    record(others[0], 'b'),
    record('{"half": ', 'a'),
    record(queryEvent(), 'a'),
    record(others[1], 'b'),
    record(queryEvent(), 'a'),
  ];
  const { run, lines } = processor();
  expect(await run(batch)).toEqual(failed([batch[2]!, batch[3]!, batch[5]!]));
  expect(await storedIds()).toEqual([good.id, others[0]!.id, others[1]!.id].sort());
  expect(lines.filter(({ level }) => level === 'WARN').map(({ messageId, cause }) => [messageId, cause])).toEqual([
    [batch[3]!.messageId, batch[2]!.messageId],
    [batch[5]!.messageId, batch[2]!.messageId],
  ]);
});

test('records of one group are written one after another, groups beside one another', async () => {
  const running = new Set<string>();
  const order: string[] = [];
  let together = 0;
  const table: EventTable = {
    putOnce: async ({ sessionId, topic }) => {
      expect(running.has(sessionId), `two writes of ${sessionId} at once`).toBe(false);
      running.add(sessionId);
      together = Math.max(together, running.size);
      await new Promise((resolve) => setImmediate(resolve));
      running.delete(sessionId);
      order.push(`${sessionId}${topic}`);
      return 'written';
    },
  };
  const batch = ['1', '2', '3'].flatMap((n) =>
    ['a', 'b'].map((session) => record(queryEvent({ sessionId: session, query: n }), session)),
  );
  await processor(table).run(batch);
  expect(together).toBe(2);
  expect(order.filter((each) => each.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
});

test('records of a standard queue stand alone', async () => {
  await makeTable(on);
  const standard = (body: unknown): QueueRecord => ({ ...record(body), attributes: { MessageGroupId: 'tenant' } });
  const event = queryEvent();
  const batch = [standard('no event'), standard(event)];
  expect(await processor().run(batch)).toEqual(failed([batch[0]!]));
  expect(await storedIds()).toEqual([event.id]);
});

test.each([
  ['text that is not JSON', 'oops', 'the body is not JSON'],
  ['an event with a bad field', queryEvent({ id: 'x' }), 'id: must be a UUID'],
])('%s fails, and the log says why without the visitor’s words', async (_, body, message) => {
  await makeTable(on);
  const { run, lines } = processor();
  const batch = [record(body)];
  expect(await run(batch)).toEqual(failed(batch));
  expect(lines).toEqual([
    expect.objectContaining({
      level: 'ERROR',
      outcome: 'failed',
      messageId: batch[0]!.messageId,
      error: { name: 'MalformedEventError', message, stack: expect.any(String) },
    }),
  ]);
  expect(JSON.stringify(lines)).not.toContain('Terraform');
});

test('a throttled write is tried again until the table has units', async () => {
  await makeTable(on, 1);
  const events = Array.from({ length: 4 }, () => queryEvent());
  const { run, waits } = processor();
  expect(await run(events.map((event) => record(event)))).toEqual({ batchItemFailures: [] });
  expect(await storedIds()).toEqual(events.map(({ id }) => id).sort());
  expect(waits.length, 'the third and fourth write had to wait').toBeGreaterThan(0);
});

test('a table that stays without units fails the record, and says so', async () => {
  await makeTable(on);
  on.simulator.faults.add({
    service: 'dynamodb',
    operation: 'PutItem',
    error: { code: 'ProvisionedThroughputExceededException', message: 'The level … was exceeded.' },
  });
  const batch = [record(queryEvent())];
  const { run, lines, waits } = processor();
  expect(await run(batch)).toEqual(failed(batch));
  expect(waits).toEqual([100, 200, 400, 800]);
  expect(lines[0]!['error']).toMatchObject({ name: 'ProvisionedThroughputExceededException' });
});

test('an answer that is lost after the write is a duplicate on the next attempt, not a failure', async () => {
  await makeTable(on);
  on.simulator.faults.add({ service: 'dynamodb', operation: 'PutItem', dropResponse: true, times: 1 });
  const { run, lines } = processor();
  expect(await run([record(queryEvent())])).toEqual({ batchItemFailures: [] });
  expect(on.simulator.region().dynamodb.itemCount(TABLE)).toBe(1);
  expect(lines[0]).toMatchObject({ outcome: 'duplicate' });
});

test('a missing permission is not tried again', async () => {
  await makeTable(on);
  on.simulator.faults.add({ service: 'dynamodb', error: { code: 'AccessDeniedException', message: 'no' } });
  const { run, waits, lines } = processor();
  const batch = [record(queryEvent())];
  expect(await run(batch)).toEqual(failed(batch));
  expect(waits).toEqual([]);
  expect(lines[0]!['error']).toMatchObject({ name: 'AccessDeniedException', message: 'no' });
});

test('when the function’s time runs out, what is left is reported and what is done stays done', async () => {
  await makeTable(on);
  const left = [5_000, 900];
  const batch = [record(queryEvent()), record(queryEvent()), record(queryEvent())];
  const { run, lines } = processor();
  expect(await run(batch, () => left.shift() ?? 0)).toEqual(failed([batch[1]!, batch[2]!]));
  expect(on.simulator.region().dynamodb.itemCount(TABLE)).toBe(1);
  expect(lines[1]!['error']).toMatchObject({ name: 'OutOfTimeError' });
});

test('the good release takes a percent sign and an emoji, the broken one fails for good on the former', async () => {
  await makeTable(on);
  const batch = [
    record(queryEvent({ query: 'Do you work 100% remote?' }), 'a'),
    record(queryEvent({ query: 'Do you like foxes? 🦊' }), 'b'),
    record(queryEvent({ query: '50%20 off' }), 'c'),
  ];
  const broken = memoryLog();
  const table = dynamoDbEventTable({ api: on.api('dynamodb'), tableName: TABLE });
  const decoding = (query: string) => normaliseQuery(decodeURIComponent(query));
  const bad = { table, retentionDays: 90, normaliseQuery: decoding, log: broken.log };
  expect(await processBatch(batch, bad, plenty)).toEqual(failed([batch[0]!]));
  expect(await processBatch([batch[0]!], bad, plenty)).toEqual(failed([batch[0]!]));
  expect(broken.lines.find(({ level }) => level === 'ERROR')?.['error']).toMatchObject({
    name: 'URIError',
    message: 'URI malformed',
  });
  expect(await processor().run(batch)).toEqual({ batchItemFailures: [] });
  expect(on.simulator.region().dynamodb.itemCount(TABLE)).toBe(3);
});

test('the handler reads its environment, and writes JSON lines with version and request', async () => {
  await makeTable(on);
  const handler = createHandler(
    {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL: on.simulator.endpoint,
      AWS_LAMBDA_FUNCTION_VERSION: '6',
      TABLE_NAME: TABLE,
      RETENTION_DAYS: '1',
    },
    normaliseQuery,
  );
  const written: string[] = [];
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    written.push(String(chunk));
    return true;
  });
  try {
    const event = queryEvent();
    expect(await handler({ Records: [record(event)] }, { awsRequestId: 'request-1' })).toEqual({
      batchItemFailures: [],
    });
    const line = JSON.parse(written[0]!) as LogLine;
    expect(line).toMatchObject({ level: 'INFO', version: '6', requestId: 'request-1', eventId: event.id });
    expect(line['timestamp']).toEqual(expect.stringMatching(/^\d{4}-.*Z$/));
  } finally {
    stdout.mockRestore();
  }
});

test.each([
  [{ TABLE_NAME: undefined }, 'The environment variable TABLE_NAME is not set.'],
  [{ RETENTION_DAYS: 'soon' }, 'RETENTION_DAYS must be a number of days, not soon.'],
])('a handler without its settings does not start: %j', (change, message) => {
  const environment = { AWS_REGION: 'x', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', TABLE_NAME: 'x' };
  expect(() => createHandler({ ...environment, ...change }, normaliseQuery)).toThrow(message);
});
