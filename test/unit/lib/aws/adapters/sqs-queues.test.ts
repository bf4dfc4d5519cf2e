import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SqsQueues } from '../../../../../src/lib/aws/adapters/sqs-queues.ts';
import type { Queue } from '../../../../../src/lib/aws/ports/queues.ts';

const sqs = mockClient(SQSClient);
afterAll(() => sqs.restore());
let queues: SqsQueues;
beforeEach(() => {
  sqs.reset();
  queues = new SqsQueues({
    options: { region: 'us-east-1', maxAttempts: 1, customUserAgent: 'test' },
    observe() {},
    now: Date.now,
  });
});
afterEach(() => sqs.reset());

const URL = 'https://sqs.us-east-1.amazonaws.com/1/dead.fifo';

async function described(attributes: Record<string, string>): Promise<Queue> {
  sqs.on(GetQueueAttributesCommand).resolves({ Attributes: attributes });
  return queues.describe(URL);
}

describe('the SQS adapter', () => {
  test('resolves a queue by name with two calls and by URL with one', async () => {
    sqs.on(GetQueueUrlCommand, { QueueName: 'dead.fifo' }).resolves({ QueueUrl: URL });
    await described({});
    expect(sqs.calls()).toHaveLength(1);
    await queues.describe('dead.fifo');
    expect(sqs.calls()).toHaveLength(3);
  });

  test('parses attributes, whether AWS keeps the receive count as a number or in quotes', async () => {
    const target = 'arn:aws:sqs:us-east-1:1:onward.fifo';
    const queue = await described({
      QueueArn: 'arn:aws:sqs:us-east-1:1:dead.fifo',
      FifoQueue: 'true',
      ApproximateNumberOfMessages: '7',
      ApproximateNumberOfMessagesNotVisible: '2',
      VisibilityTimeout: '180',
      MessageRetentionPeriod: '1209600',
      MaximumMessageSize: '262144',
      DeduplicationScope: 'messageGroup',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: target, maxReceiveCount: '4' }),
    });
    expect(queue).toMatchObject({
      name: 'dead.fifo',
      arn: 'arn:aws:sqs:us-east-1:1:dead.fifo',
      fifo: true,
      attributes: {
        visible: 7,
        inFlight: 2,
        delayed: 0,
        visibilityTimeoutSeconds: 180,
        maximumMessageSize: 262_144,
        deduplicationScope: 'messageGroup',
        kmsKeyId: null,
        redrive: { deadLetterTargetArn: target, maxReceiveCount: 4 },
      },
    });
  });

  test('drops the empty value lists that a send would refuse', async () => {
    sqs.on(ReceiveMessageCommand).resolves({
      Messages: [
        {
          MessageId: 'm',
          ReceiptHandle: 'r',
          Body: 'b',
          MD5OfBody: 'x',
          MessageAttributes: {
            a: { DataType: 'String', StringValue: '', StringListValues: [], BinaryListValues: [] },
          },
        },
      ],
    });
    const [message] = await queues.receive(await described({ FifoQueue: 'true' }), { max: 10, waitSeconds: 1 });
    expect(message!.attributes).toEqual({ a: { dataType: 'String', stringValue: '' } });
  });

  test('gives each FIFO receive an attempt id of its own, and a standard one none', async () => {
    sqs.on(ReceiveMessageCommand).resolves({});
    const fifo = await described({ FifoQueue: 'true' });
    await queues.receive(fifo, { max: 1, waitSeconds: 0 });
    await queues.receive(fifo, { max: 1, waitSeconds: 0 });
    await queues.receive(await described({}), { max: 1, waitSeconds: 0 });
    const ids = sqs.commandCalls(ReceiveMessageCommand).map((call) => call.args[0].input.ReceiveRequestAttemptId);
    expect(new Set(ids).size).toBe(3);
    expect(ids[2]).toBeUndefined();
  });

  test('answers batch results in the order of the entries, and a missing one as failed', async () => {
    sqs.on(SendMessageBatchCommand).resolves({
      Successful: [{ Id: '2', MessageId: 'new-2', MD5OfMessageBody: 'x', SequenceNumber: '9' }],
      Failed: [{ Id: '0', Code: 'InternalError', Message: 'later', SenderFault: false }],
    });
    const message = { body: 'b', attributes: {} };
    const results = await queues.send(await described({}), [message, message, message]);
    expect(results).toEqual([
      { ok: false, code: 'InternalError', message: 'later', senderFault: false },
      { ok: false, code: 'NoResult', message: expect.any(String), senderFault: false },
      { ok: true, messageId: 'new-2', sequenceNumber: '9', md5OfBody: 'x', md5OfAttributes: null },
    ]);
  });

  test('sends the trace header as the system attribute that it is', async () => {
    sqs.on(SendMessageBatchCommand).resolves({ Successful: [{ Id: '0', MessageId: 'n', MD5OfMessageBody: 'x' }] });
    const outgoing = { body: 'b', attributes: {}, groupId: 'g', deduplicationId: 'd', traceHeader: 'Root=1' };
    await queues.send(await described({}), [outgoing]);
    expect(sqs.commandCalls(SendMessageBatchCommand)[0]!.args[0].input.Entries).toMatchObject([
      {
        MessageBody: 'b',
        MessageGroupId: 'g',
        MessageDeduplicationId: 'd',
        MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1' } },
      },
    ]);
  });

  test('lists all pages of source queues by name', async () => {
    sqs
      .on(ListDeadLetterSourceQueuesCommand)
      .resolvesOnce({ queueUrls: ['https://x/1/a.fifo'], NextToken: 'more' })
      .resolvesOnce({ queueUrls: ['https://x/1/b.fifo'] });
    expect(await queues.sourcesOf(await described({}))).toEqual(['a.fifo', 'b.fifo']);
    expect(sqs.commandCalls(ListDeadLetterSourceQueuesCommand)[0]!.args[0].input.MaxResults).toBe(1000);
  });

  test('names the queue and the IAM action in its errors', async () => {
    sqs.on(GetQueueUrlCommand).rejects(Object.assign(new Error('x'), { name: 'QueueDoesNotExist', $fault: 'client' }));
    await expect(queues.describe('gone')).rejects.toMatchObject({
      code: 'QueueNotFound',
      exitCode: 5,
      message: 'queue "gone" does not exist here.',
    });
    const queue = await described({});
    sqs.on(DeleteMessageBatchCommand).rejects(Object.assign(new Error('x'), { name: 'AccessDenied' }));
    await expect(queues.delete(queue, ['r'])).rejects.toMatchObject({
      code: 'AccessDenied',
      message: expect.stringContaining('sqs:DeleteMessage'),
    });
  });
});
