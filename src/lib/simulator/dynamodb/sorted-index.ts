import { type AttributeValue, compareText } from './attribute-value.ts';
import { firstIndex, type Row, RowList } from './row-list.ts';

/** The rows of one partition key, in sort-key order. */
export interface Partition {
  readonly key: string;
  /** Decides the order of a scan. */
  readonly hash: number;
  readonly rows: RowList;
}

/** The place in an index from which to go on, exclusive; the item itself may be gone. */
export interface Position {
  readonly partition: string;
  readonly sort: AttributeValue | undefined;
  /** Primary key of the item, as StoredItem has it. */
  readonly key: string;
}

/** Items by partition key and, within it, by sort key. Insert, remove and seek are binary searches. */
export class SortedIndex {
  readonly #partitions = new Map<string, Partition>();
  #ordered: readonly Partition[] | undefined;

  partition(key: string): Partition | undefined {
    return this.#partitions.get(key);
  }

  insert(partitionKey: string, row: Row): void {
    let partition = this.#partitions.get(partitionKey);
    if (partition === undefined) {
      partition = { key: partitionKey, hash: hashOf(partitionKey), rows: new RowList() };
      this.#partitions.set(partitionKey, partition);
      this.#ordered = undefined;
    }
    partition.rows.insert(row);
  }

  remove(partitionKey: string, row: Row): void {
    const partition = this.#partitions.get(partitionKey);
    if (partition === undefined) return;
    partition.rows.remove(row);
    if (partition.rows.length > 0) return;
    this.#partitions.delete(partitionKey);
    this.#ordered = undefined;
  }

  /** All rows in scan order (by hash of the partition key, then sort key), after `start`; one segment of `total`. */
  *scan(start: Position | undefined, segment: number, total: number): Generator<Row> {
    this.#ordered ??= [...this.#partitions.values()].sort(byHash);
    const ordered = this.#ordered;
    let at = 0;
    if (start !== undefined) {
      const from = { key: start.partition, hash: hashOf(start.partition) };
      at = firstIndex(ordered.length, (i) => byHash(ordered[i]!, from) >= 0);
    }
    for (; at < ordered.length; at++) {
      const partition = ordered[at]!;
      if (total > 1 && Math.floor((partition.hash / 2 ** 32) * total) !== segment) continue;
      const rows = partition.rows;
      const from = start?.partition === partition.key ? rows.seek(start.sort, start.key, true) : 0;
      yield* rows.between(from, rows.length);
    }
  }
}

function byHash(a: { hash: number; key: string }, b: { hash: number; key: string }): number {
  return a.hash - b.hash || compareText(a.key, b.key);
}

/** FNV-1a, finished as in MurmurHash3 so that keys that differ at their end spread too. AWS does not tell its own hash. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
