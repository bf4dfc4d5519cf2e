import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  type PublishCommandInput,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';

const HOUR = 3_600_000;

describe('SNS through its SDK', () => {
  let clock: SimulatedClock;
  let simulator: Simulator;
  let client: SNSClient;
  let sqs: SQSClient;
  let TopicArn: string;
  beforeEach(async () => {
    clock = new SimulatedClock({ start: Date.UTC(2026, 0, 15), rate: 0 });
    simulator = await Simulator.start({ clock });
    const settings = {
      endpoint: simulator.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    };
    client = new SNSClient(settings);
    sqs = new SQSClient(settings);
    TopicArn = (await client.send(new CreateTopicCommand({ Name: 'news' }))).TopicArn!;
  });
  afterEach(async () => {
    client.destroy();
    sqs.destroy();
    await simulator.close();
  });

  const outbox = () => simulator.region().sns.outbox;
  const publish = (more: Partial<PublishCommandInput> = {}) =>
    client.send(new PublishCommand({ TopicArn, Message: 'hello', ...more }));
  const subscribe = (Protocol: string, Endpoint: string, Attributes: Record<string, string> = {}) =>
    client.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes }));
  const queue = async (QueueName: string, fifo = false) => {
    const Attributes = fifo ? { FifoQueue: 'true' } : undefined;
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, ...(Attributes && { Attributes }) }));
    const receive = async () => {
      const input = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] };
      return (await sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
    };
    return { arn: `arn:aws:sqs:us-east-1:000000000000:${QueueName}`, receive };
  };
  const sum = (metric: string) => {
    const { cloudwatch } = simulator.region();
    const answer = cloudwatch.operations['GetMetricStatistics']!(
      {
        Namespace: 'AWS/SNS',
        MetricName: metric,
        Dimensions: [{ Name: 'TopicName', Value: 'news' }],
        StartTime: clock.now() / 1000 - 3_600,
        EndTime: clock.now() / 1000 + 60,
        Period: 7_200,
        Statistics: ['Sum'],
      },
      {} as never,
    ) as { Datapoints: { Sum: { double: number } }[] };
    return answer.Datapoints[0]?.Sum.double ?? 0;
  };

  it('makes a topic once: again is fine with the same settings, an error with others', async () => {
    const create = (input: object) => client.send(new CreateTopicCommand({ Name: 'news', ...input }));
    expect((await create({})).TopicArn).toBe(TopicArn);
    await expect(create({ Attributes: { DisplayName: 'other' } })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Invalid parameter: Attributes Reason: Topic already exists with different attributes',
    });
    await expect(create({ Tags: [{ Key: 'a', Value: 'b' }] })).rejects.toMatchObject({
      message: 'Invalid parameter: Tags Reason: Topic already exists with different tags',
    });
    expect((await client.send(new ListTopicsCommand({}))).Topics).toEqual([{ TopicArn }]);
  });

  it('refuses names that AWS refuses', async () => {
    for (const input of [
      { Name: 'with space' },
      { Name: 'x.fifo' },
      { Name: 'x', Attributes: { FifoTopic: 'true' } },
      { Name: 'x'.repeat(257) },
    ]) {
      await expect(client.send(new CreateTopicCommand(input))).rejects.toMatchObject({
        message: 'Invalid parameter: Topic Name',
      });
    }
  });

  it('answers 404 for a topic that is not there; deleting one is no error', async () => {
    await client.send(new DeleteTopicCommand({ TopicArn }));
    await client.send(new DeleteTopicCommand({ TopicArn }));
    await expect(publish()).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Topic does not exist',
      $metadata: { httpStatusCode: 404 },
    });
  });

  it('sends a mail subscriber nothing but the confirmation until it is confirmed', async () => {
    const { SubscriptionArn } = await subscribe('email', 'a@example.com');
    expect(SubscriptionArn).toBe('pending confirmation');
    await publish();
    expect(outbox().map(({ subject }) => subject)).toEqual(['AWS Notification - Subscription Confirmation']);
    const list = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    expect(list.Subscriptions).toMatchObject([
      { SubscriptionArn: 'PendingConfirmation', Protocol: 'email', Endpoint: 'a@example.com' },
    ]);
    expect(sum('NumberOfNotificationsDelivered')).toBe(0);
  });

  it('confirms through the link of the mail, and then sends mails', async () => {
    await subscribe('email', 'a@example.com');
    const [link] = /http\S+/.exec(outbox()[0]!.body)!;
    expect((await fetch(link)).status).toBe(200);
    await publish({ Subject: 'Weekly' });
    expect(outbox().at(-1)).toEqual({
      to: 'a@example.com',
      subject: 'Weekly',
      body: 'hello',
      topicArn: TopicArn,
      at: '2026-01-15T00:00:00.000Z',
    });
    const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn }));
    expect(Attributes).toMatchObject({ SubscriptionsConfirmed: '1', SubscriptionsPending: '0' });
  });

  it('confirms with the token, twice with the same answer, and refuses another token', async () => {
    await subscribe('email', 'a@example.com');
    const Token = /Token=(\w+)/.exec(outbox()[0]!.body)![1];
    const confirm = (token: string) => client.send(new ConfirmSubscriptionCommand({ TopicArn, Token: token }));
    const { SubscriptionArn } = await confirm(Token!);
    expect(SubscriptionArn).toMatch(new RegExp(`^${TopicArn}:[0-9a-f-]{36}$`));
    expect((await confirm(Token!)).SubscriptionArn).toBe(SubscriptionArn);
    await expect(confirm('wrong')).rejects.toMatchObject({ message: 'Invalid parameter: Token' });
  });

  it('forgets a subscription that nobody confirms within 48 hours', async () => {
    await subscribe('email', 'a@example.com');
    await clock.advance(49 * HOUR);
    expect((await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions).toEqual([]);
  });

  it('delivers to a queue in an envelope, and raw when asked', async () => {
    const [wrapped, raw] = [await queue('wrapped'), await queue('raw')];
    await subscribe('sqs', wrapped.arn);
    await subscribe('sqs', raw.arn, { RawMessageDelivery: 'true' });
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'x' } };
    const { MessageId } = await publish({ Subject: 'S', MessageAttributes });
    const [one] = await wrapped.receive();
    expect(JSON.parse(one!.Body!)).toMatchObject({
      Type: 'Notification',
      MessageId,
      TopicArn,
      Subject: 'S',
      Message: 'hello',
      Timestamp: '2026-01-15T00:00:00.000Z',
      MessageAttributes: { kind: { Type: 'String', Value: 'x' } },
    });
    expect(one!.MessageAttributes).toBeUndefined();
    const [two] = await raw.receive();
    expect(two).toMatchObject({ Body: 'hello', MessageAttributes: { kind: { StringValue: 'x' } } });
    expect(sum('NumberOfMessagesPublished')).toBe(1);
    expect(sum('NumberOfNotificationsDelivered')).toBe(2);
  });

  it('counts a delivery to a queue that is gone as failed', async () => {
    await subscribe('sqs', 'arn:aws:sqs:us-east-1:000000000000:gone');
    await publish();
    expect(sum('NumberOfNotificationsFailed')).toBe(1);
    expect(sum('NumberOfNotificationsDelivered')).toBe(0);
  });

  it('invokes a function with the event of Lambda', async () => {
    const invoke = vi.spyOn(simulator.region().functions, 'invokeAsync').mockReturnValue(undefined);
    const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:f:live';
    const { SubscriptionArn } = await subscribe('lambda', functionArn);
    await publish({ Subject: 'S' });
    expect(invoke.mock.calls).toMatchObject([
      [
        functionArn,
        {
          Records: [
            {
              EventSource: 'aws:sns',
              EventVersion: '1.0',
              EventSubscriptionArn: SubscriptionArn,
              Sns: { Type: 'Notification', Message: 'hello', Subject: 'S', MessageAttributes: {} },
            },
          ],
        },
      ],
    ]);
  });

  it('sends each protocol its own text of a structured message', async () => {
    const target = await queue('structured');
    await subscribe('sqs', target.arn, { RawMessageDelivery: 'true' });
    await publish({ Message: '{"default":"for all","sqs":"for queues"}', MessageStructure: 'json' });
    expect((await target.receive())[0]!.Body).toBe('for queues');
    await expect(publish({ Message: '{"sqs":"x"}', MessageStructure: 'json' })).rejects.toMatchObject({
      message: 'Invalid parameter: Message Structure - No default entry in JSON message body',
    });
  });

  it.each([
    [{ kind: ['a'] }, { kind: 'a' }, true],
    [{ kind: ['a'] }, { kind: 'b' }, false],
    [{ kind: ['a'] }, {}, false],
    [{ kind: [{ prefix: 'al' }] }, { kind: 'alpha' }, true],
    [{ kind: [{ 'anything-but': ['a', 'b'] }] }, { kind: 'b' }, false],
    [{ kind: [{ 'anything-but': ['a', 'b'] }] }, { kind: 'c' }, true],
    [{ kind: [{ exists: false }] }, {}, true],
    [{ kind: [{ exists: true }] }, {}, false],
    [{ size: [{ numeric: ['>', 0, '<=', 10] }] }, { size: 10 }, true],
    [{ size: [{ numeric: ['>', 0, '<=', 10] }] }, { size: 11 }, false],
    [{ kind: ['a'], size: [1] }, { kind: 'a', size: 2 }, false],
  ])('filters by attributes: %o against %o passes = %s', async (policy, attributes, passes) => {
    const target = await queue('filtered');
    await subscribe('sqs', target.arn, { FilterPolicy: JSON.stringify(policy) });
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [
        name,
        { DataType: typeof value === 'number' ? 'Number' : 'String', StringValue: String(value) },
      ]),
    );
    await publish({ MessageAttributes });
    expect(await target.receive()).toHaveLength(passes ? 1 : 0);
    expect(sum('NumberOfNotificationsFilteredOut')).toBe(passes ? 0 : 1);
  });

  it('filters by the body when the scope says so', async () => {
    const target = await queue('by-body');
    const { SubscriptionArn } = await subscribe('sqs', target.arn);
    const set = (AttributeName: string, AttributeValue: string) =>
      client.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));
    await set('FilterPolicyScope', 'MessageBody');
    await set('FilterPolicy', '{"order":{"state":["paid"]}}');
    await publish({ Message: '{"order":{"state":"open"}}' });
    await publish({ Message: 'no json' });
    await publish({ Message: '{"order":{"state":"paid"}}' });
    expect(await target.receive()).toHaveLength(1);
  });

  it('publishes to a FIFO topic once for each deduplication id, within five minutes', async () => {
    const { TopicArn: fifo } = await client.send(
      new CreateTopicCommand({ Name: 'orders.fifo', Attributes: { FifoTopic: 'true' } }),
    );
    const target = await queue('orders.fifo', true);
    await client.send(new SubscribeCommand({ TopicArn: fifo, Protocol: 'sqs', Endpoint: target.arn }));
    const send = (more: object) => client.send(new PublishCommand({ TopicArn: fifo, Message: 'm', ...more }));
    await expect(send({})).rejects.toMatchObject({
      message: 'Invalid parameter: The MessageGroupId parameter is required for FIFO topics',
    });
    await expect(send({ MessageGroupId: 'g' })).rejects.toMatchObject({ name: 'InvalidParameterException' });
    const first = await send({ MessageGroupId: 'g', MessageDeduplicationId: 'd' });
    const again = await send({ MessageGroupId: 'g', MessageDeduplicationId: 'd' });
    expect(again).toMatchObject({ MessageId: first.MessageId, SequenceNumber: first.SequenceNumber });
    expect(await target.receive()).toHaveLength(1);
    await clock.advance(5 * 60_000);
    const later = await send({ MessageGroupId: 'g', MessageDeduplicationId: 'd' });
    expect(BigInt(later.SequenceNumber!)).toBeGreaterThan(BigInt(first.SequenceNumber!));
  });

  it('publishes what it can of a batch and says which entries failed', async () => {
    const { Successful, Failed } = await client.send(
      new PublishBatchCommand({
        TopicArn,
        PublishBatchRequestEntries: [
          { Id: 'good', Message: 'm' },
          { Id: 'bad', Message: 'm', Subject: 'two\nlines' },
        ],
      }),
    );
    expect(Successful).toMatchObject([{ Id: 'good' }]);
    expect(Failed).toMatchObject([{ Id: 'bad', Code: 'InvalidParameter', SenderFault: true }]);
    const batch = (ids: string[]) =>
      client.send(
        new PublishBatchCommand({
          TopicArn,
          PublishBatchRequestEntries: ids.map((Id) => ({ Id, Message: 'm' })),
        }),
      );
    await expect(batch(['a', 'a'])).rejects.toMatchObject({ name: 'BatchEntryIdsNotDistinctException' });
    await expect(batch(Array.from({ length: 11 }, (_, i) => String(i)))).rejects.toMatchObject({
      name: 'TooManyEntriesInBatchRequestException',
    });
  });

  it.each([
    [{ Message: '' }, 'Invalid parameter: Empty message'],
    [{ Message: 'x'.repeat(262_145) }, 'Invalid parameter: Message too long'],
    [{ Subject: 'x'.repeat(101) }, 'Invalid parameter: Subject'],
    [{ TopicArn: 'nonsense' }, 'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1'],
  ])('refuses to publish %o', async (more, message) => {
    await expect(publish(more)).rejects.toMatchObject({ name: 'InvalidParameterException', message });
  });

  it('ends a subscription, once and again', async () => {
    const target = await queue('ended');
    const { SubscriptionArn } = await subscribe('sqs', target.arn);
    await client.send(new UnsubscribeCommand({ SubscriptionArn }));
    await client.send(new UnsubscribeCommand({ SubscriptionArn }));
    await publish();
    expect(await target.receive()).toEqual([]);
    await expect(client.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))).rejects.toMatchObject({
      name: 'NotFoundException',
    });
    const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn }));
    expect(Attributes).toMatchObject({ SubscriptionsDeleted: '1' });
  });

  it('keeps attributes and tags', async () => {
    await client.send(
      new SetTopicAttributesCommand({ TopicArn, AttributeName: 'DisplayName', AttributeValue: 'News' }),
    );
    const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn }));
    expect(Attributes).toMatchObject({ TopicArn, Owner: '000000000000', DisplayName: 'News' });
    const Tags = [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ];
    await client.send(new TagResourceCommand({ ResourceArn: TopicArn, Tags }));
    await client.send(new UntagResourceCommand({ ResourceArn: TopicArn, TagKeys: ['a'] }));
    const listed = await client.send(new ListTagsForResourceCommand({ ResourceArn: TopicArn }));
    expect(listed.Tags).toEqual([{ Key: 'b', Value: '2' }]);
  });

  it('takes messages of other services of the region, and says when there is no such topic', async () => {
    const target = await queue('from-inside');
    await subscribe('sqs', target.arn, { RawMessageDelivery: 'true' });
    const { topics } = simulator.region();
    expect(topics.publish(TopicArn, { subject: 'S', body: 'inside' })).toBe(true);
    expect(topics.publish(`${TopicArn}-absent`, { body: 'inside' })).toBe(false);
    expect((await target.receive())[0]!.Body).toBe('inside');
  });
});
