import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Billing } from '../../../../../src/lib/simulator/billing/billing.ts';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 9, 1);
const KB = 1024;

describe('what is billed', () => {
  let clock: SimulatedClock;
  let simulator: Simulator;
  beforeEach(() => {
    clock = new SimulatedClock({ start: START, rate: 0 });
    simulator = new Simulator({ clock });
  });
  afterEach(() => simulator.close());

  const total = (quantity: Parameters<Billing['total']>[0], resource?: string) =>
    simulator.region().billing.total(quantity, START, Number.POSITIVE_INFINITY, resource);

  describe('of SQS', () => {
    let QueueUrl: string;
    beforeEach(async () => {
      QueueUrl = (await simulator.call('sqs', 'CreateQueue', { QueueName: 'jobs' })).QueueUrl;
    });
    /** Requests that `operation` is billed as, on the queue. */
    async function requests(operation: string, input: Record<string, unknown>): Promise<number> {
      const before = total('sqs-requests', 'jobs');
      await simulator.call('sqs', operation, { QueueUrl, ...input });
      return total('sqs-requests', 'jobs') - before;
    }
    const entries = (count: number, bytes: number) =>
      Array.from({ length: count }, (_, i) => ({ Id: String(i), MessageBody: 'x'.repeat(bytes) }));

    it.each([
      [1, 1],
      [64 * KB, 1],
      [64 * KB + 1, 2],
      [200 * KB, 4],
    ])('a message of %i bytes is %i requests', async (bytes, expected) => {
      expect(await requests('SendMessage', { MessageBody: 'x'.repeat(bytes) })).toBe(expected);
      expect(await requests('ReceiveMessage', {})).toBe(expected);
    });

    it('a batch counts by its whole payload, a delete of ten as one', async () => {
      expect(await requests('SendMessageBatch', { Entries: entries(10, 10) })).toBe(1);
      expect(await requests('SendMessageBatch', { Entries: entries(10, 10 * KB) })).toBe(2);
      const { Messages } = await simulator.call('sqs', 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
      const Entries = Messages.map(({ ReceiptHandle }: { ReceiptHandle: string }, i: number) => ({
        Id: String(i),
        ReceiptHandle,
      }));
      expect(await requests('DeleteMessageBatch', { Entries })).toBe(1);
    });

    it('an empty receive is a request, and so is a call that names no queue', async () => {
      expect(await requests('ReceiveMessage', {})).toBe(1);
      const waiting = clock.until(requests('ReceiveMessage', { WaitTimeSeconds: 20 }));
      expect(await waiting).toBe(1);
      await simulator.call('sqs', 'ListQueues');
      expect(total('sqs-requests', '')).toBe(2);
    });

    it('a poller of mappings pays a receive and a delete for each ten messages', async () => {
      for (let i = 0; i < 3; i++) await requests('SendMessageBatch', { Entries: entries(10, 1) });
      const handle = simulator.region().queues.byArn('arn:aws:sqs:us-east-1:000000000000:jobs')!;
      const before = total('sqs-requests', 'jobs');
      const messages = await handle.receive({ max: 25, waitMs: 0, signal: new AbortController().signal });
      expect(total('sqs-requests', 'jobs') - before).toBe(3);
      handle.delete(messages.map(({ receiptHandle }) => receiptHandle));
      handle.delete([]);
      expect(total('sqs-requests', 'jobs') - before).toBe(6);
    });

    it('refused calls are not billed', async () => {
      await expect(simulator.call('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle: 'x' })).rejects.toThrow();
      await expect(simulator.call('sqs', 'SendMessage', { QueueUrl })).rejects.toThrow();
      expect(total('sqs-requests', 'jobs')).toBe(0);
    });
  });

  describe('of DynamoDB', () => {
    const capacity = (units: number) => ({ ReadCapacityUnits: units, WriteCapacityUnits: 2 * units });
    const create = async (more = {}) => {
      await simulator.call('dynamodb', 'CreateTable', {
        TableName: 'events',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        ProvisionedThroughput: capacity(5),
        ...more,
      });
      await clock.advance(200);
    };
    const index = {
      IndexName: 'by-day',
      KeySchema: [{ AttributeName: 'day', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
      ProvisionedThroughput: capacity(3),
    };

    it('capacity is held by the hour, a change within one counts from its moment', async () => {
      await create();
      await clock.advance(1.5 * HOUR);
      await simulator.call('dynamodb', 'UpdateTable', { TableName: 'events', ProvisionedThroughput: capacity(10) });
      await clock.advance(1.5 * HOUR);
      expect(total('dynamodb-read-capacity')).toBeCloseTo(1.5 * 5 + 1.5 * 10, 2);
      expect(total('dynamodb-write-capacity', 'events')).toBeCloseTo(45, 2);
      await simulator.call('dynamodb', 'DeleteTable', { TableName: 'events' });
      await clock.advance(5 * HOUR);
      expect(total('dynamodb-read-capacity')).toBeCloseTo(22.5, 2);
    });

    it('on demand there is none, and a change to it ends it', async () => {
      await create();
      await clock.advance(2 * HOUR);
      await simulator.call('dynamodb', 'UpdateTable', { TableName: 'events', BillingMode: 'PAY_PER_REQUEST' });
      await clock.advance(5 * HOUR);
      expect(total('dynamodb-read-capacity')).toBeCloseTo(10, 2);
    });

    it('an index has its own, until it is deleted', async () => {
      await create();
      await simulator.call('dynamodb', 'UpdateTable', {
        TableName: 'events',
        AttributeDefinitions: [{ AttributeName: 'day', AttributeType: 'S' }],
        GlobalSecondaryIndexUpdates: [{ Create: index }],
      });
      await clock.advance(4 * HOUR);
      await simulator.call('dynamodb', 'UpdateTable', {
        TableName: 'events',
        GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by-day' } }],
      });
      await clock.advance(4 * HOUR);
      expect(total('dynamodb-read-capacity', 'events/by-day')).toBeCloseTo(12, 2);
      expect(total('dynamodb-read-capacity', 'events')).toBeCloseTo(40, 2);
    });

    it('units and bytes are counted of table and index', async () => {
      await create({
        AttributeDefinitions: ['id', 'day'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        GlobalSecondaryIndexes: [index],
      });
      const Item = { id: { S: 'a'.repeat(48) }, day: { S: 'd'.repeat(47) } };
      await simulator.call('dynamodb', 'PutItem', { TableName: 'events', Item });
      expect(total('dynamodb-write-units', 'events')).toBe(1);
      expect(total('dynamodb-write-units', 'events/by-day')).toBe(1);
      await clock.advance(10 * HOUR);
      // 100 bytes and 100 more for each of the two.
      expect(total('dynamodb-bytes')).toBeCloseTo(4_000, 0);
      await simulator.call('dynamodb', 'DeleteItem', { TableName: 'events', Key: { id: Item.id } });
      await clock.advance(10 * HOUR);
      expect(total('dynamodb-bytes')).toBeCloseTo(4_000, 0);
    });
  });

  it('of SNS are each 64 KB published, a batch as one, and mails', async () => {
    const { TopicArn } = await simulator.call('sns', 'CreateTopic', { Name: 'weekly' });
    const { SubscriptionArn } = await simulator.call('sns', 'Subscribe', {
      TopicArn,
      Protocol: 'email',
      Endpoint: 'a@example.com',
      ReturnSubscriptionArn: true,
    });
    const publish = (Message: string) => simulator.call('sns', 'Publish', { TopicArn, Message });
    await publish('nobody confirmed yet');
    expect(total('sns-emails')).toBe(0);
    const [, Token] = /Token=([^&"\s]+)/.exec(simulator.region().sns.outbox[0]!.body)!;
    await simulator.call('sns', 'ConfirmSubscription', { TopicArn, Token });
    expect(SubscriptionArn).toBeDefined();
    await publish('x'.repeat(64 * KB + 1));
    const PublishBatchRequestEntries = ['a', 'b', 'c'].map((Id) => ({ Id, Message: Id }));
    await simulator.call('sns', 'PublishBatch', { TopicArn, PublishBatchRequestEntries });
    expect(total('sns-publishes', 'weekly')).toBe(1 + 2 + 1);
    expect(total('sns-emails', 'weekly')).toBe(1 + 3);
  });

  it('of EventBridge are events put, targets invoked, and schedules fired', async () => {
    await simulator.call('sqs', 'CreateQueue', { QueueName: 'jobs' });
    const Arn = 'arn:aws:sqs:us-east-1:000000000000:jobs';
    await simulator.call('events', 'PutRule', { Name: 'hourly', ScheduleExpression: 'rate(1 hour)' });
    await simulator.call('events', 'PutTargets', { Rule: 'hourly', Targets: [{ Id: '1', Arn }] });
    await simulator.call('scheduler', 'CreateSchedule', {
      Name: 'daily',
      ScheduleExpression: 'cron(0 8 * * ? *)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn, RoleArn: 'arn:aws:iam::000000000000:role/r' },
    });
    const Entries = [{ Source: 's', DetailType: 't', Detail: JSON.stringify({ x: 'x'.repeat(65 * KB) }) }];
    await simulator.call('events', 'PutEvents', { Entries });
    await clock.advance(48 * HOUR);
    expect(total('events-invocations', 'hourly')).toBe(48);
    expect(total('scheduler-invocations', 'default')).toBe(2);
    expect(total('events-custom')).toBe(2);
    // Deliveries into a queue are sends.
    expect(total('sqs-requests', 'jobs')).toBe(50);
  });

  it('is told by hours, and calls by their operation', async () => {
    const list = () => simulator.call('cloudwatch', 'ListMetrics');
    await list();
    await clock.advance(HOUR);
    await list();
    await list();
    await expect(simulator.call('cloudwatch', 'GetMetricStatistics', {})).rejects.toThrow();
    const { billing } = simulator.region();
    expect(billing.resources('api-calls')).toEqual(['cloudwatch:ListMetrics']);
    expect(billing.total('api-calls', START, START + HOUR)).toBe(1);
    expect(billing.total('api-calls', START + HOUR, START + 2 * HOUR)).toBe(2);
  });
});
