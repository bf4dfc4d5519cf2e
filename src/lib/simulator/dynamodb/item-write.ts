import type { Input } from '../kernel/service.ts';
import { checkItem, type Item } from './attribute-value.ts';
import { writeUnits } from './capacity.ts';
import { Consumption } from './consumption.ts';
import type { Database } from './database.ts';
import { conditionFailed, validation } from './errors.ts';
import { Bindings, type ResolvedPath } from './expression/bindings.ts';
import { checkCondition, matches } from './expression/condition.ts';
import type { Condition, Update } from './expression/syntax.ts';
import { applyUpdate, checkUpdate, updatedPaths } from './expression/update.ts';
import type { StoredItem } from './stored-item.ts';
import type { Table } from './table.ts';
import { checkIndexKey, checkItemKey, checkKey, keyNames } from './table-schema.ts';

const MAX_ITEM_BYTES = 400 * 1024;
const LEGACY = [
  'Expected',
  'AttributeUpdates',
  'ConditionalOperator',
  'AttributesToGet',
  'KeyConditions',
  'QueryFilter',
  'ScanFilter',
];

/** One checked write, ready to be carried out: what PutItem, UpdateItem, DeleteItem and the transactions share. */
export interface Write {
  readonly kind: 'put' | 'update' | 'delete' | 'check';
  readonly table: Table;
  readonly key: string;
  /** What was there. */
  readonly old: StoredItem | undefined;
  /** Paths that an update touches. */
  readonly paths: readonly ResolvedPath[];
  /** Whether the item that is there meets the condition. */
  conditionHolds(): boolean;
  /** The item afterwards; undefined after a delete. Throws ValidationException when an update does not fit the item. */
  next(): StoredItem | undefined;
}

/** Reads and checks a write request. Throws ValidationException or ResourceNotFoundException. */
export function prepareWrite(database: Database, kind: Write['kind'], input: Input): Write {
  rejectLegacy(input);
  const expressions: Record<string, string | undefined> =
    kind === 'update'
      ? { UpdateExpression: input.UpdateExpression, ConditionExpression: input.ConditionExpression }
      : { ConditionExpression: input.ConditionExpression };
  const bindings = new Bindings(input.ExpressionAttributeNames, input.ExpressionAttributeValues, expressions);
  let update: Update | undefined;
  let condition: Condition | undefined;
  if (kind === 'update' && input.UpdateExpression !== undefined) {
    const parsed = database.update(input.UpdateExpression);
    bindings.use(parsed, 'UpdateExpression');
    checkUpdate(parsed.tree, bindings);
    update = parsed.tree;
  }
  if (input.ConditionExpression !== undefined) {
    const parsed = database.condition(input.ConditionExpression, 'ConditionExpression');
    bindings.use(parsed, 'ConditionExpression');
    checkCondition(parsed.tree, bindings, 'ConditionExpression');
    condition = parsed.tree;
  }
  bindings.done();
  const item: Item | undefined = kind === 'put' ? input.Item : input.Key;
  if (item === undefined || item === null) {
    const member = kind === 'put' ? 'item' : 'key';
    throw validation(
      `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
    );
  }
  const size = checkItem(item);
  if (kind === 'put' && size > MAX_ITEM_BYTES) throw validation('Item size has exceeded the maximum allowed size');
  const table = database.usable(input.TableName);
  if (kind === 'put') {
    checkItemKey(table.schema, item);
    for (const index of table.indexes.values()) checkIndexKey(index.schema, index.name, item);
  } else {
    checkKey(table.schema, item);
  }
  const paths = update === undefined ? [] : updatedPaths(update, bindings, keyNames(table.schema));
  const key = table.key(item);
  const old = table.get(key);
  return {
    kind,
    table,
    key,
    old,
    paths,
    conditionHolds: () => condition === undefined || matches(condition, old?.item ?? {}, bindings),
    next: () => {
      if (kind === 'put') return { key, item, size };
      if (kind === 'delete') return undefined;
      if (kind === 'check') return old;
      const base = old?.item ?? item;
      const updated = update === undefined ? { ...base } : applyUpdate(update, base, bindings);
      const updatedSize = checkItem(updated);
      if (updatedSize > MAX_ITEM_BYTES) {
        throw validation('Item size to update has exceeded the maximum allowed size');
      }
      for (const index of table.indexes.values()) checkIndexKey(index.schema, index.name, updated);
      return { key, item: updated, size: updatedSize };
    },
  };
}

/**
 * Carries out one write on its own: throttles, checks the condition, stores, and counts the units.
 * A failed condition uses units too (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html).
 */
export function executeWrite(
  database: Database,
  write: Write,
  operation: string,
  onFailure: 'ALL_OLD' | 'NONE' | undefined,
): { consumption: Consumption; next: StoredItem | undefined } {
  const consumption = new Consumption(write.table, 'Write', database.meter, database.now());
  consumption.admit(operation);
  if (!write.conditionHolds()) {
    consumption.use(writeUnits(write.old?.size ?? 0));
    database.meter.conditionFailed(write.table.name);
    throw conditionFailed(onFailure === 'ALL_OLD' ? write.old?.item : undefined);
  }
  const next = write.next();
  admitIndexes(write, next, consumption, operation);
  store(write, next, consumption);
  return { consumption, next };
}

/** Throws ProvisionedThroughputExceededException when a global index that the write touches has no capacity left. */
export function admitIndexes(
  write: Write,
  next: StoredItem | undefined,
  consumption: Consumption,
  operation: string,
): void {
  if (write.table.indexes.size === 0 || write.table.billing !== 'PROVISIONED') return;
  const touched = [...write.table.indexes.values()].filter((index) => index.cost(write.old, next) > 0);
  consumption.admit(operation, touched, 1, false);
}

/** Puts the outcome of a write into its table and counts the units. `factor` is 2 in a transaction. */
export function store(write: Write, next: StoredItem | undefined, consumption: Consumption, factor = 1): void {
  const { table, old } = write;
  consumption.use(factor * writeUnits(Math.max(old?.size ?? 0, next?.size ?? 0)));
  for (const index of table.indexes.values()) consumption.use(factor * index.cost(old, next), index);
  if (next === undefined) table.delete(write.key);
  else if (next !== old) table.put(next);
}

/** The parameters of before 2014 are not simulated; saying so beats ignoring them. */
export function rejectLegacy(input: Input): void {
  for (const member of LEGACY) {
    if (input[member] !== undefined) {
      throw validation(`The simulator does not know the legacy parameter ${member}; use expressions.`);
    }
  }
}
