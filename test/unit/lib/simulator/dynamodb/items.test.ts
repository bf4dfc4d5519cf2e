import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, bench, errorOf, makeTable } from './helpers.ts';

let on: Bench;
let table: string;
let serial = 0;

beforeAll(async () => {
  on = await bench();
  table = await makeTable(on);
});
afterAll(() => on.close());

/** A key of its own for each test. */
let key: { pk: { S: string }; sk: { S: string } };
beforeEach(() => {
  key = { pk: { S: `item-${serial++}` }, sk: { S: 'a' } };
});

const put = (input: Partial<ConstructorParameters<typeof PutItemCommand>[0]> = {}) =>
  on.client.send(new PutItemCommand({ TableName: table, Item: { ...key }, ...input }));
const get = async (input: Partial<ConstructorParameters<typeof GetItemCommand>[0]> = {}) =>
  (await on.client.send(new GetItemCommand({ TableName: table, Key: key, ...input }))).Item;
const update = (input: Partial<UpdateItemCommandInput>) =>
  on.client.send(new UpdateItemCommand({ TableName: table, Key: key, ...input }));

describe('PutItem and GetItem', () => {
  test('an item comes back with every type as it was put, numbers normalised', async () => {
    const item = {
      ...key,
      text: { S: 'naïve 🦊' },
      number: { N: '0012.500' },
      huge: { N: '1e20' },
      bytes: { B: new Uint8Array([0, 255, 7]) },
      yes: { BOOL: true },
      nothing: { NULL: true },
      list: { L: [{ N: '-0.10' }, { M: { deep: { S: '' } } }] },
      words: { SS: ['a', 'b'] },
      numbers: { NS: ['1.0', '2'] },
    };
    await put({ Item: item as never });
    expect(await get()).toEqual({
      ...item,
      number: { N: '12.5' },
      huge: { N: '100000000000000000000' },
      list: { L: [{ N: '-0.1' }, { M: { deep: { S: '' } } }] },
      numbers: { NS: ['1', '2'] },
    });
  });

  test('GetItem of a missing key answers no item', async () => {
    expect(await get()).toBeUndefined();
  });

  test('a second put with attribute_not_exists fails, keeps the first item, and shows it when asked', async () => {
    await put({ Item: { ...key, n: { N: '1' } }, ConditionExpression: 'attribute_not_exists(pk)' });
    const second = put({
      Item: { ...key, n: { N: '2' } },
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await expect(second).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      Item: { ...key, n: { N: '1' } },
    });
    expect(await get()).toEqual({ ...key, n: { N: '1' } });
  });

  test('ALL_OLD answers what was replaced, and nothing for a new item', async () => {
    expect((await put({ ReturnValues: 'ALL_OLD' })).Attributes).toBeUndefined();
    expect((await put({ ReturnValues: 'ALL_OLD' })).Attributes).toEqual(key);
  });

  test('a projection keeps the shape of maps and closes up lists', async () => {
    await put({
      Item: { ...key, a: { M: { x: { S: '1' }, y: { S: '2' } } }, l: { L: [{ N: '0' }, { N: '1' }, { N: '2' }] } },
    });
    expect(
      await get({ ProjectionExpression: 'a.#x, l[2], l[0], absent', ExpressionAttributeNames: { '#x': 'x' } }),
    ).toEqual({
      a: { M: { x: { S: '1' } } },
      l: { L: [{ N: '0' }, { N: '2' }] },
    });
  });

  test.each([
    [{ Item: { pk: { S: 'x' } } }, 'One or more parameter values were invalid: Missing the key sk in the item'],
    [
      { Item: { pk: { N: '1' }, sk: { S: 'a' } } },
      'One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N',
    ],
    [
      { Item: { pk: { S: '' }, sk: { S: 'a' } } },
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
    ],
    [
      { Item: { pk: { S: 'x' }, sk: { S: 'a' }, n: { N: 'twelve' } } },
      'The parameter cannot be converted to a numeric value: twelve',
    ],
    [
      { Item: { pk: { S: 'x' }, sk: { S: 'a' }, n: { N: '1'.repeat(39) } } },
      'Attempting to store more than 38 significant digits in a Number',
    ],
    [
      { Item: { pk: { S: 'x' }, sk: { S: 'a' }, s: { SS: ['a', 'a'] } } },
      'One or more parameter values were invalid: Input collection [a, a] contains duplicates.',
    ],
    [{ ReturnValues: 'ALL_NEW' }, 'ReturnValues can only be ALL_OLD or NONE'],
    [{ ConditionExpression: '' }, 'Invalid ConditionExpression: The expression can not be empty;'],
    [
      { ConditionExpression: 'attribute_exists(pk) AND' },
      'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "AND"',
    ],
    [
      { ConditionExpression: 'status = :s', ExpressionAttributeValues: { ':s': { S: 'x' } } },
      'Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: status',
    ],
    [
      { ConditionExpression: 'a = :missing' },
      'Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute value: :missing',
    ],
    [
      { ConditionExpression: '#n = :v', ExpressionAttributeValues: { ':v': { S: 'x' } } },
      'Invalid ConditionExpression: An expression attribute name used in the document path is not defined; attribute name: #n',
    ],
    [
      { ConditionExpression: 'attribute_exists(a)', ExpressionAttributeValues: { ':v': { S: 'x' } } },
      'Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}',
    ],
    [
      { ConditionExpression: 'attribute_exists(a)', ExpressionAttributeNames: { '#a': 'a' } },
      'Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}',
    ],
    [
      { ExpressionAttributeValues: { ':v': { S: 'x' } } },
      'ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null',
    ],
    [{ ConditionExpression: 'exists(a)' }, 'Invalid ConditionExpression: Invalid function name; function: exists'],
    [
      { ConditionExpression: 'size(a, b) > :v', ExpressionAttributeValues: { ':v': { N: '1' } } },
      'Invalid ConditionExpression: Incorrect number of operands for operator or function; operator or function: size, number of operands: 2',
    ],
    [
      { ConditionExpression: 'begins_with(a, :v)', ExpressionAttributeValues: { ':v': { N: '1' } } },
      'Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N',
    ],
    [
      { ConditionExpression: 'a = a' },
      'Invalid ConditionExpression: The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a]',
    ],
    [
      { ConditionExpression: '((a = :v))', ExpressionAttributeValues: { ':v': { N: '1' } } },
      'Invalid ConditionExpression: The expression has redundant parentheses;',
    ],
  ])('PutItem %j is refused: %s', async (input, message) => {
    expect(await errorOf(put(input as never))).toEqual({ name: 'ValidationException', message });
  });

  test('an item of 400 KB fits, and a byte more does not', async () => {
    const names = 'pk'.length + key.pk.S.length + 'sk'.length + key.sk.S.length + 'x'.length;
    const text = 'x'.repeat(400 * 1024 - names);
    await put({ Item: { ...key, x: { S: text } } });
    expect(await errorOf(put({ Item: { ...key, x: { S: `${text}x` } } }))).toEqual({
      name: 'ValidationException',
      message: 'Item size has exceeded the maximum allowed size',
    });
  });

  test('a key of another shape does not match the schema', async () => {
    expect(await errorOf(get({ Key: { pk: { S: 'x' } } }))).toEqual({
      name: 'ValidationException',
      message: 'The provided key element does not match the schema',
    });
  });

  test('a table that is not there, or not yet ready, is not found', async () => {
    const expected = { name: 'ResourceNotFoundException', message: 'Requested resource not found' };
    expect(await errorOf(put({ TableName: 'nowhere' }))).toEqual(expected);
  });

  test('units follow the size: writes by the KB, reads by 4 KB, half when eventually consistent', async () => {
    const big = await put({ Item: { ...key, t: { S: 'x'.repeat(5000) } }, ReturnConsumedCapacity: 'TOTAL' });
    expect(big.ConsumedCapacity).toEqual({ TableName: table, CapacityUnits: 5 });
    const read = await on.client.send(
      new GetItemCommand({ TableName: table, Key: key, ReturnConsumedCapacity: 'TOTAL', ConsistentRead: true }),
    );
    expect(read.ConsumedCapacity?.CapacityUnits).toBe(2);
    const weak = await on.client.send(
      new GetItemCommand({ TableName: table, Key: key, ReturnConsumedCapacity: 'TOTAL' }),
    );
    expect(weak.ConsumedCapacity?.CapacityUnits).toBe(1);
    const small = await put({ ReturnConsumedCapacity: 'TOTAL' });
    expect(small.ConsumedCapacity?.CapacityUnits, 'the larger of old and new counts').toBe(5);
  });
});

describe('conditions', () => {
  test.each([
    ['a = :one', true],
    ['a <> :one', false],
    ['absent <> :one', true],
    ['absent = :one', false],
    ['a < :two AND b >= :two', true],
    ['a > :two OR NOT b = :one', true],
    ['a BETWEEN :one AND :two', true],
    ['a IN (:two, :one)', true],
    ['a IN (:two)', false],
    ['(a = :two OR a = :one) AND b = :two', true],
    ['begins_with(#text, :he)', true],
    ['contains(#text, :ell)', true],
    ['contains(words, :he)', true],
    ['contains(things, :two)', true],
    ['size(#text) = :five', true],
    ['size(things) < :two', false],
    ['attribute_type(a, :N)', true],
    ['attribute_exists(doc.steps[1])', true],
    ['attribute_not_exists(doc.steps[2])', true],
    ['doc.steps[0] = :one', true],
    ['big > :five', true],
  ])('%s is %s', async (expression, holds) => {
    await put({
      Item: {
        ...key,
        a: { N: '1' },
        b: { N: '2' },
        text: { S: 'hello' },
        words: { SS: ['he', 'she'] },
        things: { L: [{ N: '2' }, { S: 'x' }] },
        doc: { M: { steps: { L: [{ N: '1' }, { N: '2' }] } } },
        big: { N: '12345678901234567890' },
      },
    });
    const values: Record<string, { N: string } | { S: string }> = {
      ':one': { N: '1' },
      ':two': { N: '2' },
      ':five': { N: '5' },
      ':he': { S: 'he' },
      ':ell': { S: 'ell' },
      ':N': { S: 'N' },
    };
    const used = Object.fromEntries(
      Object.entries(values).filter(([name]) => new RegExp(`${name}\\b`).test(expression)),
    );
    const attempt = on.client.send(
      new DeleteItemCommand({
        TableName: table,
        Key: key,
        ConditionExpression: expression,
        ...(Object.keys(used).length > 0 ? { ExpressionAttributeValues: used } : {}),
        ...(expression.includes('#text') ? { ExpressionAttributeNames: { '#text': 'text' } } : {}),
      }),
    );
    if (holds) await attempt;
    else expect((await errorOf(attempt)).name).toBe('ConditionalCheckFailedException');
    expect((await get()) === undefined).toBe(holds);
  });
});

describe('UpdateItem', () => {
  test('makes the item when it is not there, and counts up from what is', async () => {
    const count = () =>
      update({
        UpdateExpression: 'SET n = if_not_exists(n, :zero) + :one',
        ExpressionAttributeValues: { ':zero': { N: '0' }, ':one': { N: '1' } },
        ReturnValues: 'ALL_NEW',
      });
    expect((await count()).Attributes).toEqual({ ...key, n: { N: '1' } });
    expect((await count()).Attributes).toEqual({ ...key, n: { N: '2' } });
  });

  test('SET, REMOVE, ADD and DELETE in one expression all read the old item', async () => {
    await put({
      Item: {
        ...key,
        a: { N: '1' },
        b: { N: '2' },
        l: { L: [{ S: 'x' }, { S: 'y' }, { S: 'z' }] },
        s: { SS: ['p', 'q'] },
        m: { M: { k: { S: 'v' } } },
        gone: { S: '!' },
      },
    });
    const { Attributes } = await update({
      UpdateExpression:
        'SET a = b, b = a, m.added = :w, more = list_append(:list, l) REMOVE gone, l[0], l[2] ADD tally :five, fresh :set DELETE s :set',
      ExpressionAttributeValues: {
        ':w': { S: 'w' },
        ':list': { L: [{ S: 'first' }] },
        ':five': { N: '5' },
        ':set': { SS: ['p'] },
      },
      ReturnValues: 'ALL_NEW',
    });
    expect(Attributes).toEqual({
      ...key,
      a: { N: '2' },
      b: { N: '1' },
      l: { L: [{ S: 'y' }] },
      s: { SS: ['q'] },
      fresh: { SS: ['p'] },
      m: { M: { k: { S: 'v' }, added: { S: 'w' } } },
      more: { L: [{ S: 'first' }, { S: 'x' }, { S: 'y' }, { S: 'z' }] },
      tally: { N: '5' },
    });
  });

  test('UPDATED_OLD and UPDATED_NEW show the touched paths only', async () => {
    await put({ Item: { ...key, a: { N: '1' }, b: { N: '2' } } });
    const set = { UpdateExpression: 'SET a = a + :d', ExpressionAttributeValues: { ':d': { N: '0.1' } } } as const;
    expect((await update({ ...set, ReturnValues: 'UPDATED_OLD' })).Attributes).toEqual({ a: { N: '1' } });
    expect((await update({ ...set, ReturnValues: 'UPDATED_NEW' })).Attributes).toEqual({ a: { N: '1.2' } });
  });

  test.each([
    [
      'SET pk = :v',
      'One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key',
    ],
    [
      'SET a = :v, a = :v',
      'Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]',
    ],
    [
      'SET a = :v SET b = :v',
      'Invalid UpdateExpression: The "SET" section can only be used once in an update expression;',
    ],
    ['SET a = b + :v', 'The provided expression refers to an attribute that does not exist in the item'],
    ['SET t = t + :v', 'An operand in the update expression has an incorrect data type'],
    ['SET un.known = :v', 'The document path provided in the update expression is invalid for update'],
    [
      'DELETE a :v',
      'Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: DELETE, operand type: NUMBER',
    ],
    ['SEAT a = :v', 'Invalid UpdateExpression: Syntax error; token: "SEAT", near: "SEAT a"'],
  ])('%s is refused: %s', async (expression, message) => {
    await put({ Item: { ...key, t: { S: 'text' } } });
    expect(
      await errorOf(update({ UpdateExpression: expression, ExpressionAttributeValues: { ':v': { N: '1' } } })),
    ).toEqual({ name: 'ValidationException', message });
    expect(await get(), 'nothing changed').toEqual({ ...key, t: { S: 'text' } });
  });
});
