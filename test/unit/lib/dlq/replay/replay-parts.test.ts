import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { messageBytes } from '../../../../../src/lib/dlq/dead-letter.ts';
import { Lanes } from '../../../../../src/lib/dlq/replay/lanes.ts';
import { MessageIdSet } from '../../../../../src/lib/dlq/replay/message-id-set.ts';
import { Price } from '../../../../../src/lib/dlq/replay/price.ts';
import { SendRate } from '../../../../../src/lib/dlq/replay/send-rate.ts';

interface Item {
  readonly lane: string | null;
  readonly bytes: number;
  readonly n: number;
}
const item = (lane: string | null, n: number, bytes = 1): Item => ({ lane, bytes, n });
const numbers = (items: readonly Item[]) => items.map(({ n }) => n);

describe('lanes', () => {
  test('let one message of each group go at a time, in order', () => {
    const lanes = new Lanes<Item>();
    for (const [n, lane] of ['a', 'a', 'b', 'a', 'b'].entries()) lanes.push(item(lane, n));
    expect(lanes.ready).toBe(2);
    expect(numbers(lanes.take(10, 100))).toEqual([0, 2]);
    expect(lanes.take(10, 100)).toEqual([]);
    lanes.settle('a');
    expect(numbers(lanes.take(10, 100))).toEqual([1]);
    lanes.settle('b');
    lanes.settle('a');
    expect(numbers(lanes.take(10, 100))).toEqual([4, 3]);
    expect(lanes.waiting).toBe(0);
  });

  test('without groups let everything go', () => {
    const lanes = new Lanes<Item>();
    for (let n = 0; n < 12; n++) lanes.push(item(null, n));
    expect(numbers(lanes.take(10, 100))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(numbers(lanes.take(10, 100))).toEqual([10, 11]);
  });

  test('keep a batch within its bytes, but let one that is too large go alone', () => {
    const lanes = new Lanes<Item>();
    for (const [n, bytes] of [60, 50, 200, 10].entries()) lanes.push(item(null, n, bytes));
    expect(numbers(lanes.take(10, 100))).toEqual([0]);
    expect(numbers(lanes.take(10, 100))).toEqual([1]);
    expect(numbers(lanes.take(10, 100))).toEqual([2]);
    expect(numbers(lanes.take(10, 100))).toEqual([3]);
    expect(lanes.bytes).toBe(0);
  });

  test('that are stopped give out what waited and never go on', () => {
    const lanes = new Lanes<Item>();
    for (let n = 0; n < 3; n++) lanes.push(item('a', n));
    lanes.push(item('b', 9));
    lanes.take(1, 100);
    expect(numbers(lanes.stop('a'))).toEqual([1, 2]);
    lanes.settle('a');
    expect(lanes.isStopped('a')).toBe(true);
    expect(numbers(lanes.take(10, 100))).toEqual([9]);
    expect(lanes.ready).toBe(0);
  });

  test('give up everything that waits when drained', () => {
    const lanes = new Lanes<Item>();
    for (const [n, lane] of ['a', null, 'b', 'a'].entries()) lanes.push(item(lane, n));
    expect(numbers(lanes.drain()).sort()).toEqual([0, 1, 2, 3]);
    expect(lanes).toMatchObject({ ready: 0, waiting: 0, bytes: 0 });
    expect(lanes.take(10, 100)).toEqual([]);
  });
});

describe('the send rate', () => {
  test('spaces batches evenly', () => {
    const rate = new SendRate(10);
    expect(rate.batchSize).toBe(2);
    expect(rate.book(2, 1_000)).toBe(0);
    expect(rate.book(2, 1_000)).toBe(200);
    expect(rate.book(2, 1_300)).toBe(100);
  });

  test('after a pause makes up a tenth of a second at most', () => {
    const rate = new SendRate(10);
    rate.book(2, 0);
    expect(rate.book(2, 60_000)).toBe(0);
    expect(rate.book(2, 60_000)).toBe(100);
  });

  test('halves when throttled and climbs back to the limit', () => {
    const rate = new SendRate(100);
    rate.throttled(0);
    expect(rate.perSecond).toBe(50);
    for (let n = 0; n < 100; n++) rate.succeeded(10, n * 100);
    expect(rate.perSecond).toBe(100);
  });

  test('without a limit slows to half of what it reached', () => {
    const rate = new SendRate(null);
    expect(rate.book(10, 0)).toBe(0);
    for (let n = 0; n < 40; n++) rate.succeeded(10, n * 50);
    rate.throttled(2_000);
    expect(rate.perSecond).toBe(100);
  });
});

describe('a set of message ids', () => {
  test('holds what was added and nothing else, beyond its first capacity', () => {
    const set = new MessageIdSet();
    const ids = Array.from({ length: 20_000 }, () => randomUUID());
    for (const id of ids) set.add(id);
    for (const id of ids) set.add(id);
    expect(set.size).toBe(20_000);
    expect(ids.every((id) => set.has(id))).toBe(true);
    expect(Array.from({ length: 20_000 }, () => randomUUID()).some((id) => set.has(id))).toBe(false);
  });

  test('tells ids apart that differ in one digit, and takes ids of any form', () => {
    const set = new MessageIdSet();
    set.add('00000000-0000-4000-8000-000000000000');
    set.add('no uuid');
    expect(set.has('no uuid')).toBe(true);
    expect(set.has('00000000-0000-4000-8000-000000000001')).toBe(false);
    expect(set.has('10000000-0000-4000-8000-000000000000')).toBe(false);
    expect(set.has('00000000-0000-4000-8001-000000000000')).toBe(false);
    expect(set.has('00000000-0000-4000-8000-000000000000')).toBe(true);
  });
});

describe('sizes and prices', () => {
  test('a message weighs its body and its attributes’ names, types and values, in bytes', () => {
    const attributes = {
      ab: { dataType: 'String', stringValue: 'ü' },
      c: { dataType: 'Binary', binaryValue: new Uint8Array(5) },
    };
    expect(messageBytes({ body: 'é', attributes })).toBe(2 + (2 + 6 + 2) + (1 + 6 + 5));
  });

  test('a call costs one request for each started 64 KB', () => {
    const price = new Price();
    price.add(false, 0);
    price.add(false, 65_536);
    price.add(false, 65_537);
    price.add(true, 10);
    expect(price.requests).toBe(4);
    expect(price.costUsd).toBeCloseTo((4 * 0.4 + 0.5) / 1_000_000, 12);
  });
});
