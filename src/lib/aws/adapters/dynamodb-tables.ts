import {
  type BillingMode,
  DescribeTableCommand,
  DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import type { ClientSetup } from '../client-options.ts';
import { type CallRules, guardClient } from '../guard-client.ts';
import type { TableDescribed, Tables } from '../ports/account.ts';
import type { TableCapacities, TableSettings } from '../ports/usage-source.ts';
import { awsCall } from './aws-call.ts';

const RULES: CallRules = { answers: { DescribeTable: ['Table.TableStatus'] } };

/** {@link Tables} and {@link TableCapacities} over the DynamoDB API. */
export class DynamoDbTables implements Tables, TableCapacities {
  readonly #client: DynamoDBClient;

  constructor(setup: ClientSetup) {
    this.#client = guardClient('dynamodb', new DynamoDBClient(setup.options), setup, RULES);
  }

  async describe(name: string): Promise<TableDescribed> {
    const table = await this.#describe(name);
    const typeOf = (key?: string) =>
      table.AttributeDefinitions?.find(({ AttributeName }) => AttributeName === key)?.AttributeType ?? '';
    const keys = (['HASH', 'RANGE'] as const).flatMap((kind) =>
      (table.KeySchema ?? [])
        .filter(({ KeyType }) => KeyType === kind)
        .map(({ AttributeName }) => ({ name: AttributeName ?? '', type: typeOf(AttributeName) })),
    );
    const all = [table, ...(table.GlobalSecondaryIndexes ?? [])].map(sizes);
    const sum = (pick: 'read' | 'write') => all.reduce((units, each) => units + each[pick], 0);
    const isProvisioned = billingOf(table) === 'PROVISIONED';
    return {
      name,
      status: table.TableStatus ?? '',
      itemCount: table.ItemCount ?? 0,
      keys,
      units: isProvisioned ? { read: sum('read'), write: sum('write') } : null,
    };
  }

  async settings(name: string): Promise<TableSettings> {
    const table = await this.#describe(name);
    return {
      billing: billingOf(table),
      tableClass: table.TableClassSummary?.TableClass ?? 'STANDARD',
      ...sizes(table),
      createdAt: table.CreationDateTime?.getTime() ?? 0,
      indexes: (table.GlobalSecondaryIndexes ?? []).map((index) => ({
        name: index.IndexName ?? '',
        ...sizes({ ...index, TableSizeBytes: index.IndexSizeBytes }),
      })),
    };
  }

  async #describe(name: string): Promise<TableDescription> {
    const site = {
      action: 'dynamodb:DescribeTable',
      resource: `table "${name}"`,
      notFound: { code: 'TableNotFound' },
    };
    const { Table = {} } = await awsCall(site, () => this.#client.send(new DescribeTableCommand({ TableName: name })));
    return Table;
  }
}

/**
 * A table that was never on demand has no summary.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BillingModeSummary.html
 */
function billingOf(table: TableDescription): BillingMode {
  return table.BillingModeSummary?.BillingMode ?? 'PROVISIONED';
}

function sizes(
  table: Pick<TableDescription, 'ProvisionedThroughput' | 'ItemCount'> & { TableSizeBytes?: number | undefined },
) {
  return {
    read: table.ProvisionedThroughput?.ReadCapacityUnits ?? 0,
    write: table.ProvisionedThroughput?.WriteCapacityUnits ?? 0,
    sizeBytes: table.TableSizeBytes ?? 0,
    items: table.ItemCount ?? 0,
  };
}
