import {
  GetItemCommand,
  TransactGetItemsCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bench, bench, errorOf, makeTable } from './helpers.ts';

let on: Bench;
beforeAll(async () => {
  on = await bench();
  await makeTable(on);
});
afterAll(() => on.close());

const key = (name: string) => ({ pk: { S: name }, sk: { S: 'a' } });
const put = (name: string, condition?: string): TransactWriteItem => ({
  Put: { TableName: 'events', Item: key(name), ...(condition === undefined ? {} : { ConditionExpression: condition }) },
});
const write = (items: TransactWriteItem[], token?: string) =>
  on.client.send(new TransactWriteItemsCommand({ TransactItems: items, ClientRequestToken: token }));
const exists = async (name: string) =>
  (await on.client.send(new GetItemCommand({ TableName: 'events', Key: key(name) }))).Item !== undefined;

test('all writes happen, or none and each has its reason', async () => {
  await write([put('one'), put('two')]);
  expect([await exists('one'), await exists('two')]).toEqual([true, true]);
  await expect(write([put('three'), put('one', 'attribute_not_exists(pk)')])).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    message:
      'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]',
    CancellationReasons: [
      { Code: 'None' },
      { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
    ],
  });
  expect(await exists('three')).toBe(false);
});

test('a repeated token does nothing again, and may not change its mind', async () => {
  const count: TransactWriteItem = {
    Update: {
      TableName: 'events',
      Key: key('counter'),
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    },
  };
  await write([count], 'token');
  await write([count], 'token');
  const read = await on.client.send(
    new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName: 'events', Key: key('counter') } }] }),
  );
  expect(read.Responses?.[0]?.Item?.['n']).toEqual({ N: '1' });
  expect((await errorOf(write([put('else')], 'token'))).name).toBe('IdempotentParameterMismatchException');
});

test('one item may take part once only', async () => {
  expect(await errorOf(write([put('same'), { Delete: { TableName: 'events', Key: key('same') } }]))).toEqual({
    name: 'ValidationException',
    message: 'Transaction request cannot include multiple operations on one item',
  });
});
