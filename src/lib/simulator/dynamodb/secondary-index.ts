import { checkItem, equal, type Item } from './attribute-value.ts';
import { Bucket, type Throughput, writeUnits } from './capacity.ts';
import { SortedIndex } from './sorted-index.ts';
import { keyText, type StoredItem } from './stored-item.ts';
import { type IndexProjection, type KeySchema, keyNames } from './table-schema.ts';

/** A global or local secondary index: the projected part of each item that has the index's key attributes. */
export class SecondaryIndex {
  readonly name: string;
  readonly global: boolean;
  readonly schema: KeySchema;
  readonly projection: IndexProjection;
  readonly rows = new SortedIndex();
  status: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING';
  throughput: Throughput;
  readonly read: Bucket;
  readonly write: Bucket;
  bytes = 0;
  count = 0;
  readonly #kept: ReadonlySet<string> | undefined;

  constructor(options: {
    name: string;
    global: boolean;
    schema: KeySchema;
    projection: IndexProjection;
    tableSchema: KeySchema;
    throughput: Throughput;
    status: 'CREATING' | 'ACTIVE';
    now: number;
  }) {
    this.name = options.name;
    this.global = options.global;
    this.schema = options.schema;
    this.projection = options.projection;
    this.status = options.status;
    this.throughput = options.throughput;
    this.read = new Bucket(options.throughput.ReadCapacityUnits, options.now);
    this.write = new Bucket(options.throughput.WriteCapacityUnits, options.now);
    this.#kept =
      options.projection.ProjectionType === 'ALL'
        ? undefined
        : new Set([
            ...keyNames(options.tableSchema),
            ...keyNames(options.schema),
            ...(options.projection.NonKeyAttributes ?? []),
          ]);
  }

  get projectsAll(): boolean {
    return this.#kept === undefined;
  }

  /** Whether the index holds this attribute. */
  keeps(name: string): boolean {
    return this.#kept === undefined || this.#kept.has(name);
  }

  /** The part of an item that the index holds. */
  project(item: Item): Item {
    if (this.#kept === undefined) return item;
    return Object.fromEntries(Object.entries(item).filter(([name]) => this.#kept!.has(name)));
  }

  has(item: Item | undefined): item is Item {
    if (item === undefined || item[this.schema.hash.name] === undefined) return false;
    return this.schema.range === undefined || item[this.schema.range.name] !== undefined;
  }

  insert(stored: StoredItem): void {
    if (!this.has(stored.item)) return;
    this.rows.insert(this.#partition(stored.item), { sort: this.#sort(stored.item), stored });
    this.count++;
    this.bytes += this.sizeOf(stored);
  }

  remove(stored: StoredItem): void {
    if (!this.has(stored.item)) return;
    this.rows.remove(this.#partition(stored.item), { sort: this.#sort(stored.item), stored });
    this.count--;
    this.bytes -= this.sizeOf(stored);
  }

  sizeOf(stored: StoredItem): number {
    return this.#kept === undefined ? stored.size : checkItem(this.project(stored.item));
  }

  /**
   * Write units that a change of an item costs in this index: none when nothing projected changes, two writes when its
   * key changes (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes).
   */
  cost(old: StoredItem | undefined, next: StoredItem | undefined): number {
    const before = this.has(old?.item) ? old : undefined;
    const after = this.has(next?.item) ? next : undefined;
    if (before === undefined && after === undefined) return 0;
    if (before === undefined) return writeUnits(this.sizeOf(after!));
    if (after === undefined) return writeUnits(this.sizeOf(before));
    const sameKey = keyNames(this.schema).every((name) => equal(before.item[name]!, after.item[name]!));
    if (!sameKey) return writeUnits(this.sizeOf(before)) + writeUnits(this.sizeOf(after));
    if (equal({ M: this.project(before.item) }, { M: this.project(after.item) })) return 0;
    return writeUnits(Math.max(this.sizeOf(before), this.sizeOf(after)));
  }

  #partition(item: Item): string {
    return keyText(item[this.schema.hash.name]!);
  }

  #sort(item: Item) {
    return this.schema.range === undefined ? undefined : item[this.schema.range.name];
  }
}
