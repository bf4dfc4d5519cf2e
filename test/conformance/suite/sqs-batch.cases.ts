import type { SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import type { ConformanceCase } from './case.ts';
import { equal, refused } from './check.ts';
import { Queue } from './queues.ts';

const API = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference';
const QUOTAS = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html';
const BATCH = `${API}/API_SendMessageBatch.html`;
const MIB = 1_048_576;

function entries(count: number): readonly SendMessageBatchRequestEntry[] {
  return Array.from({ length: count }, (_, n) => ({ Id: `e${n}`, MessageBody: `body ${n}` }));
}

export const sqsBatchCases: readonly ConformanceCase[] = [
  {
    id: 'sqs.batch.partial-failure',
    service: 'SQS',
    text: 'One bad entry of a batch fails alone: the call is HTTP 200, the others are sent',
    link: BATCH,
    async run(world) {
      const queue = await Queue.create(world, { MaximumMessageSize: '1024' });
      const answer = await queue.sendBatch([
        { Id: 'one', MessageBody: 'one' },
        { Id: 'two', MessageBody: 'x'.repeat(1025) },
        { Id: 'three', MessageBody: 'three' },
      ]);
      equal(
        answer.Successful?.map(({ Id }) => Id),
        ['one', 'three'],
        'ids of Successful',
      );
      equal(
        answer.Failed?.map(({ Id, Code, SenderFault }) => ({ Id, Code, SenderFault })),
        [{ Id: 'two', Code: 'InvalidParameterValue', SenderFault: true }],
        'Failed',
      );
      const bodies = (await queue.take(2)).map((message) => message.Body);
      equal(bodies.toSorted(), ['one', 'three'], 'bodies received');
    },
  },
  {
    id: 'sqs.batch.answers-each',
    service: 'SQS',
    text: 'Each entry of a batch is answered with its own id, message id and MD5',
    link: BATCH,
    async run(world) {
      const queue = await Queue.create(world);
      const { Successful = [] } = await queue.sendBatch(entries(10));
      equal(
        Successful.map(({ Id }) => Id).toSorted(),
        entries(10).map(({ Id }) => Id),
        'entry ids',
      );
      equal(new Set(Successful.map(({ MessageId }) => MessageId)).size, 10, 'number of message ids');
      const received = await queue.take(10);
      const expected = Object.fromEntries(received.map((message) => [message.MessageId, message.MD5OfBody]));
      const answered = Object.fromEntries(Successful.map((entry) => [entry.MessageId, entry.MD5OfMessageBody]));
      equal(answered, expected, 'MD5 by message id');
    },
  },
  {
    id: 'sqs.batch.empty',
    service: 'SQS',
    text: 'An empty batch is refused',
    link: BATCH,
    async run(world) {
      const queue = await Queue.create(world);
      await refused(queue.sendBatch([]), { name: 'EmptyBatchRequest', status: 400 }, 'an empty batch');
    },
  },
  {
    id: 'sqs.batch.eleven',
    service: 'SQS',
    text: 'A batch of more than ten entries is refused',
    link: BATCH,
    async run(world) {
      const queue = await Queue.create(world);
      await refused(
        queue.sendBatch(entries(11)),
        {
          name: 'TooManyEntriesInBatchRequest',
          status: 400,
        },
        'a batch of eleven',
      );
    },
  },
  {
    id: 'sqs.batch.same-ids',
    service: 'SQS',
    text: 'Two entries with the same id are refused',
    link: BATCH,
    async run(world) {
      const queue = await Queue.create(world);
      await refused(
        queue.sendBatch([...entries(1), ...entries(1)]),
        { name: 'BatchEntryIdsNotDistinct', status: 400 },
        'a batch with one id twice',
      );
    },
  },
  {
    id: 'sqs.batch.id-syntax',
    service: 'SQS',
    text: 'An entry id holds only letters, digits, hyphens and underscores, at most 80',
    link: BATCH,
    async run(world) {
      const queue = await Queue.create(world);
      await refused(
        queue.sendBatch([{ Id: 'a:b', MessageBody: 'x' }]),
        { name: 'InvalidBatchEntryId', status: 400 },
        'the entry id "a:b"',
      );
    },
  },
  {
    id: 'sqs.size.one-mib',
    service: 'SQS',
    text: 'A message of 1 MiB is accepted, one byte more is refused',
    link: QUOTAS,
    async run(world) {
      const queue = await Queue.create(world);
      await queue.send('x'.repeat(MIB));
      await refused(
        queue.send('x'.repeat(MIB + 1)),
        { name: 'InvalidParameterValue', status: 400 },
        'a message of 1,048,577 bytes',
      );
    },
  },
  {
    id: 'sqs.size.bytes-not-characters',
    service: 'SQS',
    text: 'The limit counts UTF-8 bytes, with the names, types and values of attributes',
    link: QUOTAS,
    async run(world) {
      const queue = await Queue.create(world, { MaximumMessageSize: '1024' });
      await queue.send('é'.repeat(512));
      const tooLarge = { name: 'InvalidParameterValue', status: 400 };
      await refused(queue.send('é'.repeat(513)), tooLarge, 'a body of 1,026 bytes in 513 characters');
      // "name" + "String" + "12" are 12 bytes.
      const attributes = { name: { DataType: 'String', StringValue: '12' } };
      await queue.send('x'.repeat(1012), { attributes });
      await refused(
        queue.send('x'.repeat(1013), { attributes }),
        tooLarge,
        'a body of 1,013 bytes with 12 of attributes',
      );
    },
  },
  {
    id: 'sqs.size.batch-total',
    service: 'SQS',
    text: 'The messages of a batch together may have 1 MiB',
    link: BATCH,
    async run(world) {
      const queue = await Queue.create(world);
      const half = 'x'.repeat(MIB / 2);
      await queue.sendBatch([
        { Id: 'a', MessageBody: half },
        { Id: 'b', MessageBody: half },
      ]);
      await refused(
        queue.sendBatch([
          { Id: 'a', MessageBody: half },
          { Id: 'b', MessageBody: `${half}x` },
        ]),
        {
          name: 'BatchRequestTooLong',
          status: 400,
        },
        'a batch of 1,048,577 bytes',
      );
    },
  },
  {
    id: 'sqs.body.empty',
    service: 'SQS',
    text: 'An empty body is refused',
    link: `${API}/API_SendMessage.html`,
    async run(world) {
      const queue = await Queue.create(world);
      await refused(queue.send(''), { name: 'MissingParameter', status: 400 }, 'an empty body');
    },
  },
  {
    id: 'sqs.body.characters',
    service: 'SQS',
    text: 'A body holds only characters that XML 1.0 allows',
    link: `${API}/API_SendMessage.html`,
    async run(world) {
      const queue = await Queue.create(world);
      await queue.send('tab\t line\n 😀');
      await refused(
        queue.send('bell \u0007'),
        { name: 'InvalidMessageContents', status: 400 },
        'a body with the character U+0007',
      );
    },
  },
  {
    id: 'sqs.attributes.empty-value',
    service: 'SQS',
    text: 'An attribute without a value is refused',
    link: `${API}/API_SendMessage.html`,
    async run(world) {
      const queue = await Queue.create(world);
      await refused(
        queue.send('x', { attributes: { note: { DataType: 'String', StringValue: '' } } }),
        {
          name: 'InvalidParameterValue',
          status: 400,
        },
        'an empty attribute',
      );
    },
  },
  {
    id: 'sqs.attributes.ten',
    service: 'SQS',
    text: 'A message has at most ten attributes',
    link: QUOTAS,
    async run(world) {
      const queue = await Queue.create(world);
      const attributes = (count: number) =>
        Object.fromEntries(
          Array.from({ length: count }, (_, n) => [`a${n}`, { DataType: 'String', StringValue: 'x' }] as const),
        );
      await queue.send('x', { attributes: attributes(10) });
      await refused(
        queue.send('x', { attributes: attributes(11) }),
        { name: 'InvalidParameterValue', status: 400 },
        'eleven attributes',
      );
    },
  },
];
