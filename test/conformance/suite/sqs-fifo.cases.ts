import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import type { ConformanceCase } from './case.ts';
import { equal, holds, refused } from './check.ts';
import { Queue } from './queues.ts';

const GUIDE = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide';
const DEDUPLICATION = `${GUIDE}/using-messagededuplicationid-property.html`;
const ORDER = `${GUIDE}/FIFO-queues-understanding-logic.html`;
const API = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference';

export const sqsFifoCases: readonly ConformanceCase[] = [
  {
    id: 'sqs.fifo.name',
    service: 'SQS',
    text: 'The name of a FIFO queue ends with .fifo',
    link: `${API}/API_CreateQueue.html`,
    async run(world) {
      await refused(
        world.sqs.send(new CreateQueueCommand({ QueueName: world.name('plain'), Attributes: { FifoQueue: 'true' } })),
        { name: 'InvalidParameterValue', status: 400 },
        'a FIFO queue without the suffix',
      );
    },
  },
  {
    id: 'sqs.fifo.needs-group',
    service: 'SQS',
    text: 'A send to a FIFO queue needs a MessageGroupId',
    link: `${API}/API_SendMessage.html`,
    async run(world) {
      const queue = await Queue.fifo(world);
      await refused(
        queue.send('x', { dedup: 'd' }),
        { name: 'MissingParameter', status: 400 },
        'a send without a group',
      );
    },
  },
  {
    id: 'sqs.fifo.needs-deduplication-id',
    service: 'SQS',
    text: 'A send without a deduplication id is refused unless the queue deduplicates by content',
    link: `${API}/API_SendMessage.html`,
    async run(world) {
      const queue = await Queue.fifo(world);
      await refused(
        queue.send('x', { group: 'g' }),
        {
          name: 'InvalidParameterValue',
          status: 400,
        },
        'a send without a deduplication id',
      );
    },
  },
  {
    id: 'sqs.fifo.no-message-delay',
    service: 'SQS',
    text: 'A FIFO queue refuses DelaySeconds on a message',
    link: `${API}/API_SendMessage.html`,
    async run(world) {
      const queue = await Queue.fifo(world);
      await refused(
        queue.send('x', { group: 'g', dedup: 'd', delaySeconds: 2 }),
        {
          name: 'InvalidParameterValue',
          status: 400,
        },
        'a delay of 2 s',
      );
    },
  },
  {
    id: 'sqs.fifo.order',
    service: 'SQS',
    text: 'One receive answers the messages of a group in the order in which they were sent, with rising numbers',
    link: ORDER,
    async run(world) {
      const queue = await Queue.fifo(world);
      const bodies = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
      for (const body of bodies) await queue.send(body, { group: 'g', dedup: body });
      const received = await queue.take(8);
      equal(
        received.map((message) => message.Body),
        bodies,
        'order',
      );
      const numbers = received.map((message) => message.Attributes?.SequenceNumber ?? '');
      equal(
        numbers.map((number) => number.length),
        Array(8).fill(20),
        'digits of the sequence numbers',
      );
      equal(numbers.toSorted(), numbers, 'sequence numbers');
      equal(new Set(numbers).size, 8, 'distinct sequence numbers');
    },
  },
  {
    id: 'sqs.fifo.attributes',
    service: 'SQS',
    text: 'A received message tells its group, deduplication id and the sequence number that the send answered',
    link: `${API}/API_ReceiveMessage.html`,
    async run(world) {
      const queue = await Queue.fifo(world);
      const sent = await queue.send('x', { group: 'session-1', dedup: 'event-1' });
      const { Attributes = {} } = await queue.takeOne();
      equal(Attributes.MessageGroupId, 'session-1', 'MessageGroupId');
      equal(Attributes.MessageDeduplicationId, 'event-1', 'MessageDeduplicationId');
      equal(Attributes.SequenceNumber, sent.SequenceNumber, 'SequenceNumber');
    },
  },
  {
    id: 'sqs.fifo.group-blocks',
    service: 'SQS',
    text: 'While a message is in flight no other of its group is received; other groups go on',
    link: ORDER,
    async run(world) {
      const queue = await Queue.fifo(world);
      await queue.send('a1', { group: 'a', dedup: '1' });
      await queue.send('a2', { group: 'a', dedup: '2' });
      const first = await queue.takeOne({ max: 1 });
      equal(first.Body, 'a1', 'first message');
      await queue.expectNothing('the group is blocked');
      await queue.send('b1', { group: 'b', dedup: '3' });
      const [other, ...more] = await queue.take(1, { max: 10 });
      equal([other?.Body, more.length], ['b1', 0], 'message of the other group, and how many more');
      await queue.delete(first);
      equal((await queue.takeOne()).Body, 'a2', 'after the delete');
    },
  },
  {
    id: 'sqs.fifo.returns-to-its-place',
    service: 'SQS',
    text: 'A message given back is received again before the later ones of its group',
    link: ORDER,
    async run(world) {
      const queue = await Queue.fifo(world);
      for (const body of ['a', 'b', 'c']) await queue.send(body, { group: 'g', dedup: body });
      await queue.setVisibility(await queue.takeOne({ max: 1 }), 0);
      equal(
        (await queue.take(3)).map((message) => message.Body),
        ['a', 'b', 'c'],
        'order',
      );
    },
  },
  {
    id: 'sqs.fifo.visibility-frees-group',
    service: 'SQS',
    text: 'An expired visibility timeout gives the message back and frees its group',
    link: ORDER,
    async run(world) {
      const queue = await Queue.fifo(world, { VisibilityTimeout: '4' });
      for (const body of ['a', 'b']) await queue.send(body, { group: 'g', dedup: body });
      await queue.takeOne({ max: 1 });
      await queue.expectNothing('the group is blocked');
      await world.pass(4100);
      equal(
        (await queue.take(2)).map((message) => message.Body),
        ['a', 'b'],
        'order',
      );
    },
  },
  {
    id: 'sqs.fifo.stale-receipt',
    service: 'SQS',
    text: 'A FIFO queue refuses a delete after the visibility timeout, and keeps the message',
    link: `${API}/API_DeleteMessage.html`,
    async run(world) {
      const queue = await Queue.fifo(world, { VisibilityTimeout: '1' });
      await queue.send('x', { group: 'g', dedup: 'd' });
      const message = await queue.takeOne();
      await world.pass(1200);
      await refused(queue.delete(message), { name: 'InvalidParameterValue', status: 400 }, 'the late delete');
      equal((await queue.takeOne()).MessageId, message.MessageId, 'id of the message that is still there');
    },
  },
  {
    id: 'sqs.fifo.receive-attempt',
    service: 'SQS',
    text: 'A receive repeated with its ReceiveRequestAttemptId answers the same messages',
    link: `${GUIDE}/using-receiverequestattemptid-request-parameter.html`,
    async run(world) {
      const queue = await Queue.fifo(world);
      await queue.send('x', { group: 'g', dedup: 'd' });
      const first = await queue.takeOne({ attempt: 'attempt-1' });
      const again = await queue.poll({ attempt: 'attempt-1' });
      equal(
        again.map((message) => message.MessageId),
        [first.MessageId],
        'ids of the repeated receive',
      );
    },
  },
  {
    id: 'sqs.fifo.dedup.suppressed',
    service: 'SQS',
    text: 'A second send with the same deduplication id is accepted, answers the first id and number, and is not delivered',
    link: DEDUPLICATION,
    async run(world) {
      const queue = await Queue.fifo(world);
      const first = await queue.send('one', { group: 'g', dedup: 'd' });
      const second = await queue.send('two', { group: 'g', dedup: 'd' });
      equal(second.MessageId, first.MessageId, 'id of the suppressed send');
      equal(second.SequenceNumber, first.SequenceNumber, 'number of the suppressed send');
      const received = await queue.take(1, { max: 10 });
      equal(
        received.map((message) => message.Body),
        ['one'],
        'bodies received',
      );
    },
  },
  {
    id: 'sqs.fifo.dedup.in-batch',
    service: 'SQS',
    text: 'Two entries of one batch with the same deduplication id are both successful and one message',
    link: DEDUPLICATION,
    async run(world) {
      const queue = await Queue.fifo(world);
      const entry = { MessageBody: 'x', MessageGroupId: 'g', MessageDeduplicationId: 'd' };
      const { Successful = [], Failed = [] } = await queue.sendBatch([
        { Id: 'one', ...entry },
        { Id: 'two', ...entry },
      ]);
      equal([Successful.length, Failed.length], [2, 0], 'successful and failed entries');
      equal(Successful[1]?.MessageId, Successful[0]?.MessageId, 'message id of the second entry');
      equal((await queue.take(1, { max: 10 })).length, 1, 'messages received');
    },
  },
  {
    id: 'sqs.fifo.dedup.after-delete',
    service: 'SQS',
    text: 'The deduplication id stays used after its message was received and deleted',
    link: DEDUPLICATION,
    async run(world) {
      const queue = await Queue.fifo(world);
      const first = await queue.send('x', { group: 'g', dedup: 'd' });
      await queue.delete(await queue.takeOne());
      const second = await queue.send('x', { group: 'g', dedup: 'd' });
      await queue.expectNothing('the deduplication id is still used');
      equal(second.MessageId, first.MessageId, 'id of the suppressed send');
    },
  },
  {
    id: 'sqs.fifo.dedup.window',
    service: 'SQS',
    text: 'A deduplication id is used for five minutes from its first send',
    link: DEDUPLICATION,
    needs: 'clock',
    async run(world) {
      const queue = await Queue.fifo(world);
      await queue.send('x', { group: 'g', dedup: 'd' });
      await queue.delete(await queue.takeOne());
      await world.pass(290_000);
      await queue.send('x', { group: 'g', dedup: 'd' });
      await queue.expectNothing('five minutes have not passed');
      // The suppressed send did not start the five minutes anew.
      await world.pass(11_000);
      await queue.send('x', { group: 'g', dedup: 'd' });
      await queue.takeOne();
    },
  },
  {
    id: 'sqs.fifo.dedup.by-content',
    service: 'SQS',
    text: 'Deduplication by content looks at the body only, not at the attributes',
    link: DEDUPLICATION,
    async run(world) {
      const queue = await Queue.fifo(world, { ContentBasedDeduplication: 'true' });
      const attributes = (value: string) => ({ note: { DataType: 'String', StringValue: value } });
      const first = await queue.send('same', { group: 'g', attributes: attributes('1') });
      const second = await queue.send('same', { group: 'g', attributes: attributes('2') });
      equal(second.MessageId, first.MessageId, 'id of the send with the same body');
      await queue.send('other', { group: 'g' });
      equal(
        (await queue.take(2)).map((message) => message.Body),
        ['same', 'other'],
        'bodies received',
      );
    },
  },
  {
    id: 'sqs.fifo.dedup.explicit-wins',
    service: 'SQS',
    text: 'An explicit deduplication id goes before deduplication by content',
    link: DEDUPLICATION,
    async run(world) {
      const queue = await Queue.fifo(world, { ContentBasedDeduplication: 'true' });
      await queue.send('same', { group: 'g', dedup: '1' });
      await queue.send('same', { group: 'g', dedup: '2' });
      equal((await queue.take(2)).length, 2, 'messages received');
    },
  },
  {
    id: 'sqs.fifo.dedup.scope-queue',
    service: 'SQS',
    text: 'By default one deduplication id serves the whole queue, whatever the group',
    link: DEDUPLICATION,
    async run(world) {
      const queue = await Queue.fifo(world);
      const first = await queue.send('x', { group: 'a', dedup: 'd' });
      const second = await queue.send('x', { group: 'b', dedup: 'd' });
      equal(second.MessageId, first.MessageId, 'id of the send to the other group');
      equal((await queue.take(1, { max: 10 })).length, 1, 'messages received');
    },
  },
  {
    id: 'sqs.fifo.dedup.scope-group',
    service: 'SQS',
    text: 'DeduplicationScope messageGroup counts deduplication ids in each group apart',
    link: `${GUIDE}/high-throughput-fifo.html`,
    async run(world) {
      const queue = await Queue.fifo(world, {
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
      });
      const first = await queue.send('x', { group: 'a', dedup: 'd' });
      const second = await queue.send('x', { group: 'b', dedup: 'd' });
      const third = await queue.send('x', { group: 'a', dedup: 'd' });
      holds(second.MessageId !== first.MessageId, 'the other group gets a message of its own');
      equal(third.MessageId, first.MessageId, 'id of the second send to the first group');
      equal((await queue.take(2)).length, 2, 'messages received');
    },
  },
];
