import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Row, RowList } from '../../../../../src/lib/simulator/dynamodb/row-list.ts';

const row = (n: number): Row => ({
  sort: { N: String(n % 100) },
  stored: { key: String(n).padStart(6, '0'), item: {}, size: 0 },
});
const order = (a: Row, b: Row) =>
  Number(a.sort!.N) - Number(b.sort!.N) || (a.stored.key < b.stored.key ? -1 : a.stored.key > b.stored.key ? 1 : 0);

test('whatever goes in and out, the rows stand in order, forwards and backwards, and can be found', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ n: fc.nat(5000), remove: fc.boolean() }), { maxLength: 200 }),
      fc.integer({ min: 0, max: 4000 }),
      (changes, bulk) => {
        const list = new RowList();
        const model = new Map<string, Row>();
        const insert = (n: number) => {
          const next = row(n);
          if (model.has(next.stored.key)) return;
          model.set(next.stored.key, next);
          list.insert(next);
        };
        // Enough rows, from a scattered order, that runs split.
        for (let i = 0; i < bulk; i++) insert((i * 7919) % 5000);
        for (const { n, remove } of changes) {
          if (!remove) insert(n);
          else if (model.delete(row(n).stored.key)) list.remove(row(n));
        }
        const expected = [...model.values()].sort(order).map(({ stored }) => stored.key);
        const keys = (rows: Iterable<Row>) => [...rows].map(({ stored }) => stored.key);
        expect(list.length).toBe(expected.length);
        expect(keys(list.between(0, list.length))).toEqual(expected);
        expect(keys(list.between(0, list.length, false))).toEqual([...expected].reverse());
        const middle = expected.length >>> 1;
        expect(keys(list.between(middle, middle + 3))).toEqual(expected.slice(middle, middle + 3));
        const sought = [...model.values()].sort(order)[middle];
        if (sought !== undefined) {
          expect(list.seek(sought.sort, sought.stored.key, false)).toBe(middle);
          expect(list.seek(sought.sort, sought.stored.key, true)).toBe(middle + 1);
        }
      },
    ),
    { numRuns: 40 },
  );
});
