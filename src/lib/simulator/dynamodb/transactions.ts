import { ApiError } from '../kernel/api-error.ts';
import type { Input } from '../kernel/service.ts';
import { checkItem, type Item } from './attribute-value.ts';
import { readUnits } from './capacity.ts';
import { Consumption } from './consumption.ts';
import type { Database } from './database.ts';
import { constraint, validation } from './errors.ts';
import { project } from './expression/projection.ts';
import { readProjection } from './item-operations.ts';
import { admitIndexes, prepareWrite, store, type Write } from './item-write.ts';
import type { StoredItem } from './stored-item.ts';
import type { Table } from './table.ts';
import { checkKey } from './table-schema.ts';

const MAX_ITEMS = 100;
/** A token is remembered for ten minutes. */
const TOKEN_MS = 600_000;
/** A transaction reads or writes each item twice: once to prepare, once to commit. */
const FACTOR = 2;

interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Item;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html: all or nothing. */
export function transactWriteItems(database: Database, input: Input): unknown {
  const started = performance.now();
  const token: string | undefined = input.ClientRequestToken;
  const request = token === undefined ? '' : JSON.stringify(input.TransactItems);
  const repeated = token === undefined ? undefined : remembered(database, token, request);
  if (repeated !== undefined) return repeated;
  const writes = readWrites(database, input);
  const reasons: Reason[] = [];
  const outcomes: (StoredItem | undefined)[] = [];
  for (const { write, onFailure } of writes) {
    const { reason, next } = attempt(write, onFailure);
    reasons.push(reason);
    outcomes.push(next);
  }
  const consumptions = consumptionsOf(
    database,
    writes.map(({ write }) => write.table),
    'Write',
  );
  if (reasons.some(({ Code }) => Code !== 'None')) {
    for (const { write } of writes.filter((_, i) => reasons[i]!.Code === 'ConditionalCheckFailed')) {
      database.meter.conditionFailed(write.table.name);
    }
    throw cancelled(reasons);
  }
  for (const consumption of consumptions.values()) consumption.admit('TransactWriteItems');
  writes.forEach(({ write }, i) => {
    admitIndexes(write, outcomes[i], consumptions.get(write.table)!, 'TransactWriteItems');
  });
  writes.forEach(({ write }, i) => {
    store(write, outcomes[i], consumptions.get(write.table)!, FACTOR);
  });
  for (const table of consumptions.keys()) {
    database.meter.succeeded(table.name, 'TransactWriteItems', performance.now() - started);
  }
  const output = { ConsumedCapacity: outputs(consumptions, input) };
  if (token !== undefined) database.transactions.set(token, { at: database.now(), request, output });
  return output;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html */
export function transactGetItems(database: Database, input: Input): unknown {
  const started = performance.now();
  const seen = new Set<string>();
  const gets = transactItems(input).map(({ Get: get }, i) => {
    if (get === undefined) throw constraint(null, `transactItems.${i + 1}.member.get`, 'Member must not be null');
    const paths = readProjection(database, get);
    const table = database.usable(get.TableName);
    checkItem(get.Key);
    checkKey(table.schema, get.Key);
    const key = table.key(get.Key);
    unique(seen, table, key);
    return { table, key, paths };
  });
  const consumptions = consumptionsOf(
    database,
    gets.map(({ table }) => table),
    'Read',
  );
  for (const consumption of consumptions.values()) consumption.admit('TransactGetItems');
  const responses = gets.map(({ table, key, paths }) => {
    const stored = table.get(key);
    consumptions.get(table)!.use(FACTOR * readUnits(stored?.size ?? 0, true));
    if (stored === undefined) return {};
    return { Item: paths === undefined ? stored.item : project(stored.item, paths) };
  });
  for (const table of consumptions.keys()) {
    database.meter.succeeded(table.name, 'TransactGetItems', performance.now() - started);
  }
  return { Responses: responses, ConsumedCapacity: outputs(consumptions, input) };
}

function readWrites(database: Database, input: Input): { write: Write; onFailure: unknown }[] {
  const seen = new Set<string>();
  return transactItems(input).map((entry) => {
    const kinds = [
      ['Put', 'put'],
      ['Update', 'update'],
      ['Delete', 'delete'],
      ['ConditionCheck', 'check'],
    ] as const;
    const given = kinds.filter(([member]) => entry[member] !== undefined);
    if (given.length !== 1) {
      throw validation('TransactItems can only contain one of Check, Put, Update or Delete');
    }
    const [member, kind] = given[0]!;
    const write = prepareWrite(database, kind, entry[member]);
    unique(seen, write.table, write.key);
    return { write, onFailure: entry[member].ReturnValuesOnConditionCheckFailure };
  });
}

function attempt(write: Write, onFailure: unknown): { reason: Reason; next: StoredItem | undefined } {
  if (!write.conditionHolds()) {
    const item = onFailure === 'ALL_OLD' ? write.old?.item : undefined;
    const reason = { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' };
    return { reason: item === undefined ? reason : { ...reason, Item: item }, next: undefined };
  }
  try {
    return { reason: { Code: 'None' }, next: write.next() };
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    return { reason: { Code: 'ValidationError', Message: cause.message }, next: undefined };
  }
}

function cancelled(reasons: readonly Reason[]): ApiError {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return new ApiError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { fields: { CancellationReasons: reasons } },
  );
}

function remembered(database: Database, token: string, request: string): unknown {
  const now = database.now();
  for (const [known, { at }] of database.transactions) {
    if (now - at <= TOKEN_MS) break;
    database.transactions.delete(known);
  }
  const earlier = database.transactions.get(token);
  if (earlier === undefined) return undefined;
  if (earlier.request !== request) {
    throw new ApiError(
      'IdempotentParameterMismatchException',
      'The request was already executed with the same client token but different parameters',
    );
  }
  return earlier.output;
}

function transactItems(input: Input): Input[] {
  const list: unknown = input.TransactItems;
  if (!Array.isArray(list) || list.length === 0) {
    throw validation(
      "1 validation error detected: Value '[]' at 'transactItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  }
  if (list.length > MAX_ITEMS) {
    throw validation(
      `1 validation error detected: Value '[${list.length} entries]' at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100`,
    );
  }
  return list;
}

function unique(seen: Set<string>, table: Table, key: string): void {
  const id = `${table.name}\n${key}`;
  if (seen.has(id)) throw validation('Transaction request cannot include multiple operations on one item');
  seen.add(id);
}

function consumptionsOf(
  database: Database,
  tables: readonly Table[],
  kind: 'Read' | 'Write',
): ReadonlyMap<Table, Consumption> {
  return new Map(tables.map((table) => [table, new Consumption(table, kind, database.meter, database.now())]));
}

function outputs(consumptions: ReadonlyMap<Table, Consumption>, input: Input): unknown {
  const list = [...consumptions.values()].flatMap((one) => one.output(input.ReturnConsumedCapacity) ?? []);
  return list.length === 0 ? undefined : list;
}
