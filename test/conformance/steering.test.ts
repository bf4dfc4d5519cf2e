import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  ListQueuesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../src/lib/simulator/simulator.ts';

// The simulator's own API, as docs/simulator.md describes it.
describe('steering the simulator over HTTP', () => {
  let simulator: Simulator;
  let sqs: SQSClient;

  const settings = () => ({
    endpoint: simulator.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });

  beforeEach(async () => {
    simulator = await Simulator.start({ clock: new SimulatedClock({ start: Date.UTC(2026, 0, 1), rate: 0 }) });
    sqs = new SQSClient(settings());
  });

  afterEach(async () => {
    sqs.destroy();
    await simulator.close();
  });

  async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; json: unknown }> {
    const answer = await fetch(`${simulator.endpoint}/_simulator/${path}`, {
      method,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, json: text === '' ? undefined : JSON.parse(text) };
  }

  const makeQueue = async () => (await sqs.send(new CreateQueueCommand({ QueueName: 'q' }))).QueueUrl;

  test('health tells endpoint and process', async () => {
    expect(await ask('GET', 'health')).toEqual({
      status: 200,
      json: { status: 'ok', endpoint: simulator.endpoint, pid: process.pid },
    });
  });

  test('the clock tells its time, moves on when told, and changes its speed', async () => {
    expect((await ask('GET', 'clock')).json).toEqual({ now: '2026-01-01T00:00:00.000Z', rate: 0 });
    expect((await ask('POST', 'clock', { advanceMs: 300_000 })).json).toEqual({
      now: '2026-01-01T00:05:00.000Z',
      rate: 0,
    });
    expect((await ask('POST', 'clock', { rate: 60 })).json).toMatchObject({ rate: 60 });
  });

  test('a fault hits the calls that it names, as often as it says, until it is taken away', async () => {
    const QueueUrl = await makeQueue();
    const send = () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const { json } = await ask('POST', 'faults', {
      service: 'sqs',
      operation: 'SendMessage',
      times: 1,
      error: { code: 'ServiceUnavailable', statusCode: 503 },
    });
    const { id } = json as { id: string };
    await expect(send()).rejects.toMatchObject({ name: 'ServiceUnavailable', $metadata: { httpStatusCode: 503 } });
    await send();
    expect((await ask('GET', 'faults')).json).toMatchObject({ faults: [{ id, hits: 1 }] });
    expect((await ask('DELETE', `faults/${id}`)).json).toEqual({ faults: [] });
    expect((await ask('DELETE', `faults/${id}`)).status).toBe(404);
  });

  test('a dropped response leaves the work done', async () => {
    await ask('POST', 'faults', { operation: 'CreateQueue', dropResponse: true });
    await expect(makeQueue()).rejects.toThrow();
    await ask('DELETE', 'faults');
    expect((await sqs.send(new ListQueuesCommand({}))).QueueUrls).toHaveLength(1);
  });

  test('messages are put into a queue and looked at', async () => {
    await makeQueue();
    const dead = {
      messageId: 'd1',
      body: 'x',
      receiveCount: 3,
      deadLetterSource: 'arn:aws:sqs:us-east-1:000000000000:jobs',
    };
    expect(await ask('POST', 'queues/us-east-1/q', { messages: [dead, { body: 'y' }] })).toEqual({
      status: 200,
      json: { messageIds: ['d1', expect.stringMatching(/^[0-9a-f-]{36}$/)] },
    });
    expect((await ask('GET', 'queues/us-east-1/q')).json).toMatchObject({
      messages: [
        { messageId: 'd1', body: 'x', state: 'visible', system: { ApproximateReceiveCount: '3' } },
        { body: 'y', system: { ApproximateReceiveCount: '0' } },
      ],
    });
    expect((await ask('GET', 'queues/eu-west-1/q')).status).toBe(404);
    expect((await ask('POST', 'queues/us-east-1/none', { messages: [] })).status).toBe(404);
  });

  test.each([
    { messages: [{ body: 5 }] },
    { messages: [{}] },
    { messages: 'x' },
    { messages: [null] },
    { messages: [{ body: 'x', receiveCount: -1 }] },
    { messages: [{ body: 'x', attributes: { a: { DataType: 'Strange' } } }] },
    { other: [] },
  ])('messages that cannot be are refused: %j', async (body) => {
    await makeQueue();
    expect((await ask('POST', 'queues/us-east-1/q', body)).status).toBe(400);
    expect((await ask('GET', 'queues/us-east-1/q')).json).toEqual({ messages: [] });
  });

  test('metrics are put in at times long past, with any namespace', async () => {
    const cloudwatch = new CloudWatchClient(settings());
    const at = Date.UTC(2025, 9, 5, 7);
    const point = { at, sum: 36, samples: 3 };
    const metrics = [
      {
        namespace: 'AWS/Lambda',
        metric: 'Duration',
        dimensions: { FunctionName: 'f' },
        unit: 'Milliseconds',
        points: [point],
      },
    ];
    expect((await ask('POST', 'metrics/eu-west-1', { metrics })).json).toEqual({ points: 1 });
    expect((await ask('POST', 'metrics', { metrics })).json).toEqual({ points: 1 });
    const { Datapoints } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/Lambda',
        MetricName: 'Duration',
        Dimensions: [{ Name: 'FunctionName', Value: 'f' }],
        StartTime: new Date(Date.UTC(2025, 9, 1)),
        EndTime: new Date(Date.UTC(2025, 10, 1)),
        Period: 3600,
        Statistics: ['Sum', 'SampleCount'],
      }),
    );
    cloudwatch.destroy();
    expect(Datapoints).toEqual([{ Timestamp: new Date(at), Sum: 36, SampleCount: 3, Unit: 'Milliseconds' }]);
  });

  test.each([
    { metrics: [{ namespace: 'n', points: [] }] },
    { metrics: [{ namespace: 'n', metric: 'm', points: [{ at: 0 }] }] },
    { metrics: [{ namespace: 'n', metric: 'm', points: [{ at: '2025-10-01', sum: 1 }] }] },
    { metrics: [{ namespace: 'n', metric: 'm', dimensions: { a: 1 }, points: [] }] },
    { metrics: [{ namespace: 'n', metric: 'm', points: [{ at: 0, sum: 1 }] }] },
    { metric: [] },
  ])('metrics that cannot be are refused: %j', async (body) => {
    expect((await ask('POST', 'metrics', body)).status).toBe(400);
  });

  const freeTier = async (operation: string) => {
    const answer = await fetch(simulator.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSFreeTierService.${operation}` },
      body: '{}',
    });
    return { status: answer.status, type: answer.headers.get('content-type'), json: await answer.json() };
  };

  test('the free tier is told as it is set', async () => {
    const usages = [{ service: 'AWS Lambda', usageType: 'Request', actualUsageAmount: 5.5, limit: 1e6 }];
    const plan = { type: 'PAID', status: 'ACTIVE', creditsUsd: 12.5 };
    expect((await ask('POST', 'freetier', { usages, plan })).json).toEqual({ status: 'ok' });
    expect(await freeTier('GetFreeTierUsage')).toEqual({
      status: 200,
      type: 'application/x-amz-json-1.0',
      json: { freeTierUsages: usages },
    });
    expect((await freeTier('GetAccountPlanState')).json).toEqual({
      accountId: '000000000000',
      accountPlanType: 'PAID',
      accountPlanStatus: 'ACTIVE',
      accountPlanRemainingCredits: { amount: 12.5, unit: 'USD' },
    });
    await ask('POST', 'freetier', { plan: null });
    expect(await freeTier('GetAccountPlanState')).toMatchObject({
      status: 400,
      json: { __type: 'ResourceNotFoundException' },
    });
    await ask('POST', 'reset');
    expect((await freeTier('GetAccountPlanState')).json).toMatchObject({ accountPlanType: 'FREE' });
  });

  test.each([
    { lagHours: -1 },
    { notReported: 'SQS' },
    { usages: [{ service: 5 }] },
    { plan: { type: 'GOLD', status: 'ACTIVE' } },
    { plan: { type: 'FREE' } },
    { pageSize: 0 },
    { credits: 5 },
  ])('a free tier that cannot be is refused: %j', async (body) => {
    expect((await ask('POST', 'freetier', body)).status).toBe(400);
  });

  test('single entries of a batch fail when told to', async () => {
    const QueueUrl = await makeQueue();
    await ask('POST', 'faults', { operation: 'SendMessageBatch', times: 1, entries: { code: 'InternalError' } });
    const Entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: Id }));
    expect(await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).toMatchObject({
      Successful: [{ Id: 'b' }],
      Failed: [{ Id: 'a', Code: 'InternalError', SenderFault: false }],
    });
  });

  test.each([
    { entries: {} },
    { entries: { code: 'x', senderFault: 'yes' } },
    { entries: { code: 'x' }, reset: true },
    { seed: 'x', reset: true },
    { error: { code: 'x', queryCode: 5 } },
    { entries: [] },
  ])('a rule that cannot be is refused: %j', async (rule) => {
    expect((await ask('POST', 'faults', rule)).status).toBe(400);
    expect((await ask('GET', 'faults')).json).toEqual({ faults: [] });
  });

  test('a reset connection leaves the work undone', async () => {
    await ask('POST', 'faults', { operation: 'CreateQueue', reset: true });
    await expect(makeQueue()).rejects.toThrow();
    await ask('DELETE', 'faults');
    expect((await sqs.send(new ListQueuesCommand({}))).QueueUrls).toBeUndefined();
  });

  test('the outbox holds the mails that SNS would have sent', async () => {
    const sns = new SNSClient(settings());
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 't' }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'operator@example.com' }));
    sns.destroy();
    expect((await ask('GET', 'outbox')).json).toMatchObject({ mails: [{ to: 'operator@example.com' }] });
  });

  test('a reset forgets resources and rules, and keeps the clock', async () => {
    await makeQueue();
    await ask('POST', 'clock', { advanceMs: 1000 });
    await ask('POST', 'faults', { service: 'dynamodb', delayMs: 1 });
    expect((await ask('POST', 'reset')).json).toEqual({ status: 'ok' });
    expect((await sqs.send(new ListQueuesCommand({}))).QueueUrls).toBeUndefined();
    expect((await ask('GET', 'faults')).json).toEqual({ faults: [] });
    expect((await ask('GET', 'clock')).json).toEqual({ now: '2026-01-01T00:00:01.000Z', rate: 0 });
  });

  test('an unknown path is 404, a body that is no JSON 400', async () => {
    expect((await ask('GET', 'weather')).status).toBe(404);
    expect((await ask('POST', 'clock', '{')).status).toBe(400);
  });

  test.each([
    ['clock', { advanceMs: -1 }],
    ['clock', { advanceMs: 1e300 }],
    ['clock', { advanceMs: '5' }],
    ['clock', { rate: -1 }],
    ['clock', { advance: 5 }],
    ['clock', null],
    ['faults', []],
    ['faults', { probability: 2 }],
    ['faults', { bodyContains: 5 }],
    ['faults', { delay: 5 }],
    ['faults', { error: 'Throttled' }],
    ['faults', { error: { message: 'without a code' } }],
    ['faults', { error: { code: 'Throttled', statusCode: 42 } }],
  ])('POST %s refuses %j and changes nothing', async (path, body) => {
    expect(await ask('POST', path, JSON.stringify(body))).toEqual({
      status: 400,
      json: { message: expect.stringMatching(/.+/) },
    });
    expect((await ask('GET', 'clock')).json).toEqual({ now: '2026-01-01T00:00:00.000Z', rate: 0 });
    expect((await ask('GET', 'faults')).json).toEqual({ faults: [] });
  });
});
