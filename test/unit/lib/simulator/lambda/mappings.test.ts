import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateAliasCommand,
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  CreateFunctionCommand,
  DeleteEventSourceMappingCommand,
  DeleteFunctionCommand,
  GetEventSourceMappingCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { DeleteQueueCommand, GetQueueAttributesCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archive, LambdaUnderTest, ROLE } from '../../../../conformance/recorded/lambda/lambda-under-test.ts';

/** Prints version and bodies; fails a batch with a body `throw`, reports bodies that start with `bad`. */
const PRINTS = archive(`export const handler = async ({ Records }, { functionVersion: version }) => {
  const bodies = Records.map(({ body }) => body);
  process.stdout.write(JSON.stringify({ version, bodies, at: Date.now() }) + '\\n');
  if (bodies.includes('throw')) throw new Error('thrown');
  return { batchItemFailures: Records.filter(({ body }) => body.startsWith('bad')).map(({ messageId }) => ({ itemIdentifier: messageId })) };
};`);

interface Printed {
  readonly version: string;
  readonly bodies: readonly string[];
  readonly at: number;
}

describe('an event source mapping', () => {
  let lambda: LambdaUnderTest;
  let fn: string;
  beforeEach(async () => {
    lambda = await LambdaUnderTest.start();
    fn = await lambda.createRunning(PRINTS);
  });
  afterEach(() => lambda.close());

  async function map(EventSourceArn: string, more: Partial<CreateEventSourceMappingCommandInput> = {}) {
    const input = { FunctionName: fn, EventSourceArn, ...more };
    const { UUID } = await lambda.client.send(new CreateEventSourceMappingCommand(input));
    await lambda.pass();
    return UUID!;
  }
  async function send(QueueUrl: string, bodies: readonly string[], MessageGroupId?: string) {
    for (let at = 0; at < bodies.length; at += 10) {
      const Entries = bodies.slice(at, at + 10).map((MessageBody, i) => ({
        Id: String(i),
        MessageBody,
        ...(MessageGroupId !== undefined && { MessageGroupId, MessageDeduplicationId: MessageBody }),
      }));
      await lambda.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    }
  }
  const printed = () => lambda.printed(fn) as Promise<Printed[]>;
  const batches = async () => (await printed()).map(({ bodies }) => bodies);
  async function left(QueueUrl: string) {
    const { Attributes } = await lambda.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    return {
      visible: Number(Attributes!['ApproximateNumberOfMessages']),
      inFlight: Number(Attributes!['ApproximateNumberOfMessagesNotVisible']),
    };
  }
  const EMPTY = { visible: 0, inFlight: 0 };

  async function emptyReceives(name: string, seconds: number) {
    const cloudwatch = new CloudWatchClient({
      endpoint: lambda.simulator.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    // Whole minutes, as CloudWatch keeps them.
    const end = Math.floor(lambda.simulator.clock.now() / 60_000) * 60_000;
    const { Datapoints } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/SQS',
        MetricName: 'NumberOfEmptyReceives',
        Dimensions: [{ Name: 'QueueName', Value: name }],
        StartTime: new Date(end - seconds * 1000),
        EndTime: new Date(end),
        Period: 60,
        Statistics: ['Sum'],
      }),
    );
    cloudwatch.destroy();
    return Datapoints!.reduce((total, { Sum }) => total + Sum!, 0);
  }

  it.each([
    [undefined, 5],
    [2, 2],
  ])('with a maximum concurrency of %s long-polls an idle queue with %d pollers, 20 s each', async (limit, pollers) => {
    const { arn } = await lambda.queue('idle');
    await map(arn, limit === undefined ? {} : { ScalingConfig: { MaximumConcurrency: limit } });
    await lambda.pass(3600);
    expect(await emptyReceives('idle', 3000)).toBe((3000 / 20) * pollers);
  });

  it('runs on at most five batches at a time', async () => {
    const { url, arn } = await lambda.queue();
    const counts = await lambda.createRunning(
      archive(`export const handler = async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        process.stdout.write(JSON.stringify({ stream: process.env.AWS_LAMBDA_LOG_STREAM_NAME }) + '\\n');
      };`),
    );
    await send(
      url,
      Array.from({ length: 20 }, (_, i) => `m${i}`),
    );
    await map(arn, { FunctionName: counts, BatchSize: 1 });
    await lambda.pass(5);
    const lines = (await lambda.printed(counts)) as { stream: string }[];
    expect(lines).toHaveLength(20);
    expect(new Set(lines.map(({ stream }) => stream)).size).toBe(5);
    expect(await left(url)).toEqual(EMPTY);
  });

  it('gives a whole batch back by its visibility timeout when the function fails', async () => {
    const { url, arn } = await lambda.queue();
    await map(arn, { MaximumBatchingWindowInSeconds: 1 });
    await send(url, ['fine', 'throw']);
    await lambda.pass(10);
    expect(await left(url)).toEqual({ visible: 0, inFlight: 2 });
    await lambda.pass(25);
    expect(await batches()).toEqual([
      ['fine', 'throw'],
      ['fine', 'throw'],
    ]);
  });

  it('deletes what succeeded and leaves what was reported, when it takes reports', async () => {
    const { url, arn } = await lambda.queue();
    await map(arn, { MaximumBatchingWindowInSeconds: 1, FunctionResponseTypes: ['ReportBatchItemFailures'] });
    await send(url, ['good1', 'bad', 'good2']);
    await lambda.pass(10);
    expect(await left(url)).toEqual({ visible: 0, inFlight: 1 });
    await lambda.pass(25);
    expect(await batches()).toEqual([['good1', 'bad', 'good2'], ['bad']]);
  });

  it('takes no notice of reports that it was not told to take', async () => {
    const { url, arn } = await lambda.queue();
    await map(arn);
    await send(url, ['bad']);
    await lambda.pass(60);
    expect(await left(url)).toEqual(EMPTY);
    expect(await batches()).toEqual([['bad']]);
  });

  it('draws the version of a split alias once for each batch', async () => {
    const publish = () => lambda.client.send(new PublishVersionCommand({ FunctionName: fn }));
    await publish();
    await lambda.setEnvironment(fn, { RELEASE: '2' });
    await publish();
    const RoutingConfig = { AdditionalVersionWeights: { '2': 0.5 } };
    await lambda.client.send(
      new CreateAliasCommand({ FunctionName: fn, Name: 'live', FunctionVersion: '1', RoutingConfig }),
    );
    const { url, arn } = await lambda.queue();
    await map(arn, { FunctionName: `${fn}:live`, BatchSize: 5 });
    await send(
      url,
      Array.from({ length: 100 }, (_, i) => `m${i}`),
    );
    await lambda.pass(10);
    const all = await printed();
    expect(all.flatMap(({ bodies }) => bodies)).toHaveLength(100);
    expect(new Set(all.map(({ version }) => version))).toEqual(new Set(['1', '2']));
  });

  it('keeps the order of a FIFO group through a failure', async () => {
    const { url, arn } = await lambda.queue('ordered.fifo', { FifoQueue: 'true' });
    await send(url, ['a1', 'bad2', 'bad3'], 'a');
    await send(url, ['b1', 'b2'], 'b');
    await map(arn, { FunctionResponseTypes: ['ReportBatchItemFailures'] });
    await send(url, ['a4'], 'a');
    await lambda.pass(29);
    const firstRound = (await batches()).flat();
    expect(firstRound.filter((body) => !body.startsWith('b1') && !body.startsWith('b2'))).toEqual([
      'a1',
      'bad2',
      'bad3',
    ]);
    await lambda.pass(31);
    const rest = (await batches()).flat().slice(firstRound.length);
    // a4 stays behind the two that fail.
    expect(rest.slice(0, 3)).toEqual(['bad2', 'bad3', 'a4']);
  });

  it('gathers for its window and then runs with what it has', async () => {
    const { url, arn } = await lambda.queue();
    await map(arn, { BatchSize: 100, MaximumBatchingWindowInSeconds: 5, ScalingConfig: { MaximumConcurrency: 2 } });
    await send(url, ['one']);
    await lambda.pass(2);
    await send(url, ['two']);
    await lambda.pass(2);
    expect(await left(url)).toEqual({ visible: 0, inFlight: 2 });
    await lambda.pass(4);
    expect((await batches()).flat().sort()).toEqual(['one', 'two']);
    expect(await left(url)).toEqual(EMPTY);
  });

  it('does nothing while disabled, and goes on where it stopped', async () => {
    const { url, arn } = await lambda.queue();
    const UUID = await map(arn);
    const update = (Enabled: boolean) => lambda.client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
    const state = async () => (await lambda.client.send(new GetEventSourceMappingCommand({ UUID }))).State;
    expect((await update(false)).State).toBe('Disabling');
    await lambda.pass();
    expect(await state()).toBe('Disabled');
    await send(url, ['waits']);
    await lambda.pass(600);
    expect(await left(url)).toEqual({ visible: 1, inFlight: 0 });
    expect((await update(true)).State).toBe('Enabling');
    await lambda.pass();
    expect(await state()).toBe('Enabled');
    expect(await batches()).toEqual([['waits']]);
  });

  it('stops polling once deleted', async () => {
    const { url, arn } = await lambda.queue();
    const UUID = await map(arn);
    const { State } = await lambda.client.send(new DeleteEventSourceMappingCommand({ UUID }));
    expect(State).toBe('Deleting');
    await lambda.pass();
    await send(url, ['stays']);
    await lambda.pass(60);
    expect(await left(url)).toEqual({ visible: 1, inFlight: 0 });
    await expect(lambda.client.send(new GetEventSourceMappingCommand({ UUID }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('tries a throttled batch again while its messages are still its own', async () => {
    const { url, arn } = await lambda.queue();
    const reserve = (ReservedConcurrentExecutions: number) =>
      lambda.client.send(new PutFunctionConcurrencyCommand({ FunctionName: fn, ReservedConcurrentExecutions }));
    await reserve(0);
    await map(arn);
    await send(url, ['patient']);
    await lambda.pass(5);
    await reserve(1);
    await lambda.pass(10);
    expect(await batches()).toEqual([['patient']]);
    expect(await left(url)).toEqual(EMPTY);
  });

  it('waits for a function that is still being created', async () => {
    const { url, arn } = await lambda.queue();
    await map(arn);
    await lambda.client.send(new DeleteFunctionCommand({ FunctionName: fn }));
    await lambda.client.send(
      new CreateFunctionCommand({
        FunctionName: fn,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: ROLE,
        Code: { ZipFile: PRINTS },
      }),
    );
    await send(url, ['early']);
    await lambda.pass(5);
    expect(await batches()).toEqual([['early']]);
    expect(await left(url)).toEqual(EMPTY);
  });

  it('leaves messages to their visibility timeout when the function is gone', async () => {
    const { url, arn } = await lambda.queue();
    await map(arn);
    await lambda.client.send(new DeleteFunctionCommand({ FunctionName: fn }));
    await send(url, ['orphan']);
    await lambda.pass(1);
    expect(await left(url)).toEqual({ visible: 0, inFlight: 1 });
  });

  it('survives a receipt that ran out while the function worked', async () => {
    const { url, arn } = await lambda.queue('expires.fifo', { FifoQueue: 'true' });
    const slow = await lambda.createRunning(
      archive('export const handler = () => new Promise((resolve) => setTimeout(resolve, 50));'),
    );
    await map(arn, { FunctionName: slow });
    const { clock } = lambda.simulator;
    await send(url, ['late'], 'a');
    // The clock runs on while the handler works: 31 simulated seconds pass within its first milliseconds.
    clock.setRate(31_000);
    await clock.idle();
    clock.setRate(0);
    await lambda.pass(60);
    expect(await left(url)).toEqual(EMPTY);
  });

  it('survives its queue, without spinning', async () => {
    const { url, arn } = await lambda.queue();
    const UUID = await map(arn);
    await lambda.sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
    await lambda.pass(600);
    expect((await lambda.client.send(new GetEventSourceMappingCommand({ UUID }))).State).toBe('Enabled');
  });

  it.each([
    [
      'a visibility timeout below the function timeout',
      { attributes: { VisibilityTimeout: '10' }, name: 'short' },
      {},
      'Queue visibility timeout: 10 seconds is less than Function timeout: 30 seconds',
    ],
    [
      'a batching window on FIFO',
      { attributes: { FifoQueue: 'true' }, name: 'window.fifo' },
      { MaximumBatchingWindowInSeconds: 1 },
      'Batching window is not supported for FIFO queues',
    ],
    [
      'a concurrency of one',
      { attributes: {}, name: 'one' },
      { ScalingConfig: { MaximumConcurrency: 1 } },
      "Value '1' at 'scalingConfig.maximumConcurrency' failed to satisfy constraint: Member must have value greater than or equal to 2",
    ],
  ])('refuses %s', async (_, { name, attributes }, more, message) => {
    const { arn } = await lambda.queue(name, attributes as Record<string, string>);
    await expect(map(arn, more)).rejects.toThrow(message);
  });
});
