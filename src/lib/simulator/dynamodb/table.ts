import type { Level } from '../billing/level.ts';
import type { Clock, Timer } from '../kernel/clock.ts';
import type { AttributeValue, Item } from './attribute-value.ts';
import { Bucket, type Throughput } from './capacity.ts';
import type { SecondaryIndex } from './secondary-index.ts';
import { SortedIndex } from './sorted-index.ts';
import { keyText, primaryKeyText, type StoredItem } from './stored-item.ts';
import type { KeySchema } from './table-schema.ts';

export type BillingMode = 'PROVISIONED' | 'PAY_PER_REQUEST';

/** AWS deletes within a few days of the expiry; here it happens at the end of the minute. */
const EXPIRY_STEP_MS = 60_000;
/** Items that expired more than five years ago are left alone (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html). */
const MAX_PAST_MS = 5 * 365 * 24 * 3_600_000;
/** DescribeTable's counts are renewed about every six hours. */
const STATISTICS_MS = 6 * 3_600_000;
/** Billed beside each item, in the table and in an index (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html). */
const OVERHEAD_BYTES = 100;

export interface TableOptions {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly schema: KeySchema;
  readonly clock: Clock;
  readonly billing: BillingMode;
  readonly throughput: Throughput;
  /** Bytes as they are billed. */
  readonly storage: Level;
  readonly onExpired: (table: Table, count: number) => void;
}

interface Statistics {
  readonly count: number;
  readonly bytes: number;
}

interface TableStatistics extends Statistics {
  /** By name; one made since then is not in it. */
  readonly indexes: ReadonlyMap<string, Statistics>;
}

/** A table's items, indexes, capacity and expiry. */
export class Table {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly schema: KeySchema;
  readonly createdAt: number;
  readonly tags = new Map<string, string>();
  /** Members of the description that the simulator only keeps: streams, encryption, class. */
  readonly settings: Record<string, unknown> = {};
  readonly indexes = new Map<string, SecondaryIndex>();
  readonly read: Bucket;
  readonly write: Bucket;
  status: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING' = 'CREATING';
  attributeTypes: ReadonlyMap<string, string> = new Map();
  billing: BillingMode;
  onDemandSince: number | undefined;
  throughput: Throughput;
  throughputIncreasedAt: number | undefined;
  throughputDecreasedAt: number | undefined;
  deletionProtection = false;
  backups = false;
  ttlStatus: 'ENABLING' | 'ENABLED' | 'DISABLING' | 'DISABLED' = 'DISABLED';
  ttlAttribute: string | undefined;
  bytes = 0;
  readonly #clock: Clock;
  readonly #items = new Map<string, StoredItem>();
  readonly #rows = new SortedIndex();
  readonly #expiries = new Map<number, { keys: Set<string>; timer: Timer }>();
  readonly #storage: Level;
  readonly #onExpired: TableOptions['onExpired'];
  #statistics: TableStatistics & { readonly at: number };

  constructor(options: TableOptions) {
    this.name = options.name;
    this.id = options.id;
    this.arn = options.arn;
    this.schema = options.schema;
    this.billing = options.billing;
    this.throughput = options.throughput;
    this.#clock = options.clock;
    this.#storage = options.storage;
    this.#onExpired = options.onExpired;
    const now = options.clock.now();
    this.createdAt = now;
    this.read = new Bucket(options.throughput.ReadCapacityUnits, now);
    this.write = new Bucket(options.throughput.WriteCapacityUnits, now);
    this.#statistics = { at: now, count: 0, bytes: 0, indexes: new Map() };
  }

  get rows(): SortedIndex {
    return this.#rows;
  }

  get itemCount(): number {
    return this.#items.size;
  }

  /** Counts and bytes as DescribeTable tells them: exact once, then up to six hours old. */
  statistics(): TableStatistics {
    const now = this.#clock.now();
    if (now - this.#statistics.at >= STATISTICS_MS) {
      const indexes = new Map([...this.indexes.values()].map(({ name, count, bytes }) => [name, { count, bytes }]));
      this.#statistics = { at: now, count: this.#items.size, bytes: this.bytes, indexes };
    }
    return this.#statistics;
  }

  key(item: Item): string {
    const { hash, range } = this.schema;
    return primaryKeyText(item[hash.name]!, range === undefined ? undefined : item[range.name]);
  }

  get(key: string): StoredItem | undefined {
    return this.#items.get(key);
  }

  put(next: StoredItem): void {
    const old = this.#items.get(next.key);
    if (old !== undefined) this.#forget(old);
    this.#items.set(next.key, next);
    this.#rows.insert(this.#partition(next.item), { sort: this.#sort(next.item), stored: next });
    for (const index of this.indexes.values()) index.insert(next);
    this.bytes += next.size;
    this.#expire(next, true);
    this.#bill();
  }

  delete(key: string): void {
    const old = this.#items.get(key);
    if (old === undefined) return;
    this.#forget(old);
    this.#items.delete(key);
    this.#bill();
  }

  addIndex(index: SecondaryIndex): void {
    this.indexes.set(index.name, index);
    for (const stored of this.#items.values()) index.insert(stored);
    this.#bill();
  }

  dropIndex(index: SecondaryIndex): void {
    this.indexes.delete(index.name);
    this.#bill();
  }

  /** Starts or ends expiry by an attribute; items already there take part. */
  setExpiry(attribute: string | undefined): void {
    for (const { timer } of this.#expiries.values()) timer.cancel();
    this.#expiries.clear();
    this.ttlAttribute = attribute;
    if (attribute === undefined) return;
    for (const stored of this.#items.values()) this.#expire(stored, true);
  }

  close(): void {
    this.setExpiry(undefined);
    this.#storage.set(0, this.#clock.now());
  }

  #bill(): void {
    let bytes = this.bytes + this.#items.size * OVERHEAD_BYTES;
    for (const index of this.indexes.values()) bytes += index.bytes + index.count * OVERHEAD_BYTES;
    this.#storage.set(bytes, this.#clock.now());
  }

  #forget(old: StoredItem): void {
    this.#rows.remove(this.#partition(old.item), { sort: this.#sort(old.item), stored: old });
    for (const index of this.indexes.values()) index.remove(old);
    this.bytes -= old.size;
    this.#expire(old, false);
  }

  /** Adds an item to the minute in which it goes, or takes it out. */
  #expire(stored: StoredItem, add: boolean): void {
    if (this.ttlAttribute === undefined) return;
    const at = expiry(stored.item[this.ttlAttribute]);
    if (at === undefined) return;
    const slot = Math.floor(at / EXPIRY_STEP_MS) + 1;
    const known = this.#expiries.get(slot);
    if (!add) {
      known?.keys.delete(stored.key);
      return;
    }
    if (at < this.#clock.now() - MAX_PAST_MS) return;
    if (known !== undefined) {
      known.keys.add(stored.key);
      return;
    }
    const due = Math.max(slot, Math.floor(this.#clock.now() / EXPIRY_STEP_MS) + 1);
    const timer = this.#clock.schedule(due * EXPIRY_STEP_MS, () => this.#sweep(slot));
    this.#expiries.set(slot, { keys: new Set([stored.key]), timer });
  }

  #sweep(slot: number): void {
    const keys = this.#expiries.get(slot)?.keys ?? new Set<string>();
    this.#expiries.delete(slot);
    for (const key of keys) this.delete(key);
    if (keys.size > 0) this.#onExpired(this, keys.size);
  }

  #partition(item: Item): string {
    return keyText(item[this.schema.hash.name]!);
  }

  #sort(item: Item): AttributeValue | undefined {
    return this.schema.range === undefined ? undefined : item[this.schema.range.name];
  }
}

/** Only a Number of epoch seconds counts. */
function expiry(value: AttributeValue | undefined): number | undefined {
  if (value?.N === undefined) return undefined;
  const seconds = Number(value.N);
  return Number.isFinite(seconds) && seconds >= 0 && seconds < 1e11 ? seconds * 1000 : undefined;
}
