import { describe, expect, test } from 'vitest';
import { releaseOrder } from '../../../../src/lib/release/release-order.ts';

const service = (name: string, reads: string[] = [], queue?: string) => ({ name, reads, queue });
const order = (...services: ReturnType<typeof service>[]) => releaseOrder(services).map(({ name }) => name);

describe('the order of a release set', () => {
  test('has consumers before their producers', () => {
    expect(order(service('api', [], 'jobs'), service('worker', ['jobs'], 'jobs'))).toEqual(['worker', 'api']);
  });

  test('follows a chain of queues from its end', () => {
    const chain = [service('a', [], 'one'), service('b', ['one'], 'two'), service('c', ['two'])];
    expect(order(...chain)).toEqual(['c', 'b', 'a']);
  });

  test('is the order given where nothing depends on anything', () => {
    expect(order(service('b'), service('a'), service('c', ['q'], 'q'))).toEqual(['b', 'a', 'c']);
  });

  test('ends in a circle, too', () => {
    expect(order(service('a', ['one'], 'two'), service('b', ['two'], 'one')).sort()).toEqual(['a', 'b']);
  });
});
