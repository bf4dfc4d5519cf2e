import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../../src/lib/simulator/kernel/random.ts';
import { IndexedHeap } from '../../../../../src/lib/simulator/sqs/indexed-heap.ts';

describe('an indexed heap', () => {
  it('gives its items in order, whatever was taken out of its middle', () => {
    const random = seededRandom(7);
    const heap = new IndexedHeap<{ key: number; index: number }>(
      (a, b) => a.key < b.key,
      (item, index) => {
        item.index = index;
      },
    );
    const items = Array.from({ length: 500 }, () => ({ key: Math.floor(random() * 100), index: -1 }));
    for (const item of items) heap.add(item);
    const kept = items.filter((item) => {
      if (random() < 0.5) return true;
      heap.removeAt(item.index);
      return false;
    });
    expect(items.filter((item) => item.index >= 0)).toHaveLength(kept.length);
    const keys: number[] = [];
    for (let first = heap.peek(); first !== undefined; first = heap.peek()) {
      keys.push(first.key);
      heap.removeAt(0);
    }
    expect(keys).toEqual(kept.map((item) => item.key).sort((a, b) => a - b));
    expect(heap.size).toBe(0);
  });
});
