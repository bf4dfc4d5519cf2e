import { createHash } from 'node:crypto';
import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { ConformanceCase } from './case.ts';
import { equal, holds, refused } from './check.ts';
import { Queue } from './queues.ts';

const GUIDE = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide';
const API = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference';
const VISIBILITY = `${GUIDE}/sqs-visibility-timeout.html`;
const TRACE = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';

export const sqsStandardCases: readonly ConformanceCase[] = [
  {
    id: 'sqs.send-receive',
    service: 'SQS',
    text: 'A message arrives with its id, body, attributes and the MD5s that the send answered',
    link: `${API}/API_SendMessage.html`,
    async run(world) {
      const queue = await Queue.create(world);
      const attributes = {
        kind: { DataType: 'String', StringValue: 'page-view' },
        count: { DataType: 'Number', StringValue: '3' },
        raw: { DataType: 'Binary', BinaryValue: Uint8Array.from([0, 1, 255]) },
      };
      const sent = await queue.send('{"n":1}', { attributes });
      const message = await queue.takeOne();
      equal(message.Body, '{"n":1}', 'body');
      equal(message.MessageId, sent.MessageId, 'id received');
      equal(sent.MD5OfMessageBody, createHash('md5').update('{"n":1}').digest('hex'), 'MD5 of the body sent');
      equal(message.MD5OfBody, sent.MD5OfMessageBody, 'MD5 of the body received');
      equal(message.MD5OfMessageAttributes, sent.MD5OfMessageAttributes, 'MD5 of the attributes');
      equal(message.MessageAttributes?.['kind']?.StringValue, 'page-view', 'text attribute');
      equal(message.MessageAttributes?.['count']?.DataType, 'Number', 'type of the number attribute');
      equal([...(message.MessageAttributes?.['raw']?.BinaryValue ?? [])], [0, 1, 255], 'binary attribute');
    },
  },
  {
    id: 'sqs.md5-of-attributes',
    service: 'SQS',
    text: 'The MD5 of attributes covers name, type and value, each with its length, in order of the names',
    link: `${GUIDE}/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation`,
    async run(world) {
      const queue = await Queue.create(world);
      const sent = await queue.send('x', {
        attributes: {
          b: { DataType: 'Binary', BinaryValue: Buffer.from('bytes') },
          a: { DataType: 'String', StringValue: 'text' },
        },
      });
      const field = (text: string) => Buffer.concat([lengthOf(text), Buffer.from(text)]);
      const lengthOf = (text: string) => {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(Buffer.byteLength(text));
        return length;
      };
      const digest = createHash('md5')
        .update(Buffer.concat([field('a'), field('String'), Buffer.from([1]), field('text')]))
        .update(Buffer.concat([field('b'), field('Binary'), Buffer.from([2]), field('bytes')]))
        .digest('hex');
      equal(sent.MD5OfMessageAttributes, digest, 'MD5OfMessageAttributes');
    },
  },
  {
    id: 'sqs.system-attributes',
    service: 'SQS',
    text: 'A received message tells when it was sent, first received, and how often',
    link: `${API}/API_ReceiveMessage.html`,
    async run(world) {
      const queue = await Queue.create(world);
      const before = world.now();
      await queue.send('x');
      const { Attributes = {} } = await queue.takeOne();
      equal(Attributes.ApproximateReceiveCount, '1', 'ApproximateReceiveCount');
      holds(Number(Attributes.SentTimestamp) >= before - 5000, 'SentTimestamp is the time of the send in ms');
      holds(
        Number(Attributes.ApproximateFirstReceiveTimestamp) >= Number(Attributes.SentTimestamp),
        'ApproximateFirstReceiveTimestamp is not before SentTimestamp',
      );
      holds(Attributes.SenderId, 'SenderId is there');
    },
  },
  {
    id: 'sqs.trace-header',
    service: 'SQS',
    text: 'AWSTraceHeader travels as a system attribute with a digest of its own',
    link: `${API}/API_SendMessage.html`,
    async run(world) {
      const queue = await Queue.create(world);
      const sent = await world.sqs.send(
        new SendMessageCommand({
          QueueUrl: queue.url,
          MessageBody: 'x',
          MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: TRACE } },
        }),
      );
      holds(sent.MD5OfMessageSystemAttributes, 'the send answers MD5OfMessageSystemAttributes');
      equal(sent.MD5OfMessageAttributes, undefined, 'MD5OfMessageAttributes');
      const message = await queue.takeOne();
      equal(message.Attributes?.AWSTraceHeader, TRACE, 'AWSTraceHeader received');
    },
  },
  {
    id: 'sqs.fair-queue-group',
    service: 'SQS',
    text: 'A standard queue keeps the MessageGroupId that it was sent with',
    link: `${GUIDE}/sqs-fair-queues.html`,
    async run(world) {
      const queue = await Queue.create(world);
      await queue.send('x', { group: 'tenant-1' });
      const message = await queue.takeOne();
      equal(message.Attributes?.MessageGroupId, 'tenant-1', 'MessageGroupId');
    },
  },
  {
    id: 'sqs.visibility',
    service: 'SQS',
    text: 'A received message is hidden for its visibility timeout, then comes back with a higher receive count',
    link: VISIBILITY,
    async run(world) {
      const queue = await Queue.create(world, { VisibilityTimeout: '4' });
      await queue.send('x');
      const first = await queue.takeOne();
      await queue.expectNothing('the message is in flight');
      await world.pass(4100);
      const second = await queue.takeOne();
      equal(second.MessageId, first.MessageId, 'id of the message that is back');
      equal(second.Attributes?.ApproximateReceiveCount, '2', 'ApproximateReceiveCount');
      holds(second.ReceiptHandle !== first.ReceiptHandle, 'each receive has a receipt handle of its own');
    },
  },
  {
    id: 'sqs.change-visibility',
    service: 'SQS',
    text: 'Visibility zero makes a message receivable at once; a longer one keeps it hidden past the old timeout',
    link: `${API}/API_ChangeMessageVisibility.html`,
    async run(world) {
      const queue = await Queue.create(world, { VisibilityTimeout: '4' });
      await queue.send('x');
      await queue.setVisibility(await queue.takeOne(), 0);
      await queue.setVisibility(await queue.takeOne(), 30);
      await world.pass(4100);
      await queue.expectNothing('the visibility timeout was extended');
    },
  },
  {
    id: 'sqs.change-visibility-range',
    service: 'SQS',
    text: 'A visibility timeout over 12 hours is refused',
    link: `${API}/API_ChangeMessageVisibility.html`,
    async run(world) {
      const queue = await Queue.create(world);
      await queue.send('x');
      const message = await queue.takeOne();
      await refused(
        queue.setVisibility(message, 43_201),
        { name: 'InvalidParameterValue', status: 400 },
        'a timeout of 43,201 s',
      );
    },
  },
  {
    id: 'sqs.delete-expired-standard',
    service: 'SQS',
    text: 'A standard queue accepts a delete with a receipt handle whose visibility has expired',
    link: `${API}/API_DeleteMessage.html`,
    async run(world) {
      const queue = await Queue.create(world, { VisibilityTimeout: '1' });
      await queue.send('x');
      const message = await queue.takeOne();
      await world.pass(1100);
      await queue.delete(message);
      await queue.expectNothing('the message was deleted before anybody else received it');
    },
  },
  {
    id: 'sqs.delete-twice',
    service: 'SQS',
    text: 'A second delete with the same receipt handle is no error',
    link: `${API}/API_DeleteMessage.html`,
    async run(world) {
      const queue = await Queue.create(world);
      await queue.send('x');
      const message = await queue.takeOne();
      await queue.delete(message);
      await queue.delete(message);
    },
  },
  {
    id: 'sqs.bad-receipt-handle',
    service: 'SQS',
    text: 'A receipt handle that never was one is refused',
    link: `${API}/API_DeleteMessage.html`,
    async run(world) {
      const queue = await Queue.create(world);
      await refused(
        queue.delete({ ReceiptHandle: 'nonsense' }),
        { name: 'ReceiptHandleIsInvalid' },
        'a delete with an invented handle',
      );
    },
  },
  {
    id: 'sqs.delay',
    service: 'SQS',
    text: 'A delayed message arrives when its delay is over; the delay of a message goes before that of the queue',
    link: `${GUIDE}/sqs-message-timers.html`,
    async run(world) {
      const queue = await Queue.create(world, { DelaySeconds: '600' });
      await queue.send('x', { delaySeconds: 4 });
      await queue.expectNothing('the message is delayed');
      equal((await queue.attributes()).ApproximateNumberOfMessagesDelayed, '1', 'ApproximateNumberOfMessagesDelayed');
      await world.pass(4100);
      await queue.takeOne();
    },
  },
  {
    id: 'sqs.long-poll',
    service: 'SQS',
    text: 'A long poll ends when a message arrives',
    link: `${GUIDE}/sqs-short-and-long-polling.html`,
    async run(world) {
      const queue = await Queue.create(world);
      const poll = world.sqs.send(new ReceiveMessageCommand({ QueueUrl: queue.url, WaitTimeSeconds: 20 }));
      // Long enough for the poll to be waiting on the server; one that arrives late finds the message all the same.
      await new Promise((resolve) => setTimeout(resolve, 200));
      await queue.send('x');
      const answer = await Promise.race([
        poll,
        new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 5000)),
      ]);
      equal(answer?.Messages?.[0]?.Body, 'x', 'what the poll answers within 5 s of the send');
    },
  },
  {
    id: 'sqs.counts',
    service: 'SQS',
    text: 'The counts tell visible, in-flight and delayed messages apart',
    link: `${API}/API_GetQueueAttributes.html`,
    async run(world) {
      const queue = await Queue.create(world);
      await queue.send('a');
      await queue.send('b');
      await queue.send('c', { delaySeconds: 600 });
      await queue.takeOne();
      await world.eventually('the counts settle at 1 visible, 1 in flight, 1 delayed', async () => {
        const counts = await queue.attributes();
        return counts['ApproximateNumberOfMessages'] === '1' &&
          counts['ApproximateNumberOfMessagesNotVisible'] === '1' &&
          counts['ApproximateNumberOfMessagesDelayed'] === '1'
          ? counts
          : undefined;
      });
    },
  },
  {
    id: 'sqs.retention',
    service: 'SQS',
    text: 'A message is gone when its retention period is over',
    link: `${GUIDE}/sqs-basic-architecture.html`,
    needs: 'clock',
    async run(world) {
      const queue = await Queue.create(world, { MessageRetentionPeriod: '1209600' });
      await queue.send('x');
      await world.pass(13 * 86_400_000);
      await queue.setVisibility(await queue.takeOne(), 0);
      await world.pass(86_400_000 + 1000);
      await queue.expectNothing('14 days have passed');
    },
  },
  {
    id: 'sqs.purge',
    service: 'SQS',
    text: 'A purge empties the queue; a second one within 60 seconds is refused',
    link: `${API}/API_PurgeQueue.html`,
    async run(world) {
      const queue = await Queue.create(world);
      await queue.send('x');
      const purge = () => world.sqs.send(new PurgeQueueCommand({ QueueUrl: queue.url }));
      await purge();
      await refused(purge(), { name: 'PurgeQueueInProgress', status: 403 }, 'the second purge');
      await queue.expectNothing('the queue was purged');
    },
  },
  {
    id: 'sqs.no-such-queue',
    service: 'SQS',
    text: 'A queue that does not exist is QueueDoesNotExist with HTTP 400',
    link: `${API}/API_GetQueueUrl.html`,
    async run(world) {
      await refused(
        world.sqs.send(new GetQueueUrlCommand({ QueueName: world.name('absent') })),
        { name: 'QueueDoesNotExist', status: 400 },
        'the URL of an absent queue',
      );
    },
  },
  {
    id: 'sqs.create-again',
    service: 'SQS',
    text: 'Creating a queue again with the same attributes answers the same URL, with other ones an error',
    link: `${API}/API_CreateQueue.html`,
    async run(world) {
      const queue = await Queue.create(world, { VisibilityTimeout: '77' });
      const create = (timeout: string) =>
        world.sqs.send(new CreateQueueCommand({ QueueName: queue.name, Attributes: { VisibilityTimeout: timeout } }));
      equal((await create('77')).QueueUrl, queue.url, 'URL');
      await refused(create('78'), { name: 'QueueNameExists', status: 400 }, 'another visibility timeout');
    },
  },
  {
    id: 'sqs.defaults',
    service: 'SQS',
    text: 'A new queue has the documented defaults: 30 s, 4 days, 1 MiB, no delay, no wait',
    link: `${API}/API_CreateQueue.html`,
    async run(world) {
      const attributes = await (await Queue.create(world)).attributes();
      const { VisibilityTimeout, MessageRetentionPeriod, MaximumMessageSize, DelaySeconds } = attributes;
      equal(
        [VisibilityTimeout, MessageRetentionPeriod, DelaySeconds, attributes['ReceiveMessageWaitTimeSeconds']],
        ['30', '345600', '0', '0'],
        'timeout, retention, delay, wait',
      );
      equal(MaximumMessageSize, '1048576', 'MaximumMessageSize');
    },
  },
  {
    id: 'sqs.receive-limits',
    service: 'SQS',
    text: 'A receive asks for 1 to 10 messages and waits 0 to 20 seconds',
    link: `${API}/API_ReceiveMessage.html`,
    async run(world) {
      const queue = await Queue.create(world);
      const QueueUrl = queue.url;
      // Whoever accepts the wait need not wait.
      await queue.send('x');
      await refused(
        world.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 11, VisibilityTimeout: 0 })),
        {
          name: 'InvalidParameterValue',
          status: 400,
        },
        '11 messages',
      );
      await refused(
        world.sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 21 })),
        {
          name: 'InvalidParameterValue',
          status: 400,
        },
        'a wait of 21 s',
      );
    },
  },
  {
    id: 'sqs.change-visibility-batch',
    service: 'SQS',
    text: 'ChangeMessageVisibilityBatch fails one entry and does the others',
    link: `${API}/API_ChangeMessageVisibilityBatch.html`,
    async run(world) {
      const queue = await Queue.create(world);
      await queue.send('x');
      const message = await queue.takeOne();
      const answer = await world.sqs.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: queue.url,
          Entries: [
            { Id: 'good', ReceiptHandle: message.ReceiptHandle, VisibilityTimeout: 0 },
            { Id: 'bad', ReceiptHandle: 'nonsense', VisibilityTimeout: 0 },
          ],
        }),
      );
      equal(answer.Successful, [{ Id: 'good' }], 'Successful');
      equal(
        answer.Failed?.map(({ Id, SenderFault, Code }) => ({ Id, SenderFault, Code })),
        [{ Id: 'bad', SenderFault: true, Code: 'ReceiptHandleIsInvalid' }],
        'Failed',
      );
      await queue.takeOne();
    },
  },
  {
    id: 'sqs.delete-batch',
    service: 'SQS',
    text: 'DeleteMessageBatch fails one entry and does the others',
    link: `${API}/API_DeleteMessageBatch.html`,
    async run(world) {
      const queue = await Queue.create(world);
      await queue.send('x');
      const message = await queue.takeOne();
      const answer = await world.sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: queue.url,
          Entries: [
            { Id: 'bad', ReceiptHandle: 'nonsense' },
            { Id: 'good', ReceiptHandle: message.ReceiptHandle },
          ],
        }),
      );
      equal(answer.Successful, [{ Id: 'good' }], 'Successful');
      equal(
        answer.Failed?.map(({ Id, SenderFault, Code }) => ({ Id, SenderFault, Code })),
        [{ Id: 'bad', SenderFault: true, Code: 'ReceiptHandleIsInvalid' }],
        'Failed',
      );
    },
  },
];
