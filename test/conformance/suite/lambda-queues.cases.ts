import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  type FunctionResponseType,
  GetEventSourceMappingCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import type { ConformanceCase, World } from './case.ts';
import { equal, holds, refused } from './check.ts';
import { answering, TestFunction } from './functions.ts';
import { Queue } from './queues.ts';

const MAPPINGS = 'https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html';
const ERRORS = 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html';
/** A mapping needs seconds to begin, and failed messages their visibility timeout. */
const WITHIN_MS = 20_000;

/** Logs each body; reports those that begin with `bad`. On a FIFO queue it stops a group at its first failure. */
const PROCESSOR = `exports.handler = async (event) => {
  const stopped = new Set();
  const batchItemFailures = [];
  for (const record of event.Records) {
    const group = record.attributes && record.attributes.MessageGroupId;
    if (group !== undefined && stopped.has(group)) { batchItemFailures.push({ itemIdentifier: record.messageId }); continue; }
    const attempt = record.attributes && record.attributes.ApproximateReceiveCount;
    console.log('seen ' + record.body + ' attempt ' + attempt + ' end');
    if (record.body.startsWith('bad') || (record.body.startsWith('once') && attempt === '1')) {
      batchItemFailures.push({ itemIdentifier: record.messageId });
      if (group !== undefined) stopped.add(group);
    }
  }
  return { batchItemFailures };
};`;

async function map(
  world: World,
  queue: Queue,
  made: TestFunction,
  {
    responses = ['ReportBatchItemFailures'] as FunctionResponseType[],
    batchSize = 10,
    qualifier = 'live',
    warm = true,
  } = {},
) {
  // A first invocation takes long where a runtime has to start, and fails at once where there is none.
  if (warm) await made.invoke(qualifier, { Records: [] });
  const alias = await made.configuration(qualifier);
  const functionArn = `${alias.FunctionArn!.split(':').slice(0, 7).join(':')}:${qualifier}`;
  const mapping = await world.lambda.send(
    new CreateEventSourceMappingCommand({
      EventSourceArn: queue.arn,
      FunctionName: functionArn,
      BatchSize: batchSize,
      FunctionResponseTypes: responses,
    }),
  );
  const { UUID } = mapping;
  world.cleanUp(() => world.lambda.send(new DeleteEventSourceMappingCommand({ UUID })));
  await world.eventually(
    'the mapping is enabled',
    async () => {
      const { State } = await world.lambda.send(new GetEventSourceMappingCommand({ UUID }));
      return State === 'Enabled' ? true : undefined;
    },
    WITHIN_MS,
  );
  return mapping;
}

interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
  readonly md5OfBody: string;
  readonly eventSource: string;
  readonly eventSourceARN: string;
  readonly awsRegion: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes?: Readonly<Record<string, { readonly stringValue?: string }>>;
}

/** The bodies that the function logged, in order. */
async function seen(world: World, made: TestFunction): Promise<readonly string[]> {
  try {
    const { events = [] } = await world.logs.send(
      new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${made.name}`, filterPattern: 'seen' }),
    );
    return events.flatMap((event) => /seen (\S+) attempt/.exec(event.message ?? '')?.[1] ?? []);
  } catch (cause) {
    // The group is made by the first invocation.
    if ((cause as Error).name === 'ResourceNotFoundException') return [];
    throw cause;
  }
}

export const lambdaQueueCases: readonly ConformanceCase[] = [
  {
    id: 'lambda.mapping.on-alias',
    service: 'Lambda',
    text: 'A mapping keeps the ARN of the alias that it was made for, and is Enabled after Creating',
    link: 'https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html',
    async run(world) {
      const queue = await Queue.create(world);
      const made = await TestFunction.live(world, answering('x'));
      const mapping = await map(world, queue, made, { warm: false });
      holds(mapping.FunctionArn?.endsWith(`:function:${made.name}:live`), 'FunctionArn names the alias');
      equal(mapping.State, 'Creating', 'State answered by the creation');
      equal(mapping.FunctionResponseTypes, ['ReportBatchItemFailures'], 'FunctionResponseTypes');
      const twice = { EventSourceArn: queue.arn, FunctionName: mapping.FunctionArn };
      await refused(
        world.lambda.send(new CreateEventSourceMappingCommand(twice)),
        { name: 'ResourceConflictException', status: 409 },
        'a second mapping of the same queue and function',
      );
    },
  },
  {
    id: 'lambda.mapping.visibility',
    service: 'Lambda',
    text: 'A mapping is refused when the visibility timeout is shorter than the timeout of the function',
    link: MAPPINGS,
    async run(world) {
      const queue = await Queue.create(world, { VisibilityTimeout: '5' });
      const made = await TestFunction.live(world, answering('x'), { timeoutSeconds: 6 });
      await refused(
        world.lambda.send(new CreateEventSourceMappingCommand({ EventSourceArn: queue.arn, FunctionName: made.name })),
        {
          name: 'InvalidParameterValueException',
          status: 400,
        },
        'a visibility timeout of 5 s for a function of 6 s',
      );
    },
  },
  {
    id: 'lambda.mapping.processes',
    service: 'Lambda',
    text: 'A mapping gives messages to the alias and deletes those that succeed',
    link: MAPPINGS,
    async run(world) {
      const queue = await Queue.create(world, { VisibilityTimeout: '6' });
      const made = await TestFunction.live(world, PROCESSOR, { timeoutSeconds: 1 });
      await map(world, queue, made);
      await queue.sendBatch(['a', 'b', 'c'].map((body) => ({ Id: body, MessageBody: body })));
      await world.eventually(
        'the function sees all three',
        async () => ((await seen(world, made)).toSorted().join() === 'a,b,c' ? true : undefined),
        WITHIN_MS,
      );
      await world.eventually('the queue is empty', async () => {
        const counts = await queue.attributes();
        return counts['ApproximateNumberOfMessages'] === '0' && counts['ApproximateNumberOfMessagesNotVisible'] === '0'
          ? true
          : undefined;
      });
    },
  },
  {
    id: 'lambda.mapping.record',
    service: 'Lambda',
    text: 'A record holds id, body, attributes, source and region as documented; FIFO ones group, number and deduplication id',
    link: MAPPINGS,
    async run(world) {
      const queue = await Queue.fifo(world, { VisibilityTimeout: '6' });
      const made = await TestFunction.live(
        world,
        `exports.handler = async (event) => { console.log('record ' + JSON.stringify(event.Records[0])); };`,
        { timeoutSeconds: 1 },
      );
      await map(world, queue, made);
      const sent = await queue.send('x', {
        group: 'g',
        dedup: 'd',
        attributes: { kind: { DataType: 'String', StringValue: 'v' } },
      });
      const record = await world.eventually(
        'the function logs the record',
        async () => {
          const logGroupName = `/aws/lambda/${made.name}`;
          const { events = [] } = await world.logs
            .send(new FilterLogEventsCommand({ logGroupName, filterPattern: 'record' }))
            .catch(() => ({ events: [] }));
          const text = events.map((event) => /record (\{.*\})/.exec(event.message ?? '')?.[1]).find(Boolean);
          return text === undefined ? undefined : (JSON.parse(text) as QueueRecord);
        },
        WITHIN_MS,
      );
      equal(
        [record.messageId, record.body, record.md5OfBody, record.eventSource, record.awsRegion],
        [sent.MessageId, 'x', sent.MD5OfMessageBody, 'aws:sqs', world.region],
        'id, body, MD5, source, region',
      );
      equal(record.eventSourceARN, queue.arn, 'eventSourceARN');
      equal(record.messageAttributes?.['kind']?.stringValue, 'v', 'attribute');
      const { ApproximateReceiveCount, MessageGroupId, MessageDeduplicationId, SequenceNumber } = record.attributes;
      equal(
        [ApproximateReceiveCount, MessageGroupId, MessageDeduplicationId, SequenceNumber],
        ['1', 'g', 'd', sent.SequenceNumber],
        'receive count, group, deduplication id, sequence number',
      );
    },
  },
  {
    id: 'lambda.mapping.partial-batch',
    service: 'Lambda',
    text: 'Of a batch only the reported messages come back; after maxReceiveCount they are dead letters with their ids',
    link: ERRORS,
    async run(world) {
      const { source, dlq } = await Queue.withDeadLetters(world, { source: { VisibilityTimeout: '6' } });
      const made = await TestFunction.live(world, PROCESSOR, { timeoutSeconds: 1 });
      const { Successful = [] } = await source.sendBatch(
        ['good', 'bad', 'fine'].map((body) => ({ Id: body, MessageBody: body })),
      );
      await map(world, source, made);
      const [dead] = await world.eventually(
        'a dead letter arrives',
        async () => {
          const messages = await dlq.poll();
          return messages.length > 0 ? messages : undefined;
        },
        WITHIN_MS,
      );
      equal(dead?.MessageId, Successful.find((entry) => entry.Id === 'bad')?.MessageId, 'id of the dead letter');
      await dlq.expectNothing('only one message failed');
      equal((await seen(world, made)).toSorted(), ['bad', 'fine', 'good'], 'what the function saw');
    },
  },
  {
    id: 'lambda.mapping.thrown-error',
    service: 'Lambda',
    text: 'When the handler throws, the whole batch comes back',
    link: ERRORS,
    async run(world) {
      const { source, dlq } = await Queue.withDeadLetters(world, { source: { VisibilityTimeout: '3' } });
      const made = await TestFunction.live(world, `exports.handler = async () => { throw new Error('no'); };`, {
        timeoutSeconds: 1,
      });
      await source.sendBatch(['a', 'b'].map((body) => ({ Id: body, MessageBody: body })));
      await map(world, source, made);
      const bodies: (string | undefined)[] = [];
      await world.eventually(
        'both are dead letters',
        async () => {
          bodies.push(...(await dlq.poll()).map((message) => message.Body));
          return bodies.length >= 2 ? true : undefined;
        },
        WITHIN_MS,
      );
      equal(bodies.toSorted(), ['a', 'b'], 'dead letters');
    },
  },
  {
    id: 'lambda.mapping.fifo-order',
    service: 'Lambda',
    text: 'On a FIFO queue a group keeps its order across a failure: nothing overtakes the failed message',
    link: MAPPINGS,
    async run(world) {
      const queue = await Queue.fifo(world, { VisibilityTimeout: '5' });
      const made = await TestFunction.live(world, PROCESSOR, { timeoutSeconds: 1 });
      for (const body of ['a', 'once', 'c', 'd']) await queue.send(body, { group: 'g', dedup: body });
      await queue.send('other', { group: 'h', dedup: 'other' });
      await map(world, queue, made);
      const bodies = await world.eventually(
        'the function has seen the last message of the group',
        async () => {
          const found = await seen(world, made);
          return found.includes('d') && found.includes('other') ? found : undefined;
        },
        WITHIN_MS,
      );
      equal(
        bodies.filter((body) => body !== 'other'),
        ['a', 'once', 'once', 'c', 'd'],
        'order of the group',
      );
    },
  },
  {
    id: 'lambda.mapping.disabled',
    service: 'Lambda',
    text: 'A disabled mapping leaves messages in the queue',
    link: 'https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html',
    async run(world) {
      const queue = await Queue.create(world, { VisibilityTimeout: '6' });
      const made = await TestFunction.live(world, PROCESSOR, { timeoutSeconds: 1 });
      const { UUID } = await map(world, queue, made);
      await world.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
      await world.eventually(
        'the mapping is disabled',
        async () => {
          const { State } = await world.lambda.send(new GetEventSourceMappingCommand({ UUID }));
          return State === 'Disabled' ? true : undefined;
        },
        WITHIN_MS,
      );
      await queue.send('x');
      await world.pass(2000);
      equal(await seen(world, made), [], 'what the function saw');
      equal((await queue.takeOne()).Attributes?.ApproximateReceiveCount, '1', 'ApproximateReceiveCount');
    },
  },
];
