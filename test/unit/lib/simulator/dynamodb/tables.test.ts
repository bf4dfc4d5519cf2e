import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  ScanCommand,
  TagResourceCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Bench, bench, errorOf, makeTable, START } from './helpers.ts';

let on: Bench;
beforeEach(async () => {
  on = await bench();
});
afterEach(() => on.close());

const idTable = {
  TableName: 'ids',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' as const }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
  ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
};
const describeTable = async (TableName: string) =>
  (await on.client.send(new DescribeTableCommand({ TableName }))).Table;
const put = (id: string, more: object = {}) =>
  on.client.send(new PutItemCommand({ TableName: 'ids', Item: { id: { S: id }, ...more } }));

test('a table is CREATING, then ACTIVE, then DELETING, then gone', async () => {
  const created = await on.client.send(new CreateTableCommand(idTable));
  const common = {
    DeletionProtectionEnabled: false,
    ItemCount: 0,
    ProvisionedThroughput: { NumberOfDecreasesToday: 0, ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
    TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/ids',
    TableId: expect.any(String),
    TableName: 'ids',
    TableSizeBytes: 0,
  };
  const keys = {
    AttributeDefinitions: idTable.AttributeDefinitions,
    CreationDateTime: new Date(START),
    KeySchema: idTable.KeySchema,
  };
  expect(created.TableDescription).toEqual({ ...common, ...keys, TableStatus: 'CREATING' });
  expect(await errorOf(put('x'))).toEqual({
    name: 'ResourceNotFoundException',
    message: 'Requested resource not found',
  });
  await on.clock.advance(1000);
  expect(await describeTable('ids')).toEqual({
    ...common,
    ...keys,
    TableStatus: 'ACTIVE',
    WarmThroughput: { ReadUnitsPerSecond: 5, Status: 'ACTIVE', WriteUnitsPerSecond: 5 },
  });
  const deleted = await on.client.send(new DeleteTableCommand({ TableName: 'ids' }));
  expect(deleted.TableDescription).toEqual({ ...common, TableStatus: 'DELETING' });
  await on.clock.advance(1000);
  expect(await errorOf(describeTable('ids'))).toEqual({
    name: 'ResourceNotFoundException',
    message: 'Requested resource not found: Table: ids not found',
  });
});

test('a second table of the same name is refused', async () => {
  await makeTable(on, idTable);
  expect(await errorOf(on.client.send(new CreateTableCommand(idTable)))).toEqual({
    name: 'ResourceInUseException',
    message: 'Table already exists: ids',
  });
});

test.each<[string, Partial<CreateTableCommandInput>, string]>([
  [
    'a key without definition',
    { KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }] },
    'One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [other], AttributeDefinitions: [id]',
  ],
  [
    'a definition without key',
    {
      AttributeDefinitions: [...idTable.AttributeDefinitions, { AttributeName: 'extra', AttributeType: 'N' }],
    },
    'One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions',
  ],
  [
    'throughput on demand',
    { BillingMode: 'PAY_PER_REQUEST' },
    'One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
  ],
])('CreateTable refuses %s', async (_, change, message) => {
  expect(await errorOf(on.client.send(new CreateTableCommand({ ...idTable, ...change })))).toEqual({
    name: 'ValidationException',
    message,
  });
});

test('tables are listed by name, in pages', async () => {
  for (const name of ['charlie', 'alpha', 'bravo']) await makeTable(on, { ...idTable, TableName: name });
  const first = await on.client.send(new ListTablesCommand({ Limit: 2 }));
  expect(first).toMatchObject({ TableNames: ['alpha', 'bravo'], LastEvaluatedTableName: 'bravo' });
  const second = await on.client.send(new ListTablesCommand({ ExclusiveStartTableName: 'bravo' }));
  expect(second.TableNames).toEqual(['charlie']);
  expect(second.LastEvaluatedTableName).toBeUndefined();
});

test('deletion protection holds until it is taken off', async () => {
  await makeTable(on, { ...idTable, DeletionProtectionEnabled: true });
  expect((await errorOf(on.client.send(new DeleteTableCommand({ TableName: 'ids' })))).message).toBe(
    'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
  );
  await on.client.send(new UpdateTableCommand({ TableName: 'ids', DeletionProtectionEnabled: false }));
  await on.clock.advance(1000);
  await on.client.send(new DeleteTableCommand({ TableName: 'ids' }));
});

test('the described count lags up to six hours behind; the simulator knows the exact one', async () => {
  await makeTable(on, idTable);
  await put('a');
  expect((await describeTable('ids'))?.ItemCount).toBe(0);
  expect(on.simulator.region().dynamodb.itemCount('ids')).toBe(1);
  await on.clock.advance(6 * 3_600_000);
  expect(await describeTable('ids')).toMatchObject({ ItemCount: 1, TableSizeBytes: 3 });
});

test('the figures of an index lag as those of its table do', async () => {
  await makeTable(on, {
    ...idTable,
    GlobalSecondaryIndexes: [
      {
        IndexName: 'again',
        KeySchema: idTable.KeySchema,
        Projection: { ProjectionType: 'KEYS_ONLY' },
        ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
      },
    ],
  });
  await put('a');
  expect((await describeTable('ids'))?.GlobalSecondaryIndexes).toMatchObject([{ ItemCount: 0, IndexSizeBytes: 0 }]);
  await on.clock.advance(6 * 3_600_000);
  expect((await describeTable('ids'))?.GlobalSecondaryIndexes).toMatchObject([{ ItemCount: 1, IndexSizeBytes: 3 }]);
});

test('tags, backups and expiry settings can be read as Terraform reads them', async () => {
  await makeTable(on, { ...idTable, Tags: [{ Key: 'service', Value: 'processor' }] });
  const ResourceArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/ids';
  await on.client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'a', Value: 'b' }] }));
  expect((await on.client.send(new ListTagsOfResourceCommand({ ResourceArn }))).Tags).toEqual([
    { Key: 'service', Value: 'processor' },
    { Key: 'a', Value: 'b' },
  ]);
  const backups = await on.client.send(new DescribeContinuousBackupsCommand({ TableName: 'ids' }));
  expect(backups.ContinuousBackupsDescription).toEqual({
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
  });
  const ttl = async () =>
    (await on.client.send(new DescribeTimeToLiveCommand({ TableName: 'ids' }))).TimeToLiveDescription;
  expect(await ttl()).toEqual({ TimeToLiveStatus: 'DISABLED' });
  const enable = new UpdateTimeToLiveCommand({
    TableName: 'ids',
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
  });
  await on.client.send(enable);
  expect(await ttl()).toEqual({ TimeToLiveStatus: 'ENABLING', AttributeName: 'expiresAt' });
  await on.clock.advance(1000);
  expect(await ttl()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' });
  expect((await errorOf(on.client.send(enable))).message).toBe('TimeToLive is already enabled');
});

test('an expired item goes within minutes, one without a Number there stays', async () => {
  await makeTable(on, idTable);
  await put('before', { expiresAt: { N: String(START / 1000 + 3600) } });
  await on.client.send(
    new UpdateTimeToLiveCommand({
      TableName: 'ids',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    }),
  );
  await put('hour', { expiresAt: { N: String(START / 1000 + 3600) } });
  await put('renewed', { expiresAt: { N: String(START / 1000 + 3600) } });
  await put('renewed', { expiresAt: { N: String(START / 1000 + 7200) } });
  await put('text', { expiresAt: { S: String(START / 1000 + 3600) } });
  const left = async () =>
    ((await on.client.send(new ScanCommand({ TableName: 'ids' }))).Items ?? []).map(({ id }) => id!.S).sort();
  await on.clock.advance(3_500_000);
  expect(await left()).toEqual(['before', 'hour', 'renewed', 'text']);
  await on.clock.advance(200_000);
  expect(await left()).toEqual(['renewed', 'text']);
  await on.clock.advance(3_700_000);
  expect(await left()).toEqual(['text']);
});

test('an index added later holds the items that were there', async () => {
  await makeTable(on, idTable);
  await put('a', { colour: { S: 'red' } });
  await on.client.send(
    new UpdateTableCommand({
      TableName: 'ids',
      AttributeDefinitions: [...idTable.AttributeDefinitions, { AttributeName: 'colour', AttributeType: 'S' }],
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: 'by-colour',
            KeySchema: [{ AttributeName: 'colour', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
            ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
          },
        },
      ],
    }),
  );
  await on.clock.advance(1000);
  expect((await on.client.send(new ScanCommand({ TableName: 'ids', IndexName: 'by-colour' }))).Count).toBe(1);
});

test('calls on tables leave a trail, calls on items do not', async () => {
  await makeTable(on, idTable);
  await put('a');
  expect(on.simulator.region().trail.map(({ eventSource, eventName }) => `${eventSource} ${eventName}`)).toEqual([
    'dynamodb.amazonaws.com CreateTable',
  ]);
});
