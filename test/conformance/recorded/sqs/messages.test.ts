import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  type Message,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, recordedCase } from '../recorded-case.ts';
import { EMPTY, failure, invalidParameter, messages, OK, received } from './answers.ts';
import { QueuesUnderTest } from './queues-under-test.ts';

const TOO_MANY = failure(
  'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  'TooManyEntriesInBatchRequest',
  'Maximum number of entries per request are 10. You have sent 20.',
);
const BAD_ENTRY_ID = failure(
  'AWS.SimpleQueueService.InvalidBatchEntryId',
  'InvalidBatchEntryId',
  'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
);
const MIB = 1_048_576;
/** An attribute of 8 bytes: name, type and value. */
const EIGHT_BYTES = { k: { DataType: 'String', StringValue: 'x' } };
const TRACE = 'Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1';

describe('messages of standard queues, as AWS answered', () => {
  let sqs: QueuesUnderTest;
  beforeAll(async () => {
    sqs = await QueuesUnderTest.start();
  });
  afterAll(() => sqs.close());

  const sendBatch = (QueueUrl: string, Entries: SendMessageBatchRequestEntry[]) =>
    sqs.client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));

  async function twentyReceipts(queue: string): Promise<string[]> {
    const handles: string[] = [];
    for (let round = 0; round < 2; round++) {
      await sendBatch(
        queue,
        Array.from({ length: 10 }, (_, i) => ({ Id: `message-${i}`, MessageBody: `body-${i}` })),
      );
      const { Messages } = await sqs.receive(queue, { MaxNumberOfMessages: 10 });
      handles.push(...Messages!.map((message) => message.ReceiptHandle!));
    }
    return handles;
  }

  it('test_aws_trace_header_propagation', async () => {
    const queue = await sqs.queue();
    // Sent as a bare request, since the header is what is looked at.
    await fetch(sqs.simulator.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'AmazonSQS.SendMessage',
        'x-amzn-trace-id': TRACE,
      },
      body: JSON.stringify({
        QueueUrl: queue,
        MessageBody: 'test',
        MessageAttributes: { timestamp: { StringValue: '1493147359900', DataType: 'Number' } },
      }),
    });
    const { Messages } = await sqs.receive(queue, {
      AttributeNames: ['SentTimestamp', 'AWSTraceHeader'] as never,
      MessageAttributeNames: ['All'],
      VisibilityTimeout: 2,
    });
    recordedCase().expectAnswer(Messages![0], {
      Attributes: { AWSTraceHeader: TRACE, SentTimestamp: 'timestamp' },
      Body: 'test',
      MD5OfBody: '098f6bcd4621d373cade4e832627b4f6',
      MD5OfMessageAttributes: '235c5c510d26fb653d073faed50ae77c',
      // The recording's own clean-up replaced the attribute's value by the word "timestamp".
      MessageAttributes: { timestamp: { StringValue: '1493147359900', DataType: 'Number' } },
      MessageId: '<uuid:1>',
      ReceiptHandle: '<receipt-handle:1>',
    });
  });

  it('test_change_message_visibility_after_visibility_timeout_expiration', async () => {
    const QueueUrl = await sqs.queue({ VisibilityTimeout: '1' });
    await sqs.send(QueueUrl, 'test');
    const { Messages } = await sqs.receive(QueueUrl);
    await sqs.clock.advance(2000);
    const ReceiptHandle = Messages![0]!.ReceiptHandle;
    const change = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 2 });
    recordedCase().expectAnswer(await sqs.client.send(change), EMPTY);
  });

  it('test_change_message_visibility_batch_with_too_large_batch', async () => {
    const QueueUrl = await sqs.queue();
    const Entries = (await twentyReceipts(QueueUrl)).map((ReceiptHandle, i) => ({
      Id: String(i),
      ReceiptHandle,
      VisibilityTimeout: 123,
    }));
    recordedCase().expectAnswer(
      await answerOf(sqs.client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }))),
      TOO_MANY,
    );
  });

  it('test_delete_message_batch_with_too_large_batch', async () => {
    const QueueUrl = await sqs.queue();
    const Entries = (await twentyReceipts(QueueUrl)).map((ReceiptHandle, i) => ({ Id: String(i), ReceiptHandle }));
    recordedCase().expectAnswer(
      await answerOf(sqs.client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))),
      TOO_MANY,
    );
  });

  it.each(['', 'invalid:id', 'testLongId'.repeat(10)])('test_delete_message_batch_invalid_msg_id[%s]', async (Id) => {
    const QueueUrl = await sqs.queue();
    const Entries = [{ Id, ReceiptHandle: 'testHandle1' }];
    recordedCase().expectAnswer(
      await answerOf(sqs.client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))),
      BAD_ENTRY_ID,
    );
  });

  it('test_too_many_entries_in_batch_request', async () => {
    const entries = Array.from({ length: 20 }, (_, i) => ({ Id: `message-${i}`, MessageBody: `body-${i}` }));
    recordedCase().expectAnswer(await answerOf(sendBatch(await sqs.queue(), entries)), TOO_MANY);
  });

  it('test_invalid_batch_id', async () => {
    const entries = [{ Id: 'message:1', MessageBody: 'body' }];
    recordedCase().expectAnswer(await answerOf(sendBatch(await sqs.queue(), entries)), BAD_ENTRY_ID);
  });

  it('test_delete_after_visibility_timeout', async () => {
    const QueueUrl = await sqs.queue({ VisibilityTimeout: '1' });
    await sqs.send(QueueUrl, 'foobar');
    const { Messages } = await sqs.receive(QueueUrl);
    await sqs.clock.advance(1000);
    await sqs.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages![0]!.ReceiptHandle }));
    recordedCase().expectAnswer(await sqs.receive(QueueUrl), EMPTY);
  });

  it('test_dead_letter_queue_message_attributes', async () => {
    const recorded = recordedCase();
    const [queue, dead] = await sqs.withDeadLetters();
    recorded.expectAnswer(await sqs.arn(dead), 'arn:<partition>:sqs:<region>:111111111111:<resource:1>');
    const sourceArn = 'arn:<partition>:sqs:<region>:111111111111:<resource:2>';
    recorded.expectAnswer(await sqs.arn(queue), sourceArn);
    const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    await sqs.send(queue, 'message-1', {
      MessageSystemAttributes: { AWSTraceHeader: { StringValue: trace, DataType: 'String' } },
      MessageAttributes: { MyAttribute: { StringValue: 'foobar', DataType: 'String' } },
    });
    await sqs.send(queue, 'message-2');
    const times = { ApproximateFirstReceiveTimestamp: 'timestamp', SentTimestamp: 'timestamp' };
    const first = {
      ...received('message-1', '3d6b824fd8c1520e9a047d21fee6fb1f', 1),
      MD5OfMessageAttributes: 'adb59cd4678ea5a855436b949cd07ab6',
      MessageAttributes: { MyAttribute: { StringValue: 'foobar', DataType: 'String' } },
    };
    const second = received('message-2', '95ef155b66299d14edf7ed57c468c13b', 2);

    recorded.expectAnswer(withoutSender(await sqs.kill(queue, 4)), [
      { ...first, Attributes: { ...times, ApproximateReceiveCount: '1', AWSTraceHeader: trace } },
      { ...second, Attributes: { ...times, ApproximateReceiveCount: '1' } },
    ]);
    const { Messages } = await sqs.receive(dead, {
      MaxNumberOfMessages: 10,
      AttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    const died = { ...times, ApproximateReceiveCount: '2', DeadLetterQueueSourceArn: sourceArn };
    recorded.expectAnswer(withoutSender(Messages!), [
      { ...first, ReceiptHandle: '<receipt-handle:3>', Attributes: { ...died, AWSTraceHeader: trace } },
      { ...second, ReceiptHandle: '<receipt-handle:4>', Attributes: died },
    ]);
  });

  it('test_fair_queue_with_message_group_id', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue();
    recorded.expectAnswer(await sqs.send(queue, 'message', { MessageGroupId: 'test' }), {
      MD5OfMessageBody: '78e731027d8fd50ed642340b7c9a63b3',
      MessageId: '<uuid:1>',
      ResponseMetadata: OK,
    });
    recorded.expectAnswer(
      await sqs.receive(queue, { AttributeNames: ['All'] }),
      messages({
        ...received('message', '78e731027d8fd50ed642340b7c9a63b3', 1),
        Attributes: all('1', { MessageGroupId: 'test' }),
      }),
    );
  });

  it('test_message_system_attribute_names_with_attribute_names', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue({ VisibilityTimeout: '0' });
    await sqs.send(queue, 'msg', { MessageAttributes: { Foo: { DataType: 'String', StringValue: 'Bar' } } });
    for (const [i, old] of ['All', 'SenderId'].entries()) {
      recorded.expectAnswer(
        await sqs.receive(queue, { MessageSystemAttributeNames: ['All'], AttributeNames: [old] as never }),
        messages({ ...received('msg', '6e2baaf3b97dbeef01c0043275f9a0e7', 1, i + 1), Attributes: all(String(i + 1)) }),
      );
    }
  });

  it.each([
    ['test_receive_message_attribute_names_filters', 'AttributeNames'],
    ['test_receive_message_message_system_attribute_names_filters', 'MessageSystemAttributeNames'],
  ] as const)('%s', async (_, parameter) => {
    const recorded = recordedCase();
    const queue = await sqs.queue({ VisibilityTimeout: '0' });
    await sqs.send(queue, 'msg', { MessageAttributes: { Foo: { DataType: 'String', StringValue: 'Bar' } } });
    const receive = (names: string[], MessageAttributeNames: string[] = []) =>
      sqs.receive(queue, { [parameter]: names, MessageAttributeNames });
    const message = (handle: number) => received('msg', '6e2baaf3b97dbeef01c0043275f9a0e7', 1, handle);
    recorded.expectAnswer(await receive(['All']), messages({ ...message(1), Attributes: all('1') }));
    recorded.expectAnswer(
      await receive(['All'], ['All']),
      messages({
        ...message(2),
        Attributes: all('2'),
        MD5OfMessageAttributes: 'ae7155c6026991b6d54b11589678bf9c',
        MessageAttributes: { Foo: { DataType: 'String', StringValue: 'Bar' } },
      }),
    );
    const sender = { Attributes: { SenderId: '<sender-id:1>' } };
    recorded.expectAnswer(await receive(['SenderId']), messages({ ...message(3), ...sender }));
    recorded.expectAnswer(await receive(['SenderId', 'SequenceNumber']), messages({ ...message(4), ...sender }));
  });

  it('test_receive_message_message_attribute_names_filters', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue({ VisibilityTimeout: '0' });
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    const General = text('Kenobi');
    const Hello = text('There');
    const help = { 'Help.Me': text('Me') };
    recorded.expectAnswer(await sqs.send(queue, 'msg', { MessageAttributes: { ...help, Hello, General } }), {
      MD5OfMessageAttributes: '4c360f3fdafd970e05fae2f149d997f5',
      MD5OfMessageBody: '6e2baaf3b97dbeef01c0043275f9a0e7',
      MessageId: '<uuid:1>',
      ResponseMetadata: OK,
    });
    const everything = {
      MD5OfMessageAttributes: '4c360f3fdafd970e05fae2f149d997f5',
      MessageAttributes: { General, Hello, ...help },
    };
    const cases: [string[], object][] = [
      [[], {}],
      [['All'], everything],
      [['*'], everything],
      [['.*'], everything],
      [['Foo', 'Help'], {}],
      [
        ['Hello', 'General'],
        { MD5OfMessageAttributes: 'fca026605781cb4126a1e9044df24232', MessageAttributes: { General, Hello } },
      ],
      [['Foo', 'Hello'], { MD5OfMessageAttributes: 'a311262e065454b75da111d535b8dacd', MessageAttributes: { Hello } }],
      [
        ['Hel.*'],
        { MD5OfMessageAttributes: '83fee93c1bcd8b9a5a923ffacdc636c7', MessageAttributes: { Hello, ...help } },
      ],
      [['AWS.'], {}],
      [['..foo'], {}],
    ];
    for (const [i, [MessageAttributeNames, told]] of cases.entries()) {
      recorded.expectAnswer(
        await sqs.receive(queue, { MessageAttributeNames }),
        messages({ ...received('msg', '6e2baaf3b97dbeef01c0043275f9a0e7', 1, i + 1), ...told }),
      );
    }
  });

  it('test_receive_empty_queue', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue();
    recorded.expectAnswer(await sqs.receive(queue), EMPTY);
    recorded.expectAnswer(await sqs.receive(queue, { MaxNumberOfMessages: 1 }), EMPTY);
    sqs.clock.setRate(20);
    recorded.expectAnswer(await sqs.receive(queue, { MaxNumberOfMessages: 1, WaitTimeSeconds: 1 }), EMPTY);
    sqs.clock.setRate(0);
  });

  it('test_send_receive_max_number_of_messages', async () => {
    const queue = await sqs.queue();
    recordedCase().expectAnswer(
      await answerOf(sqs.receive(queue, { MaxNumberOfMessages: 11 })),
      invalidParameter(
        'Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.',
      ),
    );
  });

  it('test_send_receive_wait_time_seconds', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue();
    for (let i = 0; i < 2; i++) await sqs.send(queue, 'message');
    for (const WaitTimeSeconds of [21, -1]) {
      recorded.expectAnswer(
        await answerOf(sqs.receive(queue, { WaitTimeSeconds })),
        invalidParameter(
          `Value ${WaitTimeSeconds} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.`,
        ),
      );
    }
    recorded.expectAnswer(
      await sqs.receive(queue),
      messages(received('message', '78e731027d8fd50ed642340b7c9a63b3', 1)),
    );
    recorded.expectAnswer(
      await sqs.receive(queue, { WaitTimeSeconds: 0 }),
      messages(received('message', '78e731027d8fd50ed642340b7c9a63b3', 2)),
    );
  });

  it('test_send_batch_message_size', async () => {
    const queue = await sqs.queue({ MaximumMessageSize: '1024' });
    const ids = ['a4cff0d1-1961-44bd-ae53-c6d5ed71ed08', '35b535ed-b76a-4ebd-b749-6eb35cdb55ee'];
    recordedCase().expectAnswer(
      await sendBatch(queue, [
        { Id: ids[0], MessageBody: 'a'.repeat(1024) },
        { Id: ids[1], MessageBody: 'a'.repeat(1025) },
      ]),
      {
        Failed: [
          {
            Code: 'InvalidParameterValue',
            Id: '<uuid:1>',
            Message: 'One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.',
            SenderFault: true,
          },
        ],
        Successful: [{ Id: '<uuid:2>', MD5OfMessageBody: 'c9a34cfc85d982698c6ac89f76071abd', MessageId: '<uuid:3>' }],
        ResponseMetadata: OK,
      },
    );
  });

  it('test_send_empty_message', async () => {
    recordedCase().expectAnswer(
      await answerOf(sqs.send(await sqs.queue(), '')),
      failure(
        'MissingParameter',
        'MissingRequiredParameterException',
        'The request must contain the parameter MessageBody.',
      ),
    );
  });

  it('test_send_message_batch_with_oversized_contents', async () => {
    recordedCase().expectAnswer(
      await answerOf(
        sendBatch(await sqs.queue(), [
          { Id: '1', MessageBody: 'a'.repeat(MIB - 8), MessageAttributes: EIGHT_BYTES },
          { Id: '2', MessageBody: 'a' },
        ]),
      ),
      failure(
        'AWS.SimpleQueueService.BatchRequestTooLong',
        'BatchRequestTooLong',
        'Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.',
      ),
    );
  });

  it('test_send_message_batch_with_oversized_contents_with_updated_maximum_message_size', async () => {
    const queue = await sqs.queue({ MaximumMessageSize: '2048' });
    recordedCase().expectAnswer(
      await sendBatch(queue, [
        { Id: '1', MessageBody: 'a'.repeat(2048 - 8), MessageAttributes: EIGHT_BYTES },
        { Id: '2', MessageBody: 'a' },
      ]),
      {
        Successful: [
          {
            Id: '1',
            MD5OfMessageAttributes: 'a45daa70926828a2f0a1db3418e6feb4',
            MD5OfMessageBody: 'f44facf5a7ee0af446ecf3e0f854441e',
            MessageId: '<uuid:1>',
          },
          { Id: '2', MD5OfMessageBody: '0cc175b9c0f1b6a831c399e269772661', MessageId: '<uuid:2>' },
        ],
        ResponseMetadata: OK,
      },
    );
  });

  it('test_send_message_with_updated_maximum_message_size', async () => {
    const QueueUrl = await sqs.queue();
    const Attributes = { MaximumMessageSize: '1024' };
    await sqs.client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    await sqs.send(QueueUrl, 'a'.repeat(1024));
    recordedCase().expectAnswer(
      await answerOf(sqs.send(QueueUrl, 'a'.repeat(1024 - 8 + 1), { MessageAttributes: EIGHT_BYTES })),
      invalidParameter('One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.'),
    );
  });

  it('test_send_oversized_message', async () => {
    recordedCase().expectAnswer(
      await answerOf(sqs.send(await sqs.queue(), 'a'.repeat(MIB - 8 + 1), { MessageAttributes: EIGHT_BYTES })),
      invalidParameter('One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.'),
    );
  });

  it.each([
    ['empty', ''],
    ['spaces', 'group 123'],
    ['too_long', 'a'.repeat(129)],
  ])('test_send_message_to_standard_queue_with_invalid_message_group_id[%s]', async (_, MessageGroupId) => {
    recordedCase().expectAnswer(
      await answerOf(sqs.send(await sqs.queue(), 'message', { MessageGroupId })),
      invalidParameter(
        `Value ${MessageGroupId} for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
      ),
    );
  });

  it('test_send_message_with_binary_attributes', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue();
    const text = 'traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01';
    const attr1 = { BinaryValue: Buffer.from(text), DataType: 'Binary' };
    const sent = await sqs.send(queue, 'test', { MessageAttributes: { attr1 } });
    expect(sent.MD5OfMessageAttributes).toBe('8cbe4db156db8a94db8b801b7addb984');
    const answer = await sqs.receive(queue, { MessageAttributeNames: ['All'] });
    const value = answer.Messages![0]!.MessageAttributes!['attr1']!;
    recorded.expectAnswer(
      {
        ...answer,
        Messages: [
          {
            ...answer.Messages![0],
            MessageAttributes: { attr1: { ...value, BinaryValue: Buffer.from(value.BinaryValue!).toString() } },
          },
        ],
      },
      messages({
        ...received('test', '098f6bcd4621d373cade4e832627b4f6', 1),
        MD5OfMessageAttributes: '8cbe4db156db8a94db8b801b7addb984',
        MessageAttributes: { attr1: { BinaryValue: text, DataType: 'Binary' } },
      }),
    );
    expect(recorded.bound('<uuid:1>')).toBe(sent.MessageId);
  });

  it('test_send_message_with_empty_string_attribute', async () => {
    recordedCase().expectAnswer(
      await answerOf(
        sqs.send(await sqs.queue(), 'test', {
          MessageAttributes: { ErrorDetails: { StringValue: '', DataType: 'String' } },
        }),
      ),
      invalidParameter("Message (user) attribute 'ErrorDetails' must contain a non-empty value of type 'String'."),
    );
  });
});

/** All system attributes of a message on a standard queue. */
function all(ApproximateReceiveCount: string, more: object = {}) {
  return {
    ApproximateFirstReceiveTimestamp: 'timestamp',
    ApproximateReceiveCount,
    SenderId: '<sender-id:1>',
    SentTimestamp: 'timestamp',
    ...more,
  };
}

/** The recording left the sender out, in the order of the bodies. */
function withoutSender(list: readonly Message[]): unknown[] {
  return [...list]
    .sort((a, b) => (a.Body! < b.Body! ? -1 : 1))
    .map((message) => {
      const { SenderId: _, ...Attributes } = message.Attributes as Record<string, string>;
      return { ...message, Attributes };
    });
}
