import { ApiError } from '../kernel/api-error.ts';
import type { Input } from '../kernel/service.ts';
import { checkItem, type Item } from './attribute-value.ts';
import { readUnits } from './capacity.ts';
import { Consumption } from './consumption.ts';
import { type Database, tableName } from './database.ts';
import { constraint, validation } from './errors.ts';
import type { ResolvedPath } from './expression/bindings.ts';
import { project } from './expression/projection.ts';
import { readProjection } from './item-operations.ts';
import { admitIndexes, prepareWrite, store } from './item-write.ts';
import type { Table } from './table.ts';
import { checkKey } from './table-schema.ts';

const MAX_WRITES = 25;
const MAX_GETS = 100;
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

/**
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html: each write stands alone; those
 * that find no capacity come back as UnprocessedItems, and only when all do is the call an error.
 */
export function batchWriteItem(database: Database, input: Input): unknown {
  const started = performance.now();
  const requests = requestItems(input, MAX_WRITES, (list) => (list as Input[]).length, 'BatchWriteItem');
  const seen = new Set<string>();
  const writes = requests.flatMap(([name, list]) =>
    (list as Input[]).map((request) => {
      const kind = request.PutRequest !== undefined ? ('put' as const) : ('delete' as const);
      if ((request.PutRequest === undefined) === (request.DeleteRequest === undefined)) {
        throw validation(
          'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
        );
      }
      const write = prepareWrite(database, kind, {
        TableName: name,
        Item: request.PutRequest?.Item,
        Key: request.DeleteRequest?.Key,
      });
      const id = `${write.table.name}\n${write.key}`;
      if (seen.has(id)) throw validation('Provided list of item keys contains duplicates');
      seen.add(id);
      return { name, request, write };
    }),
  );
  const consumptions = new Map<Table, Consumption>();
  const unprocessed: Record<string, Input[]> = {};
  let refusal: ApiError | undefined;
  let done = 0;
  for (const { name, request, write } of writes) {
    try {
      const consumption = consumptionOf(consumptions, write.table, 'Write', database);
      consumption.admit('BatchWriteItem');
      const next = write.next();
      admitIndexes(write, next, consumption, 'BatchWriteItem');
      store(write, next, consumption);
      done++;
    } catch (cause) {
      if (!(cause instanceof ApiError) || cause.code !== 'ProvisionedThroughputExceededException') throw cause;
      refusal = cause;
      unprocessed[name] ??= [];
      unprocessed[name].push(request);
    }
  }
  if (done === 0 && refusal !== undefined) throw refusal;
  for (const table of consumptions.keys()) {
    database.meter.succeeded(table.name, 'BatchWriteItem', performance.now() - started);
  }
  return { UnprocessedItems: unprocessed, ConsumedCapacity: outputs(consumptions, input) };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
export function batchGetItem(database: Database, input: Input): unknown {
  const started = performance.now();
  const requests = requestItems(input, MAX_GETS, (request) => (request as Input).Keys?.length ?? 0, 'BatchGetItem');
  const reads = requests.map(([name, request]) => {
    const paths = readProjection(database, request);
    const table = database.usable(name);
    const seen = new Set<string>();
    const keys = ((request as Input).Keys as Item[]).map((key) => {
      checkItem(key);
      checkKey(table.schema, key);
      const text = table.key(key);
      if (seen.has(text)) throw validation('Provided list of item keys contains duplicates');
      seen.add(text);
      return { key, text };
    });
    return { name, request: request as Input, paths, table, keys };
  });
  const consumptions = new Map<Table, Consumption>();
  const responses: Record<string, Item[]> = {};
  const unprocessed: Record<string, Input> = {};
  let refusal: ApiError | undefined;
  let bytes = 0;
  let done = 0;
  for (const { name, request, paths, table, keys } of reads) {
    responses[name] = [];
    const left: Item[] = [];
    for (const { key, text } of keys) {
      try {
        const consumption = consumptionOf(consumptions, table, 'Read', database);
        if (bytes > MAX_RESPONSE_BYTES) {
          left.push(key);
          continue;
        }
        consumption.admit('BatchGetItem', [], 0.5);
        const stored = table.get(text);
        consumption.use(readUnits(stored?.size ?? 0, request.ConsistentRead === true));
        done++;
        if (stored === undefined) continue;
        bytes += stored.size;
        responses[name].push(shown(stored.item, paths));
      } catch (cause) {
        if (!(cause instanceof ApiError) || cause.code !== 'ProvisionedThroughputExceededException') throw cause;
        refusal = cause;
        left.push(key);
      }
    }
    if (left.length > 0) unprocessed[name] = { ...request, Keys: left };
  }
  if (done === 0 && refusal !== undefined) throw refusal;
  for (const table of consumptions.keys()) {
    database.meter.succeeded(table.name, 'BatchGetItem', performance.now() - started);
  }
  return { Responses: responses, UnprocessedKeys: unprocessed, ConsumedCapacity: outputs(consumptions, input) };
}

function requestItems(
  input: Input,
  max: number,
  count: (request: unknown) => number,
  operation: string,
): [string, unknown][] {
  if (input.RequestItems === undefined || input.RequestItems === null) {
    throw constraint(null, 'requestItems', 'Member must not be null');
  }
  const entries = Object.entries(input.RequestItems as Record<string, unknown>);
  if (entries.length === 0) {
    throw constraint('{}', 'requestItems', 'Member must have length greater than or equal to 1');
  }
  const total = entries.reduce((sum, [name, request]) => {
    tableName(name);
    const own = count(request);
    if (own === 0) {
      throw validation(
        `1 validation error detected: Value '{${name}=[]}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to ${max}, Member must have length greater than or equal to 1]`,
      );
    }
    return sum + own;
  }, 0);
  if (total > max) throw validation(`Too many items requested for the ${operation} call`);
  return entries;
}

function consumptionOf(
  known: Map<Table, Consumption>,
  table: Table,
  kind: 'Read' | 'Write',
  database: Database,
): Consumption {
  let consumption = known.get(table);
  if (consumption === undefined) {
    consumption = new Consumption(table, kind, database.meter, database.now());
    known.set(table, consumption);
  }
  return consumption;
}

function outputs(consumptions: ReadonlyMap<Table, Consumption>, input: Input): unknown {
  const list = [...consumptions.values()].flatMap(
    (consumption) => consumption.output(input.ReturnConsumedCapacity) ?? [],
  );
  return list.length === 0 ? undefined : list;
}

function shown(item: Item, paths: readonly ResolvedPath[] | undefined): Item {
  return paths === undefined ? item : project(item, paths);
}
