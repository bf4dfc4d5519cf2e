import { ApiError } from '../kernel/api-error.ts';
import type { Meter } from './meter.ts';
import type { SecondaryIndex } from './secondary-index.ts';
import type { Table } from './table.ts';

export type ReturnConsumedCapacity = 'NONE' | 'TOTAL' | 'INDEXES' | undefined;

/** Capacity units that one request used on one table, and the throttling by them. */
export class Consumption {
  readonly #table: Table;
  readonly #meter: Meter;
  readonly #now: number;
  readonly #kind: 'Read' | 'Write';
  #tableUnits = 0;
  readonly #indexUnits = new Map<SecondaryIndex, number>();

  constructor(table: Table, kind: 'Read' | 'Write', meter: Meter, now: number) {
    this.#table = table;
    this.#kind = kind;
    this.#meter = meter;
    this.#now = now;
  }

  /**
   * Throws ProvisionedThroughputExceededException when the table, or one of the global indexes that the request
   * touches, has no capacity left. A write that an index cannot take is refused as a whole
   * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations).
   */
  admit(operation: string, indexes: readonly SecondaryIndex[] = [], units = 1, tableToo = true): void {
    if (this.#table.billing !== 'PROVISIONED') return;
    const bucket = this.#kind === 'Read' ? this.#table.read : this.#table.write;
    if (tableToo && !bucket.admits(units, this.#now)) this.#refuse(operation, undefined);
    for (const index of indexes) {
      const own = this.#kind === 'Read' ? index.read : index.write;
      if (index.global && !own.admits(units, this.#now)) this.#refuse(operation, index);
    }
  }

  /** Uses units of the table, or of an index; a local index uses its table's capacity. */
  use(units: number, index?: SecondaryIndex): void {
    if (units === 0) return;
    if (index === undefined) this.#tableUnits += units;
    else this.#indexUnits.set(index, (this.#indexUnits.get(index) ?? 0) + units);
    const global = index?.global === true ? index : undefined;
    this.#meter.consumed(this.#kind, this.#table.name, units, global?.name);
    if (this.#table.billing !== 'PROVISIONED') return;
    const holder = global ?? this.#table;
    (this.#kind === 'Read' ? holder.read : holder.write).take(units);
  }

  /** The answer's `ConsumedCapacity`, as asked for. */
  output(asked: ReturnConsumedCapacity): Record<string, unknown> | undefined {
    if (asked !== 'TOTAL' && asked !== 'INDEXES') return undefined;
    let total = this.#tableUnits;
    const local: Record<string, unknown> = {};
    const global: Record<string, unknown> = {};
    for (const [index, units] of this.#indexUnits) {
      total += units;
      (index.global ? global : local)[index.name] = { CapacityUnits: units };
    }
    const output: Record<string, unknown> = { TableName: this.#table.name, CapacityUnits: total };
    if (asked === 'INDEXES') {
      output['Table'] = { CapacityUnits: this.#tableUnits };
      if (Object.keys(local).length > 0) output['LocalSecondaryIndexes'] = local;
      if (Object.keys(global).length > 0) output['GlobalSecondaryIndexes'] = global;
    }
    return output;
  }

  #refuse(operation: string, index: SecondaryIndex | undefined): never {
    this.#meter.throttled(this.#kind, this.#table.name, index?.name);
    this.#meter.throttledRequest(this.#table.name, operation);
    const what = index === undefined ? 'the table' : 'one or more global secondary indexes of the table';
    throw new ApiError(
      'ProvisionedThroughputExceededException',
      `The level of configured provisioned throughput for ${what} was exceeded. Consider increasing your provisioning level with the UpdateTable API.`,
      {
        fields: {
          ThrottlingReasons: [
            {
              reason: `${index === undefined ? 'Table' : 'Index'}${this.#kind}ProvisionedThroughputExceeded`,
              resource: index === undefined ? this.#table.arn : `${this.#table.arn}/index/${index.name}`,
            },
          ],
        },
      },
    );
  }
}
