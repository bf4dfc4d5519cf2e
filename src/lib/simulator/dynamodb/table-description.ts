import type { SecondaryIndex } from './secondary-index.ts';
import type { Table } from './table.ts';
import type { KeySchema, KeySchemaElement } from './table-schema.ts';

/**
 * `TableDescription` (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html).
 * The answer of CreateTable leaves out the warm throughput; the answer of DeleteTable has only the first members.
 */
export function describe(table: Table, form: 'create' | 'describe' | 'delete'): Record<string, unknown> {
  const { count, bytes } = table.statistics();
  const brief = {
    DeletionProtectionEnabled: table.deletionProtection,
    ItemCount: count,
    ProvisionedThroughput: {
      LastIncreaseDateTime: seconds(table.throughputIncreasedAt),
      LastDecreaseDateTime: seconds(table.throughputDecreasedAt),
      NumberOfDecreasesToday: 0,
      ...table.throughput,
    },
    TableArn: table.arn,
    TableId: table.id,
    TableName: table.name,
    TableSizeBytes: bytes,
    TableStatus: table.status,
  };
  if (form === 'delete') return brief;
  const indexes = [...table.indexes.values()];
  const local = indexes.filter((index) => !index.global).map((index) => describeIndex(table, index, form));
  const global = indexes.filter((index) => index.global).map((index) => describeIndex(table, index, form));
  return {
    ...brief,
    AttributeDefinitions: [...table.attributeTypes].map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    CreationDateTime: seconds(table.createdAt),
    KeySchema: keySchemaElements(table.schema),
    ...(table.onDemandSince === undefined
      ? {}
      : {
          BillingModeSummary: {
            BillingMode: table.billing,
            LastUpdateToPayPerRequestDateTime: form === 'create' ? undefined : seconds(table.onDemandSince),
          },
        }),
    ...(local.length > 0 ? { LocalSecondaryIndexes: local } : {}),
    ...(global.length > 0 ? { GlobalSecondaryIndexes: global } : {}),
    ...(form === 'create' ? {} : { WarmThroughput: warm(table, table.throughput) }),
    ...table.settings,
  };
}

function describeIndex(table: Table, index: SecondaryIndex, form: 'create' | 'describe'): Record<string, unknown> {
  const { count, bytes } = table.statistics().indexes.get(index.name) ?? { count: 0, bytes: 0 };
  return {
    IndexArn: `${table.arn}/index/${index.name}`,
    IndexName: index.name,
    IndexSizeBytes: bytes,
    ItemCount: count,
    KeySchema: keySchemaElements(index.schema),
    Projection: index.projection,
    ...(index.global
      ? {
          IndexStatus: index.status,
          ProvisionedThroughput: { NumberOfDecreasesToday: 0, ...index.throughput },
          ...(index.status === 'CREATING' && table.status !== 'CREATING' ? { Backfilling: true } : {}),
          ...(form === 'create' ? {} : { WarmThroughput: warm(table, index.throughput) }),
        }
      : {}),
  };
}

/** What a table can take at once: 12,000 reads and 4,000 writes a second when new and on demand. */
function warm(table: Table, throughput: Table['throughput']): Record<string, unknown> {
  const onDemand = table.billing === 'PAY_PER_REQUEST';
  return {
    ReadUnitsPerSecond: onDemand ? 12_000 : throughput.ReadCapacityUnits,
    Status: 'ACTIVE',
    WriteUnitsPerSecond: onDemand ? 4_000 : throughput.WriteCapacityUnits,
  };
}

function keySchemaElements({ hash, range }: KeySchema): KeySchemaElement[] {
  const elements: KeySchemaElement[] = [{ AttributeName: hash.name, KeyType: 'HASH' }];
  if (range !== undefined) elements.push({ AttributeName: range.name, KeyType: 'RANGE' });
  return elements;
}

function seconds(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}
