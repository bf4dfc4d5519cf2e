import type { Region } from '../kernel/region.ts';
import type { Input, Operation, Service } from '../kernel/service.ts';
import { batchGetItem, batchWriteItem } from './batch-operations.ts';
import { Database } from './database.ts';
import { deleteItem, getItem, putItem, updateItem } from './item-operations.ts';
import { query, scan } from './read-operations.ts';
import { DYNAMODB_SHAPES } from './shapes.ts';
import { createTable, deleteTable, describeTable, listTables, updateTable } from './table-operations.ts';
import {
  describeContinuousBackups,
  describeTimeToLive,
  listTagsOfResource,
  tagResource,
  untagResource,
  updateContinuousBackups,
  updateTimeToLive,
} from './table-settings.ts';
import { transactGetItems, transactWriteItems } from './transactions.ts';

/** Calls on tables, which CloudTrail records; those on items are data events, which it does not unless told to. */
const TABLE_OPERATIONS = {
  CreateTable: createTable,
  DescribeTable: describeTable,
  UpdateTable: updateTable,
  DeleteTable: deleteTable,
  ListTables: listTables,
  DescribeTimeToLive: describeTimeToLive,
  UpdateTimeToLive: updateTimeToLive,
  DescribeContinuousBackups: describeContinuousBackups,
  UpdateContinuousBackups: updateContinuousBackups,
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsOfResource: listTagsOfResource,
} as const;

const ITEM_OPERATIONS = {
  PutItem: putItem,
  GetItem: getItem,
  UpdateItem: updateItem,
  DeleteItem: deleteItem,
  Query: query,
  Scan: scan,
  BatchWriteItem: batchWriteItem,
  BatchGetItem: batchGetItem,
  TransactWriteItems: transactWriteItems,
  TransactGetItems: transactGetItems,
} as const;

/** DynamoDB of one region (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html). */
export class DynamoDb implements Service {
  readonly id = 'dynamodb';
  readonly shapes = DYNAMODB_SHAPES;
  readonly jsonTargets = ['DynamoDB_20120810'];
  readonly jsonVersion = '1.0' as const;
  readonly errorNamespace = 'com.amazonaws.dynamodb.v20120810';
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #database: Database;

  constructor(region: Region) {
    const database = new Database(region);
    this.#database = database;
    this.operations = Object.fromEntries(
      Object.entries({ ...TABLE_OPERATIONS, ...ITEM_OPERATIONS }).map(([name, run]) => [
        name,
        (input: Input) => run(database, input),
      ]),
    );
  }

  trailName(operation: string): string | undefined {
    return Object.hasOwn(TABLE_OPERATIONS, operation) ? operation : undefined;
  }

  /** The exact number of items now, unlike DescribeTable's; undefined when there is no such table. */
  itemCount(table: string): number | undefined {
    return this.#database.tables.get(table)?.itemCount;
  }

  /** Ends gauges and expiries. */
  close(): void {
    for (const table of this.#database.tables.values()) {
      this.#database.meter.stop(table);
      table.close();
    }
  }
}
