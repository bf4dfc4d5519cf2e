import { GetQueueUrlCommand, ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { SqsQueues } from '../../../../src/lib/aws/adapters/sqs-queues.ts';
import type { Queue } from '../../../../src/lib/aws/ports/queues.ts';

const sqs = mockClient(SQSClient);
afterAll(() => sqs.restore());
const queue = { name: 'q', url: 'http://127.0.0.1/q', arn: 'arn', fifo: false } as Queue;
let interrupt: AbortController;
let queues: SqsQueues;
beforeEach(() => {
  sqs.reset();
  sqs.on(ReceiveMessageCommand).resolves({});
  sqs.on(SendMessageBatchCommand).resolves({});
  interrupt = new AbortController();
  queues = new SqsQueues({
    options: { region: 'us-east-1', maxAttempts: 1, customUserAgent: 'test' },
    observe() {},
    now: Date.now,
    signal: interrupt.signal,
  });
});

/** The options that the SDK was called with. */
const optionsOf = (index: number) => (sqs.calls()[index]!.args as unknown as [object, Record<string, unknown>])[1];

describe('every call is bounded in time', () => {
  test('a small read shortly, a long poll for longer than it may last, a send so that it is not doubled', async () => {
    sqs.on(GetQueueUrlCommand).rejects(Object.assign(new Error('x'), { name: 'QueueDoesNotExist', $fault: 'client' }));
    await expect(queues.describe('q')).rejects.toMatchObject({ code: 'QueueNotFound' });
    await queues.receive(queue, { max: 10, waitSeconds: 20 });
    await queues.send(queue, [{ body: 'b', attributes: {} }]);
    expect([0, 1, 2].map((index) => optionsOf(index)['requestTimeout'])).toEqual([6_000, 30_000, 30_000]);
  });

  test('the words of a time-out say who was silent, for how long and how often', async () => {
    sqs.on(GetQueueUrlCommand).rejects(
      Object.assign(new Error('request has exceeded the configured 6000 ms requestTimeout'), {
        name: 'TimeoutError',
        $endpoint: 'http://127.0.0.1:4566',
        $metadata: { attempts: 3 },
      }),
    );
    await expect(queues.describe('q')).rejects.toMatchObject({
      code: 'ConnectionBroken',
      exitCode: 1,
      message: 'http://127.0.0.1:4566 gave no answer to sqs:GetQueueUrl on queue "q" within 6 s, 3 attempts.',
      hint: expect.stringContaining('--endpoint-url'),
    });
  });
});

describe('an interruption', () => {
  const reason = new Error('interrupted');

  test('ends a read that is under way', async () => {
    sqs.on(GetQueueUrlCommand).callsFake(() => new Promise(() => {}));
    const described = queues.describe('q');
    interrupt.abort(reason);
    await expect(described).rejects.toBe(reason);
  });

  test('does not end a send: what it did must be known', async () => {
    await queues.send(queue, [{ body: 'b', attributes: {} }]);
    expect(optionsOf(0)).not.toHaveProperty('abortSignal');
  });

  test('does not end a read that begins after it: that one looks at what is left', async () => {
    interrupt.abort(reason);
    sqs.on(GetQueueUrlCommand).rejects(Object.assign(new Error('x'), { name: 'QueueDoesNotExist', $fault: 'client' }));
    await expect(queues.describe('q')).rejects.toMatchObject({ code: 'QueueNotFound' });
    expect(optionsOf(0)).not.toHaveProperty('abortSignal');
  });

  test('leaves a receive to the signal of its caller', async () => {
    const own = new AbortController();
    await queues.receive(queue, { max: 10, waitSeconds: 20, signal: own.signal });
    expect(optionsOf(0)['abortSignal']).toBe(own.signal);
  });
});
