import type { Input } from '../kernel/service.ts';
import { checkItem, type Item } from './attribute-value.ts';
import { readUnits } from './capacity.ts';
import { Consumption } from './consumption.ts';
import type { Database } from './database.ts';
import { constraint, validation } from './errors.ts';
import { Bindings, type ResolvedPath } from './expression/bindings.ts';
import { checkCondition, matches } from './expression/condition.ts';
import { project } from './expression/projection.ts';
import type { Condition, Parsed } from './expression/syntax.ts';
import { bindProjection } from './item-operations.ts';
import { rejectLegacy } from './item-write.ts';
import { keyRange, rowsInRange } from './key-condition.ts';
import { type Row, RowList } from './row-list.ts';
import type { SecondaryIndex } from './secondary-index.ts';
import type { Position } from './sorted-index.ts';
import { keyText } from './stored-item.ts';
import type { Table } from './table.ts';
import { checkKey, type KeySchema, keyNames } from './table-schema.ts';

/** A page ends after this much data, read before the filter. */
const PAGE_BYTES = 1024 * 1024;
const MAX_SEGMENTS = 1_000_000;

/** What Query and Scan have in common, checked. */
interface Reading {
  readonly table: Table;
  readonly index: SecondaryIndex | undefined;
  readonly schema: KeySchema;
  readonly bindings: Bindings;
  readonly filter: Condition | undefined;
  readonly paths: readonly ResolvedPath[] | undefined;
  readonly select: string;
  readonly consistent: boolean;
  readonly limit: number | undefined;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html */
export function query(database: Database, input: Input): unknown {
  const started = performance.now();
  const reading = prepare(database, input, ['KeyConditionExpression', 'FilterExpression', 'ProjectionExpression']);
  const { bindings, schema, table } = reading;
  if (input.KeyConditionExpression === undefined) {
    throw validation('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.');
  }
  const parsed = database.condition(input.KeyConditionExpression, 'KeyConditionExpression');
  bindings.use(parsed, 'KeyConditionExpression');
  checkCondition(parsed.tree, bindings, 'KeyConditionExpression');
  bindings.done();
  const range = keyRange(parsed.tree, schema, bindings);
  if (reading.filter !== undefined)
    checkFilter(database.condition(input.FilterExpression, 'FilterExpression'), reading);
  const rows = (reading.index?.rows ?? table.rows).partition(keyText(range.hash))?.rows ?? new RowList();
  let { from, to } = rowsInRange(rows, range.range);
  const start = startPosition(reading, input.ExclusiveStartKey);
  const forward = input.ScanIndexForward !== false;
  if (start !== undefined) {
    if (start.partition !== keyText(range.hash)) {
      throw validation('The provided starting key is outside query boundaries based on provided conditions');
    }
    if (forward) from = Math.max(from, rows.seek(start.sort, start.key, true));
    else to = Math.min(to, rows.seek(start.sort, start.key, false));
  }
  return answer(database, reading, 'Query', rows.between(from, to, forward), input, started);
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html */
export function scan(database: Database, input: Input): unknown {
  const started = performance.now();
  const reading = prepare(database, input, ['FilterExpression', 'ProjectionExpression']);
  reading.bindings.done();
  const segment = input.Segment ?? 0;
  const total = input.TotalSegments ?? 1;
  if ((input.Segment === undefined) !== (input.TotalSegments === undefined)) {
    const missing = input.Segment === undefined ? 'Segment' : 'TotalSegments';
    const given = input.Segment === undefined ? 'TotalSegments' : 'Segment';
    throw validation(
      `The ${missing} parameter is required but was not present in the request when ${given} parameter is present`,
    );
  }
  if (total < 1 || total > MAX_SEGMENTS) {
    throw constraint(total, 'totalSegments', 'Member must have value between 1 and 1000000');
  }
  if (segment >= total) {
    throw validation(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${total}`,
    );
  }
  const start = startPosition(reading, input.ExclusiveStartKey);
  const rows = (reading.index?.rows ?? reading.table.rows).scan(start, segment, total);
  return answer(database, reading, 'Scan', rows, input, started);
}

function prepare(database: Database, input: Input, fields: readonly string[]): Reading {
  rejectLegacy(input);
  const bindings = new Bindings(
    input.ExpressionAttributeNames,
    input.ExpressionAttributeValues,
    Object.fromEntries(fields.map((field) => [field, input[field]])),
  );
  let filter: Condition | undefined;
  if (input.FilterExpression !== undefined) {
    const parsed = database.condition(input.FilterExpression, 'FilterExpression');
    bindings.use(parsed, 'FilterExpression');
    checkCondition(parsed.tree, bindings, 'FilterExpression');
    filter = parsed.tree;
  }
  const paths =
    input.ProjectionExpression === undefined
      ? undefined
      : bindProjection(database, input.ProjectionExpression, bindings);
  if (input.Limit !== undefined && input.Limit < 1) {
    throw constraint(input.Limit, 'limit', 'Member must have value greater than or equal to 1');
  }
  const table = database.usable(input.TableName);
  const index = input.IndexName === undefined ? undefined : table.indexes.get(input.IndexName);
  if (input.IndexName !== undefined) {
    if (index === undefined) throw validation(`The table does not have the specified index: ${input.IndexName}`);
    if (index.status === 'CREATING')
      throw validation(`Cannot read from backfilling global secondary index: ${index.name}`);
  }
  const consistent = input.ConsistentRead === true;
  if (consistent && index?.global === true) {
    throw validation('Consistent reads are not supported on global secondary indexes');
  }
  const select =
    input.Select ??
    (paths !== undefined ? 'SPECIFIC_ATTRIBUTES' : index ? 'ALL_PROJECTED_ATTRIBUTES' : 'ALL_ATTRIBUTES');
  checkSelect(select, index, paths, input);
  return {
    table,
    index,
    schema: index?.schema ?? table.schema,
    bindings,
    filter,
    paths,
    select,
    consistent,
    limit: input.Limit,
  };
}

function checkSelect(
  select: string,
  index: SecondaryIndex | undefined,
  paths: readonly ResolvedPath[] | undefined,
  input: Input,
): void {
  const values = ['SPECIFIC_ATTRIBUTES', 'COUNT', 'ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES'];
  if (!values.includes(select)) {
    throw constraint(select, 'select', `Member must satisfy enum value set: [${values.join(', ')}]`);
  }
  if (paths !== undefined && select !== 'SPECIFIC_ATTRIBUTES') {
    throw validation(
      `Cannot specify the ProjectionExpression when choosing to get ${select === 'COUNT' ? 'only the Count' : select}`,
    );
  }
  if (select === 'SPECIFIC_ATTRIBUTES' && paths === undefined) {
    throw validation(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  }
  if (select === 'ALL_PROJECTED_ATTRIBUTES' && index === undefined) {
    throw validation('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName');
  }
  if (index?.global !== true || index.projectsAll) return;
  if (select === 'ALL_ATTRIBUTES') {
    throw validation(
      `One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index ${input.IndexName} because its projection type is not ALL`,
    );
  }
  const missing = (paths ?? []).map((path) => path[0] as string).filter((name) => !index.keeps(name));
  if (missing.length > 0) {
    throw validation(
      `One or more parameter values were invalid: Global secondary index ${index.name} does not project [${missing.join(', ')}]`,
    );
  }
}

function checkFilter(parsed: Parsed<Condition>, { bindings, schema }: Reading): void {
  const names = keyNames(schema);
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const child of node) visit(child);
    } else if (typeof node === 'object' && node !== null) {
      if ('kind' in node && node.kind === 'path') {
        const name = bindings.resolve(node as Parameters<Bindings['resolve']>[0])[0] as string;
        if (names.includes(name)) {
          throw validation(
            `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`,
          );
        }
      } else {
        for (const child of Object.values(node)) visit(child);
      }
    }
  };
  visit(parsed.tree);
}

function startPosition({ table, index }: Reading, given: Item | undefined): Position | undefined {
  if (given === undefined || given === null) return undefined;
  checkItem(given);
  const own = keyNames(table.schema);
  const all = new Set([...own, ...(index === undefined ? [] : keyNames(index.schema))]);
  const pick = (names: readonly string[]): Item =>
    Object.fromEntries(names.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])));
  try {
    if (Object.keys(given).length !== all.size) throw validation('The provided key element does not match the schema');
    checkKey(table.schema, pick(own));
    if (index !== undefined) checkKey(index.schema, pick(keyNames(index.schema)));
  } catch (cause) {
    throw validation(`The provided starting key is invalid: ${(cause as Error).message}`);
  }
  const schema = index?.schema ?? table.schema;
  return {
    partition: keyText(given[schema.hash.name]!),
    sort: schema.range === undefined ? undefined : given[schema.range.name],
    key: table.key(given),
  };
}

/** Reads rows up to the limit or the end of the page, filters and projects them, and counts the units. */
function answer(
  database: Database,
  reading: Reading,
  operation: string,
  rows: Iterable<Row>,
  input: Input,
  started: number,
): unknown {
  const { table, index, bindings, filter, paths, select, limit } = reading;
  const consumption = new Consumption(table, 'Read', database.meter, database.now());
  if (index?.global === true) consumption.admit(operation, [index], 0.5, false);
  else consumption.admit(operation, [], 0.5);
  const items: Item[] = [];
  let count = 0;
  let scanned = 0;
  let bytes = 0;
  let fetched = 0;
  let last: Item | undefined;
  let more = false;
  for (const { stored } of rows) {
    more = bytes >= PAGE_BYTES;
    if (more) break;
    const whole = stored.item;
    const fetches = index !== undefined && !index.global && needsTable(index, select, paths);
    const seen = index === undefined || fetches ? whole : index.project(whole);
    scanned++;
    bytes += index === undefined ? stored.size : index.sizeOf(stored);
    if (fetches) fetched += readUnits(stored.size, reading.consistent);
    last = whole;
    if (filter === undefined || matches(filter, seen, bindings)) {
      count++;
      if (select !== 'COUNT') items.push(paths === undefined ? seen : project(seen, paths));
    }
    // At the limit AWS gives a key to go on from even when nothing follows.
    more = scanned === limit;
    if (more) break;
  }
  consumption.use(readUnits(bytes, reading.consistent), index);
  if (fetched > 0) consumption.use(fetched);
  database.meter.succeeded(table.name, operation, performance.now() - started);
  database.meter.returned(table.name, operation, count);
  return {
    ...(select === 'COUNT' ? {} : { Items: items }),
    Count: count,
    ScannedCount: scanned,
    LastEvaluatedKey: more && last !== undefined ? keyOf(last, reading) : undefined,
    ConsumedCapacity: consumption.output(input.ReturnConsumedCapacity),
  };
}

/** A local index fetches from the table what it does not hold itself. */
function needsTable(index: SecondaryIndex, select: string, paths: readonly ResolvedPath[] | undefined): boolean {
  if (index.projectsAll) return false;
  if (select === 'ALL_ATTRIBUTES') return true;
  return paths?.some((path) => !index.keeps(path[0] as string)) === true;
}

function keyOf(item: Item, { table, index }: Reading): Item {
  const names = [...keyNames(table.schema), ...(index === undefined ? [] : keyNames(index.schema))];
  return Object.fromEntries(names.map((name) => [name, item[name]!]));
}
