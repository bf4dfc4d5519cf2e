import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  type QueueAttributeName,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { answerOf, recordedCase } from '../recorded-case.ts';
import { EMPTY, failure, invalidParameter, messages, OK, queueAttributes, received } from './answers.ts';
import { QueuesUnderTest } from './queues-under-test.ts';

const FIFO = { FifoQueue: 'true' };
const CONTENT = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
const PER_GROUP = { DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' };
const PER_QUEUE = { DeduplicationScope: 'queue', FifoThroughputLimit: 'perQueue' };
const NO_DEDUPLICATION =
  'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly';
const MD5 = {
  Test: '0cbc6611f5540bd0809a388dc95a615b',
  Test1: 'e1b849f9631ffc1829b2e31402373e3c',
  Test2: 'c454552d52d55d3ef56408742887362b',
  Test3: 'b3f66ec1535de7702c38e94408fa4a17',
  Test4: '41d5e808720c8ee71257214e952a6721',
} as const;

describe('FIFO queues, as AWS answered', () => {
  let sqs: QueuesUnderTest;
  beforeAll(async () => {
    sqs = await QueuesUnderTest.start();
  });
  afterAll(() => sqs.close());

  const send = (queue: string, body: string, MessageGroupId: string, MessageDeduplicationId?: string) =>
    sqs.send(queue, body, { MessageGroupId, MessageDeduplicationId });
  const remove = (QueueUrl: string, message: Message | undefined) =>
    sqs.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message!.ReceiptHandle }));
  const set = (QueueUrl: string, Attributes: Partial<Record<QueueAttributeName, string>>) =>
    sqs.client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  const test = (body: keyof typeof MD5, n: number) => messages(received(body, MD5[body], n));

  describe.each([true, false])('content-based deduplication: %s', (byContent) => {
    const id = byContent ? undefined : 'dedup1';
    const body = '{"foo": "bar"}';
    const message = messages(received({ foo: 'bar' }, '94232c5b8fc9272f6f73a1e36eb68fcf', 1));

    it('test_fifo_deduplication_arrives_once_after_delete', async () => {
      const recorded = recordedCase();
      const queue = await sqs.queue(byContent ? CONTENT : FIFO);
      await send(queue, body, 'group-1', id);
      const first = await sqs.receive(queue);
      recorded.expectAnswer(first, message);
      await remove(queue, first.Messages![0]);
      await send(queue, body, 'group-1', id);
      recorded.expectAnswer(await sqs.receive(queue), EMPTY);
    });

    it('test_fifo_deduplication_not_on_message_group_id', async () => {
      const recorded = recordedCase();
      const queue = await sqs.queue(byContent ? CONTENT : FIFO);
      await send(queue, body, 'group-1', id);
      await send(queue, body, 'group-2', id);
      recorded.expectAnswer(await sqs.receive(queue, { MaxNumberOfMessages: 1 }), message);
      recorded.expectAnswer(await sqs.receive(queue, { MaxNumberOfMessages: 1 }), EMPTY);
    });
  });

  it('test_fifo_delete_after_visibility_timeout', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue({ ...CONTENT, VisibilityTimeout: '1' });
    await send(queue, 'foobar', '1');
    const first = await sqs.receive(queue);
    recorded.expectAnswer(first, messages(received('foobar', '3858f62230ac3c915f300c664312c63f', 1)));
    await sqs.clock.advance(1000);
    recorded.expectAnswer(
      await answerOf(remove(queue, first.Messages![0])),
      invalidParameter(
        'Value <receipt-handle:1> for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.',
      ),
    );
  });

  it('test_fifo_delete_after_visibility_timeout_extended', async () => {
    const recorded = recordedCase();
    const QueueUrl = await sqs.queue({ ...CONTENT, VisibilityTimeout: '1' });
    await send(QueueUrl, 'foobar', '1');
    const first = await sqs.receive(QueueUrl);
    recorded.expectAnswer(first, messages(received('foobar', '3858f62230ac3c915f300c664312c63f', 1)));
    const ReceiptHandle = first.Messages![0]!.ReceiptHandle;
    await sqs.client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 5 }));
    await sqs.clock.advance(1500);
    await remove(QueueUrl, first.Messages![0]);
    recorded.expectAnswer(await sqs.receive(QueueUrl), EMPTY);
  });

  it('test_fifo_empty_message_groups_added_back_to_queue', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue(FIFO);
    await send(queue, 'Message 1', 'g1', '1');
    const first = await sqs.receive(queue);
    recorded.expectAnswer(first, messages(received('Message 1', '68390233272823b7adf13a1db79b2cd7', 1)));
    await remove(queue, first.Messages![0]);
    recorded.expectAnswer(await sqs.receive(queue), EMPTY);
    await send(queue, 'Message 2', 'g1', '2');
    recorded.expectAnswer(
      await sqs.receive(queue),
      messages(received('Message 2', '88ef8f31ed540f1c4c03d5fdb06a7935', 2)),
    );
  });

  // The recordings hold this case under the names of two versions of the test; positions and answers are the same.
  it.each([
    ['0-visible, all-invisible', 0, []],
    ['1-visible, 1-invisible', 1, [['foo', 1, 4]]],
    [
      '2-visible, no-invisible',
      2,
      [
        ['foo', 1, 4],
        ['bar', 2, 5],
      ],
    ],
  ] as const)('test_fifo_group_visibility_extends_with_change_message_visibility[%s]', async (_, position, seen) => {
    const recorded = recordedCase();
    const md5 = {
      foo: 'acbd18db4cc2f85cedef654fccc4a4d8',
      bar: '37b51d194a7513e45b56f6524f2d51f2',
      baz: '73feffa4b7f6bb68e44cf984c85f6e88',
    };
    const QueueUrl = await sqs.queue({ ...FIFO, VisibilityTimeout: '1' });
    for (const body of ['foo', 'bar', 'baz']) await send(QueueUrl, body, '1', body);
    const all = await sqs.receive(QueueUrl, { MaxNumberOfMessages: 5 });
    recorded.expectAnswer(
      all,
      messages(received('foo', md5.foo, 1), received('bar', md5.bar, 2), received('baz', md5.baz, 3)),
    );
    const { ReceiptHandle } = all.Messages![position]!;
    await sqs.client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 4 }));
    await sqs.clock.advance(2500);
    recorded.expectAnswer(
      await sqs.receive(QueueUrl, { MaxNumberOfMessages: 5 }),
      seen.length === 0 ? EMPTY : messages(...seen.map(([body, n, handle]) => received(body, md5[body], n, handle))),
    );
  });

  it('test_fifo_message_attributes', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue({ ...CONTENT, ...PER_GROUP, VisibilityTimeout: '0' });
    recorded.expectAnswer(await send(queue, 'message-body-1', 'group-1', 'dedup-1'), {
      MD5OfMessageBody: '19c9e282d65f9733bc6b35d50062c7ee',
      MessageId: '<uuid:1>',
      SequenceNumber: '<sequence-number:1>',
      ResponseMetadata: OK,
    });
    for (const n of [1, 2]) {
      recorded.expectAnswer(
        await sqs.receive(queue, { AttributeNames: ['All'] }),
        messages({
          ...received('message-body-1', '19c9e282d65f9733bc6b35d50062c7ee', 1, n),
          Attributes: {
            ApproximateFirstReceiveTimestamp: 'timestamp',
            ApproximateReceiveCount: String(n),
            MessageDeduplicationId: 'dedup-1',
            MessageGroupId: 'group-1',
            SenderId: '<sender-id:1>',
            SentTimestamp: 'timestamp',
            SequenceNumber: '<sequence-number:1>',
          },
        }),
      );
    }
  });

  it('test_fifo_queue_send_message_with_delay_seconds_fails', async () => {
    recordedCase().expectAnswer(
      await answerOf(sqs.send(await sqs.queue(CONTENT), 'message-1', { MessageGroupId: '1', DelaySeconds: 2 })),
      invalidParameter(
        'Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.',
      ),
    );
  });

  it('test_fifo_queue_send_message_with_zero_delay_defaults_to_queue_delay', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue({ ...CONTENT, DelaySeconds: '2' });
    recorded.expectAnswer(await sqs.send(queue, 'message-1', { MessageGroupId: '1', DelaySeconds: 0 }), {
      MD5OfMessageBody: '3d6b824fd8c1520e9a047d21fee6fb1f',
      MessageId: '<uuid:1>',
      SequenceNumber: '<sequence-number:1>',
      ResponseMetadata: OK,
    });
    recorded.expectAnswer(await sqs.receive(queue), EMPTY);
    await sqs.clock.advance(3000);
    recorded.expectAnswer(
      await sqs.receive(queue, { MaxNumberOfMessages: 1 }),
      messages(received('message-1', '3d6b824fd8c1520e9a047d21fee6fb1f', 1)),
    );
  });

  it.each([
    ['empty', ''],
    ['spaces', 'group 123'],
    ['too_long', 'a'.repeat(129)],
  ])('test_message_deduplication_id_invalid[%s]', async (_, id) => {
    recordedCase().expectAnswer(
      await answerOf(send(await sqs.queue(FIFO), 'Hello', 'test', id)),
      invalidParameter(
        `Value ${id} for parameter MessageDeduplicationId is invalid. Reason: MessageDeduplicationId can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
      ),
    );
  });

  it('test_posting_to_fifo_requires_deduplicationid_group_id', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue(FIFO);
    recorded.expectAnswer(await answerOf(send(queue, 'test', 'group')), invalidParameter(NO_DEDUPLICATION));
    recorded.expectAnswer(
      await answerOf(sqs.send(queue, 'test', { MessageDeduplicationId: 'id' })),
      failure(
        'MissingParameter',
        'MissingRequiredParameterException',
        'The request must contain the parameter MessageGroupId.',
      ),
    );
  });

  it('test_send_batch_missing_deduplication_id_for_fifo_queue', async () => {
    const QueueUrl = await sqs.queue(FIFO);
    const Entries = [
      { Id: 'message-1', MessageBody: 'body', MessageGroupId: 'group', MessageDeduplicationId: 'id' },
      { Id: 'message-2', MessageBody: 'body', MessageGroupId: 'group' },
    ];
    recordedCase().expectAnswer(
      await answerOf(sqs.client.send(new SendMessageBatchCommand({ QueueUrl, Entries }))),
      invalidParameter(NO_DEDUPLICATION),
    );
  });

  it('test_send_batch_missing_message_group_id_for_fifo_queue', async () => {
    const QueueUrl = await sqs.queue(FIFO);
    const Entries = [
      { Id: 'message-1', MessageBody: 'body', MessageGroupId: 'group', MessageDeduplicationId: 'id-1' },
      { Id: 'message-2', MessageBody: 'body', MessageDeduplicationId: 'id-2' },
    ];
    recordedCase().expectAnswer(
      await answerOf(sqs.client.send(new SendMessageBatchCommand({ QueueUrl, Entries }))),
      invalidParameter('The request must contain the parameter MessageGroupId.'),
    );
  });

  it('test_sqs_fifo_message_group_scope_no_throughput_setting', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue({ ...CONTENT, DeduplicationScope: 'messageGroup' });
    for (const n of [1, 2]) {
      await send(queue, 'Test', `group${n}`);
      const answer = await sqs.receive(queue);
      recorded.expectAnswer(answer, test('Test', n));
      await remove(queue, answer.Messages![0]);
    }
  });

  it('test_sqs_fifo_same_dedup_id_different_message_groups', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue({ FifoQueue: 'True', ContentBasedDeduplication: 'False' });
    await send(queue, 'Test', 'group1', 'same-dedup');
    const answer = await sqs.receive(queue);
    recorded.expectAnswer(answer, test('Test', 1));
    await remove(queue, answer.Messages![0]);
    await send(queue, 'Test', 'group2', 'same-dedup');
    recorded.expectAnswer(await sqs.receive(queue), EMPTY);
  });

  it('test_fifo_high_throughput_ordering', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue({ ...FIFO, ...PER_GROUP });
    await send(queue, 'Test1', 'group1', 'same-dedup');
    const answer = await sqs.receive(queue);
    recorded.expectAnswer(answer, test('Test1', 1));
    await remove(queue, answer.Messages![0]);
    await send(queue, 'Test2', 'group2', 'same-dedup');
    recorded.expectAnswer(await sqs.receive(queue), test('Test2', 2));
  });

  it('test_fifo_change_to_high_throughput_after_creation', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue({ ...FIFO, DeduplicationScope: 'queue' });
    await send(queue, 'Test1', 'group1', 'same-dedup');
    const first = await sqs.receive(queue);
    recorded.expectAnswer(first, test('Test1', 1));
    await remove(queue, first.Messages![0]);
    await send(queue, 'Test2', 'group2', 'same-dedup');
    recorded.expectAnswer(await sqs.receive(queue, { VisibilityTimeout: 0 }), EMPTY);

    await set(queue, PER_GROUP);
    recorded.expectAnswer(
      await sqs.attributes(queue),
      queueAttributes({ FifoQueue: 'true', ContentBasedDeduplication: 'false', ...PER_GROUP }),
    );
    recorded.expectAnswer(await sqs.receive(queue), EMPTY);
    await send(queue, 'Test3', 'group3', 'same-dedup');
    recorded.expectAnswer(await sqs.receive(queue), EMPTY);
    await send(queue, 'Test4', 'group4', 'dedup_2');
    const fresh = await sqs.receive(queue);
    recorded.expectAnswer(fresh, test('Test4', 2));
    await remove(queue, fresh.Messages![0]);
    await send(queue, 'Test5', 'group5', 'dedup_2');
    recorded.expectAnswer(await sqs.receive(queue), EMPTY);
  });

  it('test_fifo_change_to_regular_throughput_after_creation', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue({ ...FIFO, ...PER_GROUP });
    for (const [n, body] of (['Test1', 'Test2'] as const).entries()) {
      await send(queue, body, `group${n + 1}`, 'same-dedup');
      const answer = await sqs.receive(queue);
      recorded.expectAnswer(answer, test(body, n + 1));
      await remove(queue, answer.Messages![0]);
    }
    await set(queue, PER_QUEUE);
    recorded.expectAnswer(
      await sqs.attributes(queue),
      queueAttributes({ FifoQueue: 'true', ContentBasedDeduplication: 'false', ...PER_QUEUE }),
    );
    await send(queue, 'Test3', 'group3', 'same-dedup');
    recorded.expectAnswer(await sqs.receive(queue), test('Test3', 3));
  });
});
