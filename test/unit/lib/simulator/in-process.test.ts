import { existsSync } from 'node:fs';
import {
  ChangeMessageVisibilityCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../src/lib/simulator/simulator.ts';
import { InProcessHandler } from '../../../support/in-process-handler.ts';

const START = Date.UTC(2026, 0, 1);
let clock: SimulatedClock;
let simulator: Simulator;
beforeEach(() => {
  clock = new SimulatedClock({ rate: 0, start: START });
  simulator = new Simulator({ clock });
});
afterEach(() => simulator.close());

const client = (maxAttempts = 1) =>
  new SQSClient({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts,
    requestHandler: new InProcessHandler(simulator),
  });

const failure = (work: Promise<unknown>): Promise<Record<string, unknown>> =>
  work.then(
    () => {
      throw new Error('did not fail');
    },
    (cause: unknown) => cause as Record<string, unknown>,
  );

describe('a simulator in process', () => {
  it('answers calls by their JSON members, each region for itself', async () => {
    await simulator.call('sqs', 'CreateQueue', { QueueName: 'q' }, { region: 'eu-west-1' });
    expect(await simulator.call('sqs', 'ListQueues', {}, { region: 'eu-west-1' })).toMatchObject({
      QueueUrls: [expect.stringMatching(/\/000000000000\/q$/)],
    });
    expect(await simulator.call('sqs', 'ListQueues')).toEqual({});
  });

  it('makes its folder only for code', async () => {
    await simulator.call('sqs', 'CreateQueue', { QueueName: 'q' });
    const { folder } = simulator.region();
    expect(existsSync(folder.slice(0, folder.lastIndexOf('/')))).toBe(true);
    await simulator.close();
    expect(existsSync(folder.slice(0, folder.lastIndexOf('/')))).toBe(false);
  });

  it.each([
    ['GetQueueUrl', { QueueName: 'none' }, new GetQueueUrlCommand({ QueueName: 'none' })],
    [
      'ChangeMessageVisibility',
      { QueueUrl: 'http://127.0.0.1/000000000000/q', ReceiptHandle: 'x', VisibilityTimeout: 0 },
      new ChangeMessageVisibilityCommand({
        QueueUrl: 'http://127.0.0.1/000000000000/q',
        ReceiptHandle: 'x',
        VisibilityTimeout: 0,
      }),
    ],
  ])('fails %s just as the SDK does', async (operation, input, command) => {
    await simulator.call('sqs', 'CreateQueue', { QueueName: 'q' });
    const direct = await failure(simulator.call('sqs', operation, input));
    const bySdk = await failure(client().send(command as GetQueueUrlCommand));
    for (const member of ['name', 'message', '$fault', 'Code', 'Type'] as const) {
      expect(direct[member], member).toEqual(bySdk[member]);
      expect(direct[member], member).toBeDefined();
    }
    expect(direct['$metadata']).toMatchObject({
      httpStatusCode: (bySdk['$metadata'] as { httpStatusCode: number }).httpStatusCode,
    });
  });

  it('refuses services and operations that it does not have', async () => {
    await expect(simulator.call('s3', 'ListBuckets')).rejects.toThrow('no service s3');
    await expect(simulator.call('sqs', 'Nothing')).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });

  it('ends a long poll when its signal aborts', async () => {
    const { QueueUrl } = await simulator.call('sqs', 'CreateQueue', { QueueName: 'q' });
    const abort = new AbortController();
    const polling = simulator.call(
      'sqs',
      'ReceiveMessage',
      { QueueUrl, WaitTimeSeconds: 20 },
      { signal: abort.signal },
    );
    abort.abort();
    expect(await polling).toEqual({});
  });

  it('lets delays of fault rules pass in simulated time', async () => {
    simulator.faults.add({ delayMs: 90_000 });
    const listed = simulator.call('sqs', 'ListQueues').then(() => clock.now());
    expect(await clock.until(listed)).toBe(START + 90_000);
  });

  it('wakes who sleeps at the time that they asked for', async () => {
    const { QueueUrl } = await simulator.call('sqs', 'CreateQueue', { QueueName: 'q' });
    const story = async () => {
      await simulator.call('sqs', 'ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20 });
      const afterPoll = clock.now();
      await new Promise<void>((resolve) => clock.schedule(clock.now() + 300, resolve));
      return [afterPoll - START, clock.now() - START];
    };
    expect(await clock.until(story())).toEqual([20_000, 20_300]);
  });
});

describe('an SDK client on a simulator in process', () => {
  it('sends and receives without a socket', async () => {
    const sqs = client();
    const { QueueUrl } = await simulator.call('sqs', 'CreateQueue', { QueueName: 'q' });
    await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          {
            Id: 'a',
            MessageBody: 'ä',
            MessageAttributes: { bytes: { DataType: 'Binary', BinaryValue: Uint8Array.of(0, 255) } },
          },
        ],
      }),
    );
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] }));
    expect(Messages).toMatchObject([
      { Body: 'ä', MessageAttributes: { bytes: { BinaryValue: Uint8Array.of(0, 255) } } },
    ]);
  });

  it('retries a broken connection', async () => {
    simulator.faults.add({ reset: true, times: 1 });
    const answer = await client(2).send(new ListQueuesCommand({}));
    expect(answer.$metadata).toMatchObject({ httpStatusCode: 200, attempts: 2 });
  });

  it('gives a long poll up when it is aborted', async () => {
    const { QueueUrl } = await simulator.call('sqs', 'CreateQueue', { QueueName: 'q' });
    const abort = new AbortController();
    const polling = client().send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
      abortSignal: abort.signal,
    });
    await clock.idle();
    abort.abort();
    await expect(polling).rejects.toMatchObject({ name: 'AbortError' });
    await simulator.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'for nobody' });
    expect(simulator.region().sqs.content('q')).toMatchObject([{ state: 'visible' }]);
  });
});
