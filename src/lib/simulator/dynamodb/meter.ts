import type { Timer } from '../kernel/clock.ts';
import type { Dimensions, Region } from '../kernel/region.ts';
import type { Throughput } from './capacity.ts';
import type { Table } from './table.ts';

const NAMESPACE = 'AWS/DynamoDB';
/** Provisioned* are reported every five minutes. */
const GAUGE_MS = 300_000;

/**
 * DynamoDB's CloudWatch metrics
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html).
 */
export class Meter {
  readonly #region: Region;
  /** Dimension objects by their names: the same object each time, so that nothing is built on the hot path. */
  readonly #dimensions = new Map<string, Dimensions>();
  readonly #gauges = new Map<Table, Timer>();
  /** Tables and indexes whose capacity is being billed, by table. */
  readonly #held = new Map<string, ReadonlySet<string>>();

  constructor(region: Region) {
    this.#region = region;
  }

  consumed(kind: 'Read' | 'Write', table: string, units: number, index?: string): void {
    if (units === 0) return;
    const metric = kind === 'Read' ? 'ConsumedReadCapacityUnits' : 'ConsumedWriteCapacityUnits';
    this.#record(metric, this.#of(table, 'GlobalSecondaryIndexName', index), units, 'Count');
    const quantity = kind === 'Read' ? 'dynamodb-read-units' : 'dynamodb-write-units';
    this.#region.billing.count(quantity, index === undefined ? table : `${table}/${index}`, units);
  }

  throttled(kind: 'Read' | 'Write', table: string, index?: string): void {
    const metric = kind === 'Read' ? 'ReadThrottleEvents' : 'WriteThrottleEvents';
    this.#record(metric, this.#of(table, 'GlobalSecondaryIndexName', index), 1, 'Count');
  }

  throttledRequest(table: string, operation: string): void {
    this.#record('ThrottledRequests', this.#of(table, 'Operation', operation), 1, 'Count');
  }

  /** In tenths of a millisecond: each distinct value of a minute is kept for the percentiles. */
  succeeded(table: string, operation: string, ms: number): void {
    const rounded = Math.max(1, Math.round(ms * 10)) / 10;
    this.#record('SuccessfulRequestLatency', this.#of(table, 'Operation', operation), rounded, 'Milliseconds');
  }

  returned(table: string, operation: string, count: number): void {
    this.#record('ReturnedItemCount', this.#of(table, 'Operation', operation), count, 'Count');
  }

  conditionFailed(table: string): void {
    this.#record('ConditionalCheckFailedRequests', this.#of(table), 1, 'Count');
  }

  transactionConflict(table: string): void {
    this.#record('TransactionConflict', this.#of(table), 1, 'Count');
  }

  expired(table: string, count: number): void {
    this.#record('TimeToLiveDeletedItemCount', this.#of(table), count, 'Count');
  }

  /** Reports the provisioned capacity now and every five simulated minutes, until `stop`. */
  watch(table: Table): void {
    this.#gauges.get(table)?.cancel();
    this.#hold(table.name, capacities(table));
    const report = () => {
      this.#gauge(table);
      this.#gauges.set(table, this.#region.clock.schedule(this.#region.clock.now() + GAUGE_MS, report));
    };
    report();
  }

  stop(table: Table): void {
    this.#gauges.get(table)?.cancel();
    this.#gauges.delete(table);
    this.#hold(table.name, new Map());
  }

  /** From now on these capacities are billed, and those of this table that were before no longer. */
  #hold(table: string, capacities: ReadonlyMap<string, Throughput>): void {
    const { billing } = this.#region;
    const resources = new Set([...(this.#held.get(table) ?? []), ...capacities.keys()]);
    for (const resource of resources) {
      const { ReadCapacityUnits = 0, WriteCapacityUnits = 0 } = capacities.get(resource) ?? {};
      billing.hold('dynamodb-read-capacity', resource, ReadCapacityUnits);
      billing.hold('dynamodb-write-capacity', resource, WriteCapacityUnits);
    }
    this.#held.set(table, new Set(capacities.keys()));
  }

  #gauge(table: Table): void {
    if (table.billing !== 'PROVISIONED') return;
    const write = (dimensions: Dimensions, read: number, written: number) => {
      this.#record('ProvisionedReadCapacityUnits', dimensions, read, 'Count');
      this.#record('ProvisionedWriteCapacityUnits', dimensions, written, 'Count');
    };
    write(this.#of(table.name), table.throughput.ReadCapacityUnits, table.throughput.WriteCapacityUnits);
    for (const index of table.indexes.values()) {
      if (!index.global) continue;
      const { ReadCapacityUnits, WriteCapacityUnits } = index.throughput;
      write(this.#of(table.name, 'GlobalSecondaryIndexName', index.name), ReadCapacityUnits, WriteCapacityUnits);
    }
  }

  #record(metric: string, dimensions: Dimensions, value: number, unit: string): void {
    this.#region.metrics.record(NAMESPACE, metric, dimensions, value, unit);
  }

  #of(table: string, dimension?: string, value?: string): Dimensions {
    const id = value === undefined ? table : `${table}/${dimension}/${value}`;
    let known = this.#dimensions.get(id);
    if (known === undefined) {
      known = value === undefined ? { TableName: table } : { TableName: table, [dimension!]: value };
      this.#dimensions.set(id, known);
    }
    return known;
  }
}

/** What is provisioned, by `table` and `table/index`; nothing on demand. */
function capacities(table: Table): ReadonlyMap<string, Throughput> {
  const found = new Map<string, Throughput>();
  if (table.billing !== 'PROVISIONED') return found;
  found.set(table.name, table.throughput);
  for (const index of table.indexes.values())
    if (index.global) found.set(`${table.name}/${index.name}`, index.throughput);
  return found;
}
