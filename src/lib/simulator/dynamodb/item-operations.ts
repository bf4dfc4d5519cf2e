import type { Input } from '../kernel/service.ts';
import { checkItem, type Item } from './attribute-value.ts';
import { readUnits } from './capacity.ts';
import { Consumption } from './consumption.ts';
import type { Database } from './database.ts';
import { constraint, validation } from './errors.ts';
import { Bindings, type ResolvedPath } from './expression/bindings.ts';
import { checkOverlap, project } from './expression/projection.ts';
import { executeWrite, prepareWrite, rejectLegacy, type Write } from './item-write.ts';
import { checkKey } from './table-schema.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html */
export function putItem(database: Database, input: Input): unknown {
  return writeItem(database, 'put', 'PutItem', input);
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html */
export function deleteItem(database: Database, input: Input): unknown {
  return writeItem(database, 'delete', 'DeleteItem', input);
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html */
export function updateItem(database: Database, input: Input): unknown {
  return writeItem(database, 'update', 'UpdateItem', input);
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html */
export function getItem(database: Database, input: Input): unknown {
  const started = performance.now();
  rejectLegacy(input);
  const paths = readProjection(database, input);
  if (input.Key === undefined) throw constraint(null, 'key', 'Member must not be null');
  checkItem(input.Key);
  const table = database.usable(input.TableName);
  checkKey(table.schema, input.Key);
  const consistent = input.ConsistentRead === true;
  const consumption = new Consumption(table, 'Read', database.meter, database.now());
  consumption.admit('GetItem', [], 0.5);
  const stored = table.get(table.key(input.Key));
  consumption.use(readUnits(stored?.size ?? 0, consistent));
  database.meter.succeeded(table.name, 'GetItem', performance.now() - started);
  return {
    ...(stored === undefined ? {} : { Item: paths === undefined ? stored.item : project(stored.item, paths) }),
    ConsumedCapacity: consumption.output(input.ReturnConsumedCapacity),
  };
}

/** The paths of a ProjectionExpression whose placeholders stand alone in the request. */
export function readProjection(database: Database, input: Input): readonly ResolvedPath[] | undefined {
  const bindings = new Bindings(input.ExpressionAttributeNames, undefined, {
    ProjectionExpression: input.ProjectionExpression,
  });
  if (input.ProjectionExpression === undefined) return undefined;
  const paths = bindProjection(database, input.ProjectionExpression, bindings);
  bindings.done();
  return paths;
}

export function bindProjection(database: Database, source: string, bindings: Bindings): readonly ResolvedPath[] {
  const parsed = database.projection(source);
  bindings.use(parsed, 'ProjectionExpression');
  const paths = parsed.tree.paths.map((path) => bindings.resolve(path));
  checkOverlap(paths, 'ProjectionExpression');
  return paths;
}

function writeItem(database: Database, kind: 'put' | 'update' | 'delete', operation: string, input: Input): unknown {
  const started = performance.now();
  const returns = input.ReturnValues ?? 'NONE';
  if (kind !== 'update' && returns !== 'NONE' && returns !== 'ALL_OLD') {
    throw validation('ReturnValues can only be ALL_OLD or NONE');
  }
  const write = prepareWrite(database, kind, input);
  const { consumption, next } = executeWrite(database, write, operation, input.ReturnValuesOnConditionCheckFailure);
  database.meter.succeeded(write.table.name, operation, performance.now() - started);
  const attributes = returned(write, next?.item, returns);
  return {
    ...(attributes === undefined || (kind !== 'update' && write.old === undefined) ? {} : { Attributes: attributes }),
    ConsumedCapacity: consumption.output(input.ReturnConsumedCapacity),
  };
}

function returned(write: Write, next: Item | undefined, returns: string): Item | undefined {
  const some = (item: Item) => (Object.keys(item).length === 0 ? undefined : item);
  switch (returns) {
    case 'NONE':
      return undefined;
    case 'ALL_OLD':
      return write.old?.item;
    case 'ALL_NEW':
      return next;
    case 'UPDATED_OLD':
      return write.old === undefined ? undefined : some(project(write.old.item, write.paths));
    case 'UPDATED_NEW':
      return next === undefined ? undefined : some(project(next, write.paths));
    default:
      throw constraint(
        returns,
        'returnValues',
        'Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]',
      );
  }
}
