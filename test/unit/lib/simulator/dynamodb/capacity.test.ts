import {
  BatchWriteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Bench, bench, errorOf, makeTable } from './helpers.ts';

let on: Bench;
let serial = 0;
/** Every metric of DynamoDB as `Name Dimension=value…` → sum and count. */
let metrics: Map<string, { sum: number; count: number }>;

beforeEach(async () => {
  on = await bench();
  metrics = new Map();
  const sink = on.simulator.region().cloudwatch.sink;
  const record = sink.record.bind(sink);
  sink.record = (namespace, metric, dimensions, value, unit, options) => {
    const shown = Object.entries(dimensions).map(([name, text]) => `${name}=${text}`);
    if (namespace === 'AWS/DynamoDB') {
      const id = [metric, ...shown].join(' ');
      const known = metrics.get(id) ?? { sum: 0, count: 0 };
      metrics.set(id, { sum: known.sum + value, count: known.count + 1 });
    }
    record(namespace, metric, dimensions, value, unit, options);
  };
});
afterEach(() => on.close());

const provisioned = (units: number) => ({
  ProvisionedThroughput: { ReadCapacityUnits: units, WriteCapacityUnits: units },
});
const item = (bytes = 0) => ({ pk: { S: 'p' }, sk: { S: String(serial++) }, text: { S: 'x'.repeat(bytes) } });
const put = (bytes = 0) => on.client.send(new PutItemCommand({ TableName: 'events', Item: item(bytes) }));

/** Puts until one is throttled; answers how many got in. */
async function putsUntilThrottled(): Promise<number> {
  for (let done = 0; ; done++) {
    try {
      await put();
    } catch (cause) {
      expect((cause as Error).name).toBe('ProvisionedThroughputExceededException');
      return done;
    }
  }
}

test('writes beyond the provisioned rate are throttled, and time brings the rate back', async () => {
  await makeTable(on, provisioned(3));
  await on.clock.advance(0);
  expect(await putsUntilThrottled(), 'one second, and the second that has passed').toBe(6);
  expect(await errorOf(put())).toEqual({
    name: 'ProvisionedThroughputExceededException',
    message:
      'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
  });
  await on.clock.advance(2000);
  expect(await putsUntilThrottled()).toBe(6);
  expect(metrics.get('WriteThrottleEvents TableName=events')?.sum).toBe(3);
  expect(metrics.get('ThrottledRequests TableName=events Operation=PutItem')?.sum).toBe(3);
  expect(metrics.get('ConsumedWriteCapacityUnits TableName=events')).toEqual({ sum: 12, count: 12 });
  expect(on.simulator.region().dynamodb.itemCount('events'), 'nothing throttled was stored').toBe(12);
});

test('five minutes of unused capacity are kept, and no more', async () => {
  await makeTable(on, provisioned(1));
  await on.clock.advance(3_600_000);
  expect(await putsUntilThrottled()).toBe(300);
});

test('a large item overdraws, and is paid back before the next', async () => {
  await makeTable(on, provisioned(1));
  await put(9 * 1024);
  expect((await errorOf(put())).name).toBe('ProvisionedThroughputExceededException');
  await on.clock.advance(8000);
  expect((await errorOf(put())).name).toBe('ProvisionedThroughputExceededException');
  await on.clock.advance(2000);
  await put();
});

test('reads have their own capacity', async () => {
  await makeTable(on, provisioned(1));
  await putsUntilThrottled();
  const get = () =>
    on.client.send(
      new GetItemCommand({ TableName: 'events', Key: { pk: { S: 'p' }, sk: { S: 'none' } }, ConsistentRead: true }),
    );
  await get();
  await get();
  expect((await errorOf(get())).name).toBe('ProvisionedThroughputExceededException');
  expect(metrics.get('ReadThrottleEvents TableName=events')?.sum).toBe(1);
});

test('a batch gives back what found no capacity, and fails only when nothing got in', async () => {
  await makeTable(on, provisioned(1));
  const batch = () =>
    on.client.send(
      new BatchWriteItemCommand({
        RequestItems: { events: Array.from({ length: 5 }, () => ({ PutRequest: { Item: item() } })) },
      }),
    );
  expect((await batch()).UnprocessedItems?.['events']).toHaveLength(3);
  expect((await errorOf(batch())).name).toBe('ProvisionedThroughputExceededException');
});

test('a global index without capacity refuses the write to its table', async () => {
  await makeTable(on, {
    ...provisioned(100),
    AttributeDefinitions: ['pk', 'sk', 'text'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-text',
        KeySchema: [{ AttributeName: 'text', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
        ...provisioned(1),
      },
    ],
  });
  await put(1);
  await put(1);
  await expect(put(1)).rejects.toMatchObject({
    name: 'ProvisionedThroughputExceededException',
    ThrottlingReasons: [
      {
        reason: 'IndexWriteProvisionedThroughputExceeded',
        resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/events/index/by-text',
      },
    ],
  });
  expect(metrics.get('WriteThrottleEvents TableName=events GlobalSecondaryIndexName=by-text')?.sum).toBe(1);
  expect(metrics.get('ConsumedWriteCapacityUnits TableName=events GlobalSecondaryIndexName=by-text')?.sum).toBe(2);
});

test('on demand nothing is throttled, and provisioned units are not reported', async () => {
  await makeTable(on);
  for (let i = 0; i < 50; i++) await put();
  await on.clock.advance(600_000);
  expect([...metrics.keys()].filter((name) => /Throttle|Provisioned/.test(name))).toEqual([]);
});

test('provisioned units are reported every five minutes, and follow a change', async () => {
  await makeTable(on, provisioned(5));
  await on.clock.advance(600_000);
  expect(metrics.get('ProvisionedWriteCapacityUnits TableName=events')).toEqual({ sum: 15, count: 3 });
  expect(metrics.get('ProvisionedReadCapacityUnits TableName=events')).toEqual({ sum: 15, count: 3 });
  await on.client.send(new UpdateTableCommand({ TableName: 'events', ...provisioned(7) }));
  await on.clock.advance(1000);
  expect(metrics.get('ProvisionedWriteCapacityUnits TableName=events')).toEqual({ sum: 22, count: 4 });
  await on.clock.advance(300_000);
  expect(metrics.get('ProvisionedWriteCapacityUnits TableName=events')).toEqual({ sum: 29, count: 5 });
});

test('a failed condition uses write units and is counted', async () => {
  await makeTable(on);
  const write = () =>
    on.client.send(
      new PutItemCommand({
        TableName: 'events',
        Item: { pk: { S: 'same' }, sk: { S: 'same' } },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  await write();
  expect((await errorOf(write())).name).toBe('ConditionalCheckFailedException');
  expect(metrics.get('ConditionalCheckFailedRequests TableName=events')?.sum).toBe(1);
  expect(metrics.get('ConsumedWriteCapacityUnits TableName=events')?.sum).toBe(2);
  expect(metrics.get('SuccessfulRequestLatency TableName=events Operation=PutItem')?.count).toBe(1);
});

test('a query is charged by the data it read', async () => {
  await makeTable(on);
  for (let i = 0; i < 10; i++) await put(1000);
  const page = await on.client.send(
    new QueryCommand({
      TableName: 'events',
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': { S: 'p' } },
      ReturnConsumedCapacity: 'TOTAL',
    }),
  );
  // Ten items of about 1,010 bytes are three started 4 KB, half-price as eventually consistent.
  expect(page.ConsumedCapacity?.CapacityUnits).toBe(1.5);
  expect(metrics.get('ConsumedReadCapacityUnits TableName=events')?.sum).toBe(1.5);
});
