import {
  CancelMessageMoveTaskCommand,
  CreateQueueCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  type Message,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import type { ConformanceCase, World } from './case.ts';
import { equal, holds, refused } from './check.ts';
import { Queue } from './queues.ts';

const GUIDE = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide';
const DEAD_LETTERS = `${GUIDE}/sqs-dead-letter-queues.html`;
const MOVE_TASKS = `${GUIDE}/sqs-configure-dead-letter-queue-redrive.html`;
const API = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference';

const startMove = (
  world: World,
  SourceArn: string,
  options: { DestinationArn?: string; MaxNumberOfMessagesPerSecond?: number } = {},
) => world.sqs.send(new StartMessageMoveTaskCommand({ SourceArn, ...options }));

async function moveTask(world: World, SourceArn: string) {
  const { Results = [] } = await world.sqs.send(new ListMessageMoveTasksCommand({ SourceArn }));
  return Results[0];
}

export const sqsDeadLetterCases: readonly ConformanceCase[] = [
  {
    id: 'sqs.dlq.moves-on-receive',
    service: 'SQS',
    text: 'The receive after maxReceiveCount moves the message instead of answering it',
    link: DEAD_LETTERS,
    async run(world) {
      const { source, dlq } = await Queue.withDeadLetters(world, { maxReceiveCount: 2 });
      await source.send('poison');
      await source.fail('poison');
      await source.fail('poison');
      await dlq.expectNothing('the message waits in its queue until the next receive');
      await source.expectNothing('the message was received twice');
      equal((await dlq.takeOne()).Body, 'poison', 'body in the DLQ');
    },
  },
  {
    id: 'sqs.dlq.keeps-identity',
    service: 'SQS',
    text: 'In the DLQ a message keeps its id, send time and attributes, names its source, and counts receives on',
    link: DEAD_LETTERS,
    async run(world) {
      const { source, dlq } = await Queue.withDeadLetters(world);
      const sent = await source.send('poison', { attributes: { kind: { DataType: 'String', StringValue: 'v' } } });
      const before = await source.takeOne();
      await source.setVisibility(before, 0);
      await source.expectNothing('the message moves to the DLQ');
      const dead = await dlq.takeOne();
      equal(dead.MessageId, sent.MessageId, 'MessageId');
      equal(dead.MessageAttributes?.['kind']?.StringValue, 'v', 'attribute');
      equal(dead.MD5OfMessageAttributes, sent.MD5OfMessageAttributes, 'MD5OfMessageAttributes');
      equal(dead.Attributes?.SentTimestamp, before.Attributes?.SentTimestamp, 'SentTimestamp');
      equal(dead.Attributes?.ApproximateReceiveCount, '2', 'ApproximateReceiveCount');
      equal(dead.Attributes?.DeadLetterQueueSourceArn, source.arn, 'DeadLetterQueueSourceArn');
    },
  },
  {
    id: 'sqs.dlq.fifo-deduplication-id',
    service: 'SQS',
    text: 'On the move to a FIFO DLQ the deduplication id becomes the message id; id and group stay',
    link: `${GUIDE}/sqs-dead-letter-queues.html`,
    async run(world) {
      const { source, dlq } = await Queue.withDeadLetters(world, { fifo: true });
      const sent = await source.send('poison', { group: 'session', dedup: 'event' });
      await source.fail('poison');
      await source.expectNothing('the message moves to the DLQ');
      const dead = await dlq.takeOne();
      equal(dead.MessageId, sent.MessageId, 'MessageId');
      equal(dead.Attributes?.MessageGroupId, 'session', 'MessageGroupId');
      equal(dead.Attributes?.MessageDeduplicationId, sent.MessageId, 'MessageDeduplicationId');
      equal(dead.Attributes?.DeadLetterQueueSourceArn, source.arn, 'DeadLetterQueueSourceArn');
    },
  },
  {
    id: 'sqs.dlq.fifo-goes-on',
    service: 'SQS',
    text: 'When the first message of a group goes to the DLQ the rest of the group is received',
    link: DEAD_LETTERS,
    async run(world) {
      const { source, dlq } = await Queue.withDeadLetters(world, { fifo: true });
      await source.send('poison', { group: 'g', dedup: '1' });
      await source.send('good', { group: 'g', dedup: '2' });
      await source.setVisibility(await source.takeOne({ max: 1 }), 0);
      equal((await source.takeOne({ max: 1 })).Body, 'good', 'next message of the group');
      equal((await dlq.takeOne()).Body, 'poison', 'body in the DLQ');
    },
  },
  {
    id: 'sqs.dlq.standard-keeps-age',
    service: 'SQS',
    text: 'In a standard DLQ the retention counts from the first send',
    link: DEAD_LETTERS,
    needs: 'clock',
    async run(world) {
      const days = (count: number) => String(count * 86_400);
      const { source, dlq } = await Queue.withDeadLetters(world, {
        source: { MessageRetentionPeriod: days(4) },
        dead: { MessageRetentionPeriod: days(4) },
      });
      await source.send('poison');
      await world.pass(3 * 86_400_000);
      await source.fail('poison');
      await source.expectNothing('the message moves to the DLQ');
      await dlq.setVisibility(await dlq.takeOne(), 0);
      await world.pass(86_400_000 + 60_000);
      await dlq.expectNothing('four days since the first send have passed');
    },
  },
  {
    id: 'sqs.dlq.fifo-age-starts-anew',
    service: 'SQS',
    text: 'In a FIFO DLQ the retention starts with the move',
    link: DEAD_LETTERS,
    needs: 'clock',
    async run(world) {
      const retention = { MessageRetentionPeriod: '345600' };
      const { source, dlq } = await Queue.withDeadLetters(world, { fifo: true, source: retention, dead: retention });
      await source.send('poison', { group: 'g', dedup: 'd' });
      await world.pass(3 * 86_400_000);
      await source.fail('poison');
      await source.expectNothing('the message moves to the DLQ');
      await world.pass(3 * 86_400_000);
      await dlq.setVisibility(await dlq.takeOne(), 0);
      await world.pass(86_400_000 + 60_000);
      await dlq.expectNothing('four days since the move have passed');
    },
  },
  {
    id: 'sqs.dlq.same-kind',
    service: 'SQS',
    text: 'The DLQ of a standard queue is a standard queue',
    link: DEAD_LETTERS,
    async run(world) {
      const fifo = await Queue.fifo(world);
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: fifo.arn, maxReceiveCount: 3 });
      await refused(
        world.sqs.send(new CreateQueueCommand({ QueueName: world.name('source'), Attributes: { RedrivePolicy } })),
        { name: 'InvalidParameterValue', status: 400 },
        'a FIFO DLQ of a standard queue',
      );
    },
  },
  {
    id: 'sqs.dlq.must-exist',
    service: 'SQS',
    text: 'A redrive policy that names an absent queue is refused',
    link: DEAD_LETTERS,
    async run(world) {
      const queue = await Queue.create(world);
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: `${queue.arn}-absent`, maxReceiveCount: 3 });
      await refused(
        queue.setAttributes({ RedrivePolicy }),
        { name: 'InvalidParameterValue', status: 400 },
        'a DLQ that does not exist',
      );
    },
  },
  {
    id: 'sqs.dlq.allow-policy',
    service: 'SQS',
    text: 'A redrive-allow policy denyAll keeps queues from choosing the DLQ',
    link: DEAD_LETTERS,
    async run(world) {
      const dlq = await Queue.create(world, { RedriveAllowPolicy: JSON.stringify({ redrivePermission: 'denyAll' }) });
      const source = await Queue.create(world);
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dlq.arn, maxReceiveCount: 3 });
      await refused(source.setAttributes({ RedrivePolicy }), {}, 'a DLQ that allows no source');
    },
  },
  {
    id: 'sqs.dlq.allow-policy-by-queue',
    service: 'SQS',
    text: 'A redrive-allow policy byQueue lets only the named queues choose the DLQ',
    link: DEAD_LETTERS,
    async run(world) {
      const [allowed, other, dlq] = await Promise.all([Queue.create(world), Queue.create(world), Queue.create(world)]);
      await dlq.setAttributes({
        RedriveAllowPolicy: JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [allowed.arn] }),
      });
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dlq.arn, maxReceiveCount: 3 });
      await allowed.setAttributes({ RedrivePolicy });
      await refused(other.setAttributes({ RedrivePolicy }), {}, 'a source that is not named');
    },
  },
  {
    id: 'sqs.dlq.sources',
    service: 'SQS',
    text: 'ListDeadLetterSourceQueues answers the queues that name the DLQ',
    link: `${API}/API_ListDeadLetterSourceQueues.html`,
    async run(world) {
      const { source, dlq } = await Queue.withDeadLetters(world);
      const answer = await world.sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dlq.url }));
      equal(answer.queueUrls, [source.url], 'queueUrls');
    },
  },
  {
    id: 'sqs.move.back-to-source',
    service: 'SQS',
    text: 'A move task brings dead letters back to their source with new ids, and is then COMPLETED',
    link: MOVE_TASKS,
    async run(world) {
      const { source, dlq } = await Queue.withDeadLetters(world);
      const sent = await source.send('poison');
      await source.fail('poison');
      await source.expectNothing('the message moves to the DLQ');
      const { TaskHandle } = await startMove(world, dlq.arn);
      holds(TaskHandle, 'the task has a handle');
      const task = await world.eventually('the task completes', async () => {
        const found = await moveTask(world, dlq.arn);
        return found?.Status === 'COMPLETED' ? found : undefined;
      });
      equal(task.ApproximateNumberOfMessagesMoved, 1, 'ApproximateNumberOfMessagesMoved');
      equal(task.TaskHandle, undefined, 'handle of the completed task');
      const back = await source.takeOne();
      equal(back.Body, 'poison', 'body of the message that is back');
      holds(back.MessageId !== sent.MessageId, 'the message has a new id');
      await dlq.expectNothing('the message was moved');
    },
  },
  {
    id: 'sqs.move.fifo-order',
    service: 'SQS',
    text: 'A move task on a FIFO DLQ keeps groups and their order',
    link: MOVE_TASKS,
    async run(world) {
      const { source, dlq } = await Queue.withDeadLetters(world, { fifo: true });
      const bodies = ['a', 'b', 'c'];
      for (const body of bodies) {
        await source.send(body, { group: 'g', dedup: body });
        await source.fail(body);
        await source.expectNothing('the message moves to the DLQ');
      }
      await startMove(world, dlq.arn);
      const back: Message[] = [];
      await world.eventually('all three are back', async () => {
        for (const message of await source.poll()) {
          back.push(message);
          await source.delete(message);
        }
        return back.length >= 3 ? true : undefined;
      });
      equal(
        back.map((message) => message.Body),
        bodies,
        'order',
      );
      equal(
        back.map((message) => message.Attributes?.MessageGroupId),
        ['g', 'g', 'g'],
        'groups',
      );
    },
  },
  {
    id: 'sqs.move.needs-dlq',
    service: 'SQS',
    text: 'The source of a move task must be the DLQ of a queue',
    link: `${API}/API_StartMessageMoveTask.html`,
    async run(world) {
      const queue = await Queue.create(world);
      await refused(
        startMove(world, queue.arn),
        {
          name: 'InvalidParameterValue',
          status: 400,
        },
        'a task on a plain queue',
      );
    },
  },
  {
    id: 'sqs.move.one-at-a-time',
    service: 'SQS',
    text: 'A queue has at most one active move task; it can be listed and cancelled, which moves nothing back',
    link: `${API}/API_StartMessageMoveTask.html`,
    async run(world) {
      const { source, dlq } = await Queue.withDeadLetters(world);
      await dlq.sendBatch(Array.from({ length: 10 }, (_, n) => ({ Id: `e${n}`, MessageBody: `${n}` })));
      const { TaskHandle } = await startMove(world, dlq.arn, {
        DestinationArn: source.arn,
        MaxNumberOfMessagesPerSecond: 1,
      });
      await refused(
        startMove(world, dlq.arn),
        {
          name: 'InvalidParameterValue',
          status: 400,
        },
        'a second task',
      );
      const running = await moveTask(world, dlq.arn);
      equal([running?.Status, running?.TaskHandle], ['RUNNING', TaskHandle], 'the task');
      await world.sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
      await world.eventually('the task is cancelled', async () =>
        (await moveTask(world, dlq.arn))?.Status === 'CANCELLED' ? true : undefined,
      );
      holds((await dlq.poll()).length > 0, 'messages are left in the DLQ');
    },
  },
];
