import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, bench, errorOf, makeTable } from './helpers.ts';

let on: Bench;

beforeAll(async () => {
  on = await bench();
  await makeTable(on, {
    AttributeDefinitions: ['pk', 'sk', 'colour'].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S' as const,
    })),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-colour',
        KeySchema: [{ AttributeName: 'colour', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['n'] },
      },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'in-colour-order',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'colour', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
  // Written out of order, on purpose.
  for (const i of [3, 0, 4, 1, 2, 9, 7, 8, 5, 6]) {
    await on.client.send(
      new PutItemCommand({
        TableName: 'events',
        Item: {
          pk: { S: 'day' },
          sk: { S: `e${i}` },
          n: { N: String(i) },
          note: { S: 'x' },
          ...(i % 2 === 0 ? { colour: { S: i < 5 ? 'red' : 'blue' } } : {}),
        },
      }),
    );
  }
  await on.client.send(new PutItemCommand({ TableName: 'events', Item: { pk: { S: 'other' }, sk: { S: 'e0' } } }));
});
afterAll(() => on.close());

const query = (input: Partial<QueryCommandInput>) =>
  on.client.send(new QueryCommand({ TableName: 'events', ...input }));
const scan = (input: Partial<ScanCommandInput> = {}) =>
  on.client.send(new ScanCommand({ TableName: 'events', ...input }));
const day = { ':day': { S: 'day' } };

describe('Query', () => {
  test.each([
    ['pk = :day', {}, '0123456789'],
    ['pk = :day AND sk = :v', { ':v': { S: 'e3' } }, '3'],
    ['pk = :day AND sk < :v', { ':v': { S: 'e3' } }, '012'],
    ['pk = :day AND sk <= :v', { ':v': { S: 'e3' } }, '0123'],
    ['pk = :day AND sk > :v', { ':v': { S: 'e7' } }, '89'],
    ['sk >= :v AND pk = :day', { ':v': { S: 'e7' } }, '789'],
    ['pk = :day AND sk BETWEEN :v AND :w', { ':v': { S: 'e2' }, ':w': { S: 'e4' } }, '234'],
    ['pk = :day AND begins_with(sk, :v)', { ':v': { S: 'e' } }, '0123456789'],
    ['(pk = :day) AND (begins_with(sk, :v))', { ':v': { S: 'f' } }, ''],
  ])('%s %j finds %s', async (expression, values, found) => {
    const input = { KeyConditionExpression: expression, ExpressionAttributeValues: { ...day, ...values } };
    const numbers = async (more: Partial<QueryCommandInput>) =>
      ((await query({ ...input, ...more })).Items ?? []).map(({ n }) => n?.N).join('');
    expect(await numbers({})).toBe(found);
    expect(await numbers({ ScanIndexForward: false })).toBe([...found].reverse().join(''));
  });

  test('pages follow on from one another, both ways, even when the item in between is deleted', async () => {
    for (const forward of [true, false]) {
      const seen: string[] = [];
      let start: QueryCommandInput['ExclusiveStartKey'];
      do {
        const page = await query({
          KeyConditionExpression: 'pk = :day',
          ExpressionAttributeValues: day,
          Limit: 4,
          ScanIndexForward: forward,
          ExclusiveStartKey: start,
        });
        seen.push(...(page.Items ?? []).map(({ n }) => n!.N!));
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      expect(seen.join('')).toBe(forward ? '0123456789' : '9876543210');
    }
    const extra = { pk: { S: 'day' }, sk: { S: 'e35' } };
    await on.client.send(new PutItemCommand({ TableName: 'events', Item: extra }));
    await on.client.send(new DeleteItemCommand({ TableName: 'events', Key: extra }));
    const rest = await query({
      KeyConditionExpression: 'pk = :day',
      ExpressionAttributeValues: day,
      ExclusiveStartKey: extra,
    });
    expect(rest.Items?.[0]?.['n']).toEqual({ N: '4' });
  });

  test('a page that ends at its limit names a last key even when nothing follows; the next one is empty', async () => {
    const page = await query({ KeyConditionExpression: 'pk = :day', ExpressionAttributeValues: day, Limit: 10 });
    expect(page.LastEvaluatedKey).toEqual({ pk: { S: 'day' }, sk: { S: 'e9' } });
    const next = await query({
      KeyConditionExpression: 'pk = :day',
      ExpressionAttributeValues: day,
      ExclusiveStartKey: page.LastEvaluatedKey,
    });
    expect(next).toMatchObject({ Count: 0, ScannedCount: 0, Items: [] });
    expect(next.LastEvaluatedKey).toBeUndefined();
  });

  test('the filter works after the limit, and COUNT answers no items', async () => {
    const page = await query({
      KeyConditionExpression: 'pk = :day',
      FilterExpression: 'n >= :three',
      ExpressionAttributeValues: { ...day, ':three': { N: '3' } },
      Limit: 5,
      Select: 'COUNT',
    });
    expect(page).toMatchObject({ Count: 2, ScannedCount: 5 });
    expect(page.Items).toBeUndefined();
  });

  test('a page ends after 1 MB of items', async () => {
    const text = 'x'.repeat(300 * 1024);
    for (let i = 0; i < 5; i++) {
      await on.client.send(
        new PutItemCommand({ TableName: 'events', Item: { pk: { S: 'big' }, sk: { S: `b${i}` }, text: { S: text } } }),
      );
    }
    const input = { KeyConditionExpression: 'pk = :big', ExpressionAttributeValues: { ':big': { S: 'big' } } };
    const first = await query(input);
    expect(first.Count).toBe(4);
    const second = await query({ ...input, ExclusiveStartKey: first.LastEvaluatedKey });
    expect(second.Count).toBe(1);
    expect(second.LastEvaluatedKey).toBeUndefined();
  });

  test('a global index is sparse, holds what it projects, and reads are counted on it', async () => {
    const page = await query({
      IndexName: 'by-colour',
      KeyConditionExpression: 'colour = :c',
      ExpressionAttributeValues: { ':c': { S: 'red' } },
      ReturnConsumedCapacity: 'INDEXES',
    });
    expect(page.Items).toHaveLength(3);
    expect(page.Items?.[0]).toEqual({ pk: { S: 'day' }, sk: { S: 'e0' }, colour: { S: 'red' }, n: { N: '0' } });
    expect(page.ConsumedCapacity).toEqual({
      TableName: 'events',
      CapacityUnits: 0.5,
      Table: { CapacityUnits: 0 },
      GlobalSecondaryIndexes: { 'by-colour': { CapacityUnits: 0.5 } },
    });
  });

  test('an index with equal keys pages without missing or repeating any', async () => {
    const seen: string[] = [];
    let start: QueryCommandInput['ExclusiveStartKey'];
    do {
      const page = await query({
        IndexName: 'by-colour',
        KeyConditionExpression: 'colour = :c',
        ExpressionAttributeValues: { ':c': { S: 'red' } },
        Limit: 1,
        ExclusiveStartKey: start,
      });
      seen.push(...(page.Items ?? []).map(({ sk }) => sk!.S!));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    expect(seen).toEqual(['e0', 'e2', 'e4']);
  });

  test('a local index fetches from the table what it does not hold', async () => {
    const page = await query({
      IndexName: 'in-colour-order',
      KeyConditionExpression: 'pk = :day AND colour = :c',
      ExpressionAttributeValues: { ...day, ':c': { S: 'blue' } },
      Select: 'ALL_ATTRIBUTES',
    });
    expect(page.Items?.map(({ note, n }) => [note?.S, n?.N])).toEqual([
      ['x', '6'],
      ['x', '8'],
    ]);
  });

  test.each([
    [{ KeyConditionExpression: 'sk = :day' }, 'Query condition missed key schema element: pk'],
    [{ KeyConditionExpression: 'pk > :day' }, 'Query key condition not supported'],
    [{ KeyConditionExpression: 'pk = :day OR sk = :day' }, 'Invalid operator used in KeyConditionExpression: OR'],
    [{ KeyConditionExpression: 'pk = :day AND n = :day' }, 'Query condition missed key schema element: sk'],
    [
      { KeyConditionExpression: 'pk = :day', FilterExpression: 'sk = :day' },
      'Filter Expression can only contain non-primary key attributes: Primary key attribute: sk',
    ],
    [{ KeyConditionExpression: 'pk = :day', IndexName: 'none' }, 'The table does not have the specified index: none'],
    [
      { KeyConditionExpression: 'colour = :day', IndexName: 'by-colour', ConsistentRead: true },
      'Consistent reads are not supported on global secondary indexes',
    ],
    [
      { KeyConditionExpression: 'colour = :day', IndexName: 'by-colour', Select: 'ALL_ATTRIBUTES' as const },
      'One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index by-colour because its projection type is not ALL',
    ],
    [
      { KeyConditionExpression: 'pk = :day', ExclusiveStartKey: { pk: { S: 'day' } } },
      'The provided starting key is invalid: The provided key element does not match the schema',
    ],
  ])('%j is refused: %s', async (input, message) => {
    expect(await errorOf(query({ ExpressionAttributeValues: day, ...input }))).toEqual({
      name: 'ValidationException',
      message,
    });
  });
});

describe('Scan', () => {
  test('segments and pages together give every item once', async () => {
    const seen: string[] = [];
    for (const segment of [0, 1, 2]) {
      let start: ScanCommandInput['ExclusiveStartKey'];
      do {
        const page = await scan({ Segment: segment, TotalSegments: 3, Limit: 3, ExclusiveStartKey: start });
        seen.push(...(page.Items ?? []).map(({ pk, sk }) => `${pk!.S}/${sk!.S}`));
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
    }
    expect(seen).toHaveLength(on.simulator.region().dynamodb.itemCount('events')!);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('a filter leaves items out and counts what was read', async () => {
    const page = await scan({ FilterExpression: 'attribute_exists(colour)' });
    expect(page.Count).toBe(5);
    expect(page.ScannedCount).toBeGreaterThan(5);
  });
});

describe('batches', () => {
  test('BatchWriteItem puts and deletes, BatchGetItem reads what is there', async () => {
    const keys = Array.from({ length: 25 }, (_, i) => ({ pk: { S: 'batch' }, sk: { S: String(i) } }));
    const written = await on.client.send(
      new BatchWriteItemCommand({ RequestItems: { events: keys.map((Item) => ({ PutRequest: { Item } })) } }),
    );
    expect(written.UnprocessedItems).toEqual({});
    await on.client.send(
      new BatchWriteItemCommand({ RequestItems: { events: [{ DeleteRequest: { Key: keys[0] } }] } }),
    );
    const read = await on.client.send(
      new BatchGetItemCommand({ RequestItems: { events: { Keys: keys, ProjectionExpression: 'sk' } } }),
    );
    expect(read.Responses?.['events']).toHaveLength(24);
    expect(read.UnprocessedKeys).toEqual({});
  });

  test('a batch may not name one item twice, nor hold more than 25', async () => {
    const put = (i: number) => ({ PutRequest: { Item: { pk: { S: 'b' }, sk: { S: String(i) } } } });
    const write = (numbers: readonly number[]) =>
      errorOf(on.client.send(new BatchWriteItemCommand({ RequestItems: { events: numbers.map(put) } })));
    expect(await write([1, 1])).toEqual({
      name: 'ValidationException',
      message: 'Provided list of item keys contains duplicates',
    });
    expect(await write(Array.from({ length: 26 }, (_, i) => i))).toEqual({
      name: 'ValidationException',
      message: 'Too many items requested for the BatchWriteItem call',
    });
  });
});
