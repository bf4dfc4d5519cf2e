import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { buildServices } from '../../scripts/zip-services.mjs';
import { handleRequest } from '../../services/worker/handle-request.ts';
import { type Operate, operator } from '../../src/lib/sandbox/operate.ts';
import { type Bench, bench, makeTable, queryEvent, TABLE } from './helpers.ts';

// The three services together: the built packages in the simulator's Lambda, the worker's own code in front.

const ROLE = 'arn:aws:iam::000000000000:role/lambda';
const TOPIC = 'arn:aws:sns:us-east-1:000000000000:reports';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cvops-flow-'));
  await buildServices({ outDir: folder });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let on: Bench;
let operate: Operate;
beforeEach(async () => {
  on = await bench();
  operate = operator(on.simulator, 'us-east-1', 'test');
});
afterEach(() => on.close());

async function makeFunction(name: string, zip: string, variables: Record<string, string>): Promise<string> {
  const { FunctionArn } = await operate('lambda', 'CreateFunction', {
    FunctionName: name,
    Role: ROLE,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Timeout: 10,
    Code: { ZipFile: readFileSync(join(folder, zip)).toString('base64') },
    Environment: { Variables: { TABLE_NAME: TABLE, ...variables } },
  });
  await on.clock.advance(1_000);
  return FunctionArn;
}

/** The queue and its DLQ: dead after two deliveries. */
async function makeQueues(): Promise<{ queueUrl: string; dlqUrl: string; queueArn: string }> {
  const dlq = await operate('sqs', 'CreateQueue', { QueueName: 'dlq.fifo', Attributes: { FifoQueue: 'true' } });
  const queue = await operate('sqs', 'CreateQueue', {
    QueueName: 'queue.fifo',
    Attributes: {
      FifoQueue: 'true',
      VisibilityTimeout: '60',
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dlq.fifo',
        maxReceiveCount: 2,
      }),
    },
  });
  return {
    queueUrl: queue.QueueUrl,
    dlqUrl: dlq.QueueUrl,
    queueArn: 'arn:aws:sqs:us-east-1:000000000000:queue.fifo',
  };
}

/** Posts to the worker, and waits for what it goes on with. */
async function post(queueUrl: string, body: unknown): Promise<number> {
  const work: Promise<unknown>[] = [];
  const request = new Request('https://worker.example.com/events', { method: 'POST', body: JSON.stringify(body) });
  const env = {
    QUEUE_URL: queueUrl,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'worker',
    AWS_SECRET_ACCESS_KEY: 'secret',
    ALLOWED_ORIGIN: '*',
  };
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    const response = await handleRequest(request, env, { waitUntil: (promise) => work.push(promise) });
    await Promise.all(work);
    return response.status;
  } finally {
    log.mockRestore();
  }
}

async function count(queueUrl: string): Promise<number> {
  const { Attributes } = await operate('sqs', 'GetQueueAttributes', {
    QueueUrl: queueUrl,
    AttributeNames: ['ApproximateNumberOfMessages'],
  });
  return Number(Attributes.ApproximateNumberOfMessages);
}

test('events flow to the table; the broken release leaves its victims in the DLQ; the mail counts what is there', async () => {
  await makeTable(on);
  const { queueUrl, dlqUrl, queueArn } = await makeQueues();
  await makeFunction('processor', 'processor-broken.zip', {});
  await operate('lambda', 'CreateEventSourceMapping', {
    EventSourceArn: queueArn,
    FunctionName: 'processor',
    BatchSize: 10,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  await on.clock.advance(1_000);
  const good = Array.from({ length: 12 }, (_, i) => queryEvent({ sessionId: `s${i % 4}`, query: 'Are you free?' }));
  const victim = queryEvent({ sessionId: 'victim', query: 'Do you work 100% remote?' });
  expect(await post(queueUrl, [...good, victim])).toBe(202);
  await on.clock.advance(180_000);
  expect(on.simulator.region().dynamodb.itemCount(TABLE)).toBe(12);
  expect(await count(dlqUrl)).toBe(1);

  await operate('lambda', 'UpdateFunctionCode', {
    FunctionName: 'processor',
    ZipFile: readFileSync(join(folder, 'processor.zip')).toString('base64'),
  });
  await on.clock.advance(1_000);
  await operate('sqs', 'StartMessageMoveTask', { SourceArn: 'arn:aws:sqs:us-east-1:000000000000:dlq.fifo' });
  await on.clock.advance(180_000);
  expect(await count(dlqUrl)).toBe(0);
  expect(on.simulator.region().dynamodb.itemCount(TABLE)).toBe(13);

  await operate('sns', 'CreateTopic', { Name: 'reports' });
  await operate('sns', 'Subscribe', { TopicArn: TOPIC, Protocol: 'email', Endpoint: 'ops@example.com' });
  const Token = /[?&]Token=([^&\s]+)/.exec(on.simulator.region().sns.outbox.at(-1)!.body)![1];
  await operate('sns', 'ConfirmSubscription', { TopicArn: TOPIC, Token });
  const reporter = await makeFunction('reporter', 'reporter.zip', { TOPIC_ARN: TOPIC });
  on.simulator.region().functions.invokeAsync(reporter, { time: '2026-03-09T08:00:00Z' });
  await on.clock.advance(10_000);
  expect(on.simulator.region().sns.outbox.at(-1)).toMatchObject({
    subject: 'CV analytics 2026-03-02 to 2026-03-08: 13 events',
    body: expect.stringContaining('12  are you free'),
  });
});
