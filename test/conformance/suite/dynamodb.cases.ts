import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { ConformanceCase, World } from './case.ts';
import { equal, holds, refused } from './check.ts';

const API = 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference';
const GUIDE = 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide';

type Item = Record<string, AttributeValue>;

/** A table with the text keys `pk` and `sk`. `capacity` = provisioned read and write units; absent = on demand. */
async function makeTable(world: World, capacity?: number): Promise<string> {
  const TableName = world.name('table');
  await world.dynamodb.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      ...(capacity === undefined
        ? { BillingMode: 'PAY_PER_REQUEST' }
        : {
            BillingMode: 'PROVISIONED',
            ProvisionedThroughput: { ReadCapacityUnits: capacity, WriteCapacityUnits: capacity },
          }),
    }),
  );
  world.cleanUp(() => world.dynamodb.send(new DeleteTableCommand({ TableName })));
  await world.eventually('the table is active', async () => {
    const { Table } = await world.dynamodb.send(new DescribeTableCommand({ TableName }));
    return Table?.TableStatus === 'ACTIVE' ? true : undefined;
  });
  return TableName;
}

const key = (pk: string, sk: string): Item => ({ pk: { S: pk }, sk: { S: sk } });

export const dynamoDbCases: readonly ConformanceCase[] = [
  {
    id: 'dynamodb.put-get',
    service: 'DynamoDB',
    text: 'An item is read back with its types; an absent one is an answer without Item',
    link: `${API}/API_GetItem.html`,
    async run(world) {
      const TableName = await makeTable(world);
      const item: Item = {
        ...key('a', '1'),
        n: { N: '12.5' },
        flag: { BOOL: true },
        list: { L: [{ S: 'x' }, { NULL: true }] },
        map: { M: { inner: { N: '1' } } },
        set: { SS: ['p', 'q'] },
      };
      await world.dynamodb.send(new PutItemCommand({ TableName, Item: item }));
      const read = (sk: string) =>
        world.dynamodb.send(new GetItemCommand({ TableName, Key: key('a', sk), ConsistentRead: true }));
      equal((await read('1')).Item, item, 'Item');
      equal((await read('2')).Item, undefined, 'Item of an absent key');
    },
  },
  {
    id: 'dynamodb.conditional-put',
    service: 'DynamoDB',
    text: 'A put on the condition that the key is new fails the second time, and the first item stays',
    link: `${GUIDE}/Expressions.ConditionExpressions.html`,
    async run(world) {
      const TableName = await makeTable(world);
      const put = (value: string) =>
        world.dynamodb.send(
          new PutItemCommand({
            TableName,
            Item: { ...key('event', '1'), value: { S: value } },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
      await put('first');
      await refused(put('second'), { name: 'ConditionalCheckFailedException', status: 400 }, 'the second put');
      const { Item } = await world.dynamodb.send(new GetItemCommand({ TableName, Key: key('event', '1') }));
      equal(Item?.['value'], { S: 'first' }, 'value');
    },
  },
  {
    id: 'dynamodb.condition-returns-old',
    service: 'DynamoDB',
    text: 'ReturnValuesOnConditionCheckFailure answers the item that was in the way',
    link: `${API}/API_PutItem.html`,
    async run(world) {
      const TableName = await makeTable(world);
      const item = { ...key('event', '1'), messageId: { S: 'm-1' } };
      await world.dynamodb.send(new PutItemCommand({ TableName, Item: item }));
      const error = await world.dynamodb
        .send(
          new PutItemCommand({
            TableName,
            Item: item,
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        )
        .then(
          () => undefined,
          (cause: { Item?: Item }) => cause,
        );
      equal(error?.Item, item, 'Item of the error');
    },
  },
  {
    id: 'dynamodb.counter',
    service: 'DynamoDB',
    text: 'UpdateItem ADD makes the item and counts, and answers the new values',
    link: `${GUIDE}/Expressions.UpdateExpressions.html`,
    async run(world) {
      const TableName = await makeTable(world);
      const add = (amount: number) =>
        world.dynamodb.send(
          new UpdateItemCommand({
            TableName,
            Key: key('counter', 'week'),
            UpdateExpression: 'ADD #n :amount SET #t = if_not_exists(#t, :first)',
            ExpressionAttributeNames: { '#n': 'count', '#t': 'since' },
            ExpressionAttributeValues: { ':amount': { N: String(amount) }, ':first': { S: `${amount}` } },
            ReturnValues: 'ALL_NEW',
          }),
        );
      await add(2);
      const { Attributes } = await add(3);
      equal([Attributes?.['count'], Attributes?.['since']], [{ N: '5' }, { S: '2' }], 'count and since');
    },
  },
  {
    id: 'dynamodb.query',
    service: 'DynamoDB',
    text: 'A query answers one partition in the order of its sort key, forwards or backwards, in pages',
    link: `${API}/API_Query.html`,
    async run(world) {
      const TableName = await makeTable(world);
      for (const sk of ['2026-01-03', '2026-01-01', '2026-02-01', '2026-01-02']) {
        await world.dynamodb.send(new PutItemCommand({ TableName, Item: key('day', sk) }));
      }
      await world.dynamodb.send(new PutItemCommand({ TableName, Item: key('other', '2026-01-01') }));
      const query = (options: { ScanIndexForward?: boolean; Limit?: number; ExclusiveStartKey?: Item }) =>
        world.dynamodb.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :pk AND begins_with(sk, :month)',
            ExpressionAttributeValues: { ':pk': { S: 'day' }, ':month': { S: '2026-01' } },
            ConsistentRead: true,
            ...options,
          }),
        );
      const days = (items: readonly Item[] = []) => items.map((item) => item['sk']?.S?.slice(-2));
      equal(days((await query({})).Items), ['01', '02', '03'], 'days');
      equal(days((await query({ ScanIndexForward: false })).Items), ['03', '02', '01'], 'days backwards');
      const page = await query({ Limit: 2 });
      equal([days(page.Items), page.LastEvaluatedKey], [['01', '02'], key('day', '2026-01-02')], 'first page');
      equal(days((await query({ ExclusiveStartKey: page.LastEvaluatedKey! })).Items), ['03'], 'second page');
    },
  },
  {
    id: 'dynamodb.filter-counts',
    service: 'DynamoDB',
    text: 'A filter narrows what is answered, not what is read: Count and ScannedCount differ',
    link: `${API}/API_Query.html`,
    async run(world) {
      const TableName = await makeTable(world);
      for (const n of [1, 2, 3]) {
        await world.dynamodb.send(
          new PutItemCommand({ TableName, Item: { ...key('a', String(n)), n: { N: String(n) } } }),
        );
      }
      const { Count, ScannedCount } = await world.dynamodb.send(
        new ScanCommand({
          TableName,
          FilterExpression: 'n > :two',
          ExpressionAttributeValues: { ':two': { N: '2' } },
          ConsistentRead: true,
        }),
      );
      equal([Count, ScannedCount], [1, 3], 'Count and ScannedCount');
    },
  },
  {
    id: 'dynamodb.batch-limit',
    service: 'DynamoDB',
    text: 'BatchWriteItem takes 25 items, not 26',
    link: `${API}/API_BatchWriteItem.html`,
    async run(world) {
      const TableName = await makeTable(world);
      const write = (count: number) =>
        world.dynamodb.send(
          new BatchWriteItemCommand({
            RequestItems: {
              [TableName]: Array.from({ length: count }, (_, n) => ({ PutRequest: { Item: key('a', String(n)) } })),
            },
          }),
        );
      equal(Object.keys((await write(25)).UnprocessedItems ?? {}), [], 'tables with unprocessed items');
      await refused(write(26), { name: 'ValidationException', status: 400 }, 'a batch of 26');
    },
  },
  {
    id: 'dynamodb.transaction',
    service: 'DynamoDB',
    text: 'A transaction with a failed condition writes nothing and says which condition failed',
    link: `${API}/API_TransactWriteItems.html`,
    async run(world) {
      const TableName = await makeTable(world);
      await world.dynamodb.send(new PutItemCommand({ TableName, Item: key('event', 'old') }));
      const put = (sk: string) => ({
        Put: { TableName, Item: key('event', sk), ConditionExpression: 'attribute_not_exists(pk)' },
      });
      const error = await world.dynamodb
        .send(new TransactWriteItemsCommand({ TransactItems: [put('new'), put('old')] }))
        .then(
          () => undefined,
          (cause: { name: string; CancellationReasons?: { Code?: string }[] }) => cause,
        );
      equal(error?.name, 'TransactionCanceledException', 'error');
      equal(
        error?.CancellationReasons?.map((reason) => reason.Code),
        ['None', 'ConditionalCheckFailed'],
        'codes of CancellationReasons',
      );
      const { Item } = await world.dynamodb.send(new GetItemCommand({ TableName, Key: key('event', 'new') }));
      equal(Item, undefined, 'the item of the other put');
    },
  },
  {
    id: 'dynamodb.throttling',
    service: 'DynamoDB',
    text: 'Writes beyond the provisioned capacity and its burst of 300 seconds are throttled',
    link: `${GUIDE}/burst-adaptive-capacity.html`,
    async run(world) {
      const TableName = await makeTable(world, 1);
      // 300 kB cost 300 units: the whole burst of a table with one unit.
      const put = (n: number) =>
        world.dynamodb.send(
          new PutItemCommand({ TableName, Item: { ...key('a', String(n)), filler: { S: 'x'.repeat(300_000) } } }),
        );
      const outcome = await Promise.allSettled([1, 2, 3, 4].map(put));
      const errors = outcome.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Error).name] : []));
      equal([...new Set(errors)], ['ProvisionedThroughputExceededException'], 'errors of four puts of 300 units each');
    },
  },
  {
    id: 'dynamodb.consumed-capacity',
    service: 'DynamoDB',
    text: 'A write costs one unit a kilobyte begun, a consistent read one a four kilobytes, an eventual one half',
    link: `${GUIDE}/read-write-operations.html`,
    async run(world) {
      const TableName = await makeTable(world, 5);
      const put = await world.dynamodb.send(
        new PutItemCommand({
          TableName,
          Item: { ...key('a', '1'), filler: { S: 'x'.repeat(1500) } },
          ReturnConsumedCapacity: 'TOTAL',
        }),
      );
      equal(put.ConsumedCapacity?.CapacityUnits, 2, 'units of a write of 1.5 kB');
      const read = async (ConsistentRead: boolean) => {
        const answer = await world.dynamodb.send(
          new GetItemCommand({ TableName, Key: key('a', '1'), ConsistentRead, ReturnConsumedCapacity: 'TOTAL' }),
        );
        return answer.ConsumedCapacity?.CapacityUnits;
      };
      equal([await read(true), await read(false)], [1, 0.5], 'units of a consistent and an eventual read');
    },
  },
  {
    id: 'dynamodb.ttl.described',
    service: 'DynamoDB',
    text: 'DescribeTimeToLive tells the attribute by which items expire',
    link: `${API}/API_DescribeTimeToLive.html`,
    async run(world) {
      const TableName = await makeTable(world);
      const read = async () =>
        (await world.dynamodb.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;
      equal((await read())?.TimeToLiveStatus, 'DISABLED', 'status before');
      await world.dynamodb.send(
        new UpdateTimeToLiveCommand({
          TableName,
          TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        }),
      );
      const description = await read();
      equal(description?.AttributeName, 'expiresAt', 'AttributeName');
      holds(
        description?.TimeToLiveStatus === 'ENABLED' || description?.TimeToLiveStatus === 'ENABLING',
        `the status is ENABLING or ENABLED: ${description?.TimeToLiveStatus}`,
      );
    },
  },
  {
    id: 'dynamodb.ttl.deletes',
    service: 'DynamoDB',
    text: 'An expired item is deleted within a few days',
    link: `${GUIDE}/TTL.html`,
    needs: 'clock',
    async run(world) {
      const TableName = await makeTable(world);
      await world.dynamodb.send(
        new UpdateTimeToLiveCommand({
          TableName,
          TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        }),
      );
      await world.pass(2 * 60 * 60_000);
      const inSeconds = (seconds: number) => ({ N: String(Math.floor(world.now() / 1000) + seconds) });
      await world.dynamodb.send(
        new PutItemCommand({ TableName, Item: { ...key('a', 'short'), expiresAt: inSeconds(60) } }),
      );
      await world.dynamodb.send(
        new PutItemCommand({ TableName, Item: { ...key('a', 'long'), expiresAt: inSeconds(30 * 86_400) } }),
      );
      await world.pass(3 * 86_400_000);
      const { Items = [] } = await world.dynamodb.send(new ScanCommand({ TableName, ConsistentRead: true }));
      equal(
        Items.map((item) => item['sk']?.S),
        ['long'],
        'items left',
      );
    },
  },
  {
    id: 'dynamodb.no-such-table',
    service: 'DynamoDB',
    text: 'An absent table is ResourceNotFoundException (400)',
    link: `${API}/API_PutItem.html`,
    async run(world) {
      await refused(
        world.dynamodb.send(new PutItemCommand({ TableName: world.name('absent'), Item: key('a', '1') })),
        { name: 'ResourceNotFoundException', status: 400 },
        'a put into an absent table',
      );
    },
  },
];
