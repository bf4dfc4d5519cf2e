import { ApiError } from '../kernel/api-error.ts';
import type { Input } from '../kernel/service.ts';
import { type Database, tableName } from './database.ts';
import { constraint, namedTableNotFound, validation } from './errors.ts';
import { SecondaryIndex } from './secondary-index.ts';
import { type BillingMode, Table } from './table.ts';
import {
  attributeTypes,
  checkUnused,
  globalIndex,
  type IndexDefinition,
  indexDefinitions,
  keySchema,
  throughput,
} from './table-definition.ts';
import { describe } from './table-description.ts';

/** How long a table or index takes to become ready, and to go. On AWS it is some seconds to minutes. */
const CHANGE_MS = 200;

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html */
export function createTable(database: Database, input: Input): unknown {
  const name = tableName(input.TableName);
  if (name.length < 3 || name.length > 255) {
    throw validation('TableName must be at least 3 characters long and at most 255 characters long');
  }
  const types = attributeTypes(input.AttributeDefinitions);
  const schema = keySchema(input.KeySchema, types);
  const billing: BillingMode = input.BillingMode ?? 'PROVISIONED';
  const capacity = throughput(billing, input.ProvisionedThroughput);
  const indexes = indexDefinitions(input, types, schema, billing);
  checkUnused(types, [schema, ...indexes.map((index) => index.schema)]);
  if (database.tables.has(name)) throw inUse(`Table already exists: ${name}`);
  const { region } = database;
  const table = new Table({
    name,
    id: region.uuid(),
    arn: `arn:aws:dynamodb:${region.name}:${region.accountId}:table/${name}`,
    schema,
    clock: region.clock,
    billing,
    throughput: capacity,
    storage: region.billing.level('dynamodb-bytes', name),
    onExpired: ({ name: expired }, count) => database.meter.expired(expired, count),
  });
  table.attributeTypes = types;
  table.onDemandSince = billing === 'PAY_PER_REQUEST' ? database.now() : undefined;
  table.deletionProtection = input.DeletionProtectionEnabled === true;
  for (const { Key, Value } of input.Tags ?? []) table.tags.set(Key, Value);
  keepSettings(table, input, database.now());
  for (const index of indexes) addIndex(database, table, index, 'CREATING');
  database.tables.set(name, table);
  later(database, () => {
    if (table.status !== 'CREATING') return;
    table.status = 'ACTIVE';
    for (const index of table.indexes.values()) index.status = 'ACTIVE';
    database.meter.watch(table);
  });
  return { TableDescription: describe(table, 'create') };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html */
export function describeTable(database: Database, input: Input): unknown {
  return { Table: describe(existing(database, input), 'describe') };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html */
export function deleteTable(database: Database, input: Input): unknown {
  const table = existing(database, input);
  if (table.deletionProtection) {
    throw validation(
      'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
  }
  if (table.status === 'CREATING') {
    throw inUse(`Attempt to change a resource which is still in use: Table is being created: ${table.name}`);
  }
  table.status = 'DELETING';
  database.meter.stop(table);
  table.close();
  later(database, () => {
    if (database.tables.get(table.name) === table) database.tables.delete(table.name);
  });
  return { TableDescription: describe(table, 'delete') };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html */
export function listTables(database: Database, input: Input): unknown {
  const limit = input.Limit ?? 100;
  if (limit < 1 || limit > 100) throw constraint(limit, 'limit', 'Member must have value less than or equal to 100');
  const names = [...database.tables.keys()].sort().filter((name) => name > (input.ExclusiveStartTableName ?? ''));
  const page = names.slice(0, limit);
  return { TableNames: page, LastEvaluatedTableName: names.length > limit ? page.at(-1) : undefined };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html: one change at a time. */
export function updateTable(database: Database, input: Input): unknown {
  const table = existing(database, input);
  const keys = Object.keys(input).filter((key) => key !== 'TableName' && key !== 'AttributeDefinitions');
  if (keys.length === 0) {
    throw validation(
      'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required',
    );
  }
  if (table.status !== 'ACTIVE') {
    throw inUse(
      `Attempt to change a resource which is still in use: Table is being ${table.status === 'DELETING' ? 'deleted' : table.status === 'CREATING' ? 'created' : 'updated'}: ${table.name}`,
    );
  }
  changeBilling(database, table, input);
  if (input.DeletionProtectionEnabled !== undefined) table.deletionProtection = input.DeletionProtectionEnabled;
  keepSettings(table, input, database.now());
  for (const change of input.GlobalSecondaryIndexUpdates ?? []) changeIndex(database, table, change, input);
  table.status = 'UPDATING';
  later(database, () => {
    if (table.status === 'UPDATING') table.status = 'ACTIVE';
    if (table.status === 'ACTIVE') database.meter.watch(table);
  });
  return { TableDescription: describe(table, 'describe') };
}

/** The table that a table operation names; it may be in any state. */
export function existing(database: Database, input: Input): Table {
  const name = tableName(input.TableName);
  const table = database.tables.get(name);
  if (table === undefined) throw namedTableNotFound(name);
  return table;
}

export function later(database: Database, run: () => void): void {
  database.region.clock.schedule(database.now() + CHANGE_MS, run);
}

function changeBilling(database: Database, table: Table, input: Input): void {
  const billing: BillingMode = input.BillingMode ?? table.billing;
  if (input.BillingMode === undefined && input.ProvisionedThroughput === undefined) return;
  if (billing === table.billing && billing === 'PAY_PER_REQUEST' && input.ProvisionedThroughput === undefined) return;
  if (billing === 'PROVISIONED' && billing === table.billing && input.ProvisionedThroughput === undefined) return;
  const now = database.now();
  const before = table.throughput;
  const after = throughput(billing, input.ProvisionedThroughput);
  const same =
    before.ReadCapacityUnits === after.ReadCapacityUnits && before.WriteCapacityUnits === after.WriteCapacityUnits;
  if (same && billing === table.billing) {
    throw validation(
      `The provisioned throughput for the table will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the table: ${before.ReadCapacityUnits}. Requested ReadCapacityUnits: ${after.ReadCapacityUnits}. Current WriteCapacityUnits provisioned for the table: ${before.WriteCapacityUnits}. Requested WriteCapacityUnits: ${after.WriteCapacityUnits}. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.`,
    );
  }
  if (billing === 'PAY_PER_REQUEST' && table.billing !== billing) table.onDemandSince = now;
  if (after.ReadCapacityUnits > before.ReadCapacityUnits || after.WriteCapacityUnits > before.WriteCapacityUnits) {
    table.throughputIncreasedAt = now;
  } else {
    table.throughputDecreasedAt = now;
  }
  table.billing = billing;
  table.throughput = after;
  table.read.setRate(after.ReadCapacityUnits, now);
  table.write.setRate(after.WriteCapacityUnits, now);
}

function changeIndex(database: Database, table: Table, change: Input, input: Input): void {
  if (change.Create !== undefined) {
    const types = new Map([...attributeTypes(input.AttributeDefinitions)]);
    if (table.indexes.has(change.Create.IndexName)) {
      throw validation(
        `One or more parameter values were invalid: Attempting to create an index which already exists: ${change.Create.IndexName}`,
      );
    }
    const definition = globalIndex(change.Create, types, table.billing);
    table.attributeTypes = new Map([...table.attributeTypes, ...types]);
    const index = addIndex(database, table, definition, 'CREATING');
    later(database, () => {
      index.status = 'ACTIVE';
    });
    return;
  }
  const { IndexName: name, ProvisionedThroughput: capacity } = change.Update ?? change.Delete ?? {};
  const index = table.indexes.get(name);
  if (index === undefined) {
    throw new ApiError('ResourceNotFoundException', `Requested resource not found: Index: ${name} not found`);
  }
  if (change.Update !== undefined) {
    index.throughput = throughput(table.billing, capacity);
    index.read.setRate(index.throughput.ReadCapacityUnits, database.now());
    index.write.setRate(index.throughput.WriteCapacityUnits, database.now());
    return;
  }
  index.status = 'DELETING';
  later(database, () => {
    table.dropIndex(index);
    const used = [table.schema, ...[...table.indexes.values()].map(({ schema }) => schema)];
    const names = new Set(used.flatMap(({ hash, range }) => [hash.name, range?.name]));
    table.attributeTypes = new Map([...table.attributeTypes].filter(([attribute]) => names.has(attribute)));
  });
}

function addIndex(
  database: Database,
  table: Table,
  definition: IndexDefinition,
  status: 'CREATING' | 'ACTIVE',
): SecondaryIndex {
  const index = new SecondaryIndex({ ...definition, tableSchema: table.schema, status, now: database.now() });
  table.addIndex(index);
  return index;
}

/** Members that the simulator keeps and gives back, without acting on them. */
function keepSettings(table: Table, input: Input, now: number): void {
  if (input.StreamSpecification?.StreamEnabled === true) {
    const label = new Date(now).toISOString().replace('Z', '');
    table.settings['StreamSpecification'] = input.StreamSpecification;
    table.settings['LatestStreamLabel'] = label;
    table.settings['LatestStreamArn'] = `${table.arn}/stream/${label}`;
  } else if (input.StreamSpecification?.StreamEnabled === false) {
    delete table.settings['StreamSpecification'];
  }
  if (input.TableClass !== undefined) table.settings['TableClassSummary'] = { TableClass: input.TableClass };
  if (input.SSESpecification?.Enabled === true) {
    table.settings['SSEDescription'] = { Status: 'ENABLED', SSEType: 'KMS' };
  }
}

function inUse(message: string): ApiError {
  return new ApiError('ResourceInUseException', message);
}
