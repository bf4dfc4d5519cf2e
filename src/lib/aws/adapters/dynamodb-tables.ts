import { DescribeTableCommand, DynamoDBClient, type TableDescription } from '@aws-sdk/client-dynamodb';
import { classifyAwsError } from '../../errors/classify-aws-error.ts';
import type { ClientSetup } from '../client-options.ts';
import { type CallRules, guardClient } from '../guard-client.ts';
import type { Tables } from '../ports/account.ts';
import type { TableCapacities, TableSettings } from '../ports/usage-source.ts';

const RULES: CallRules = { answers: { DescribeTable: ['Table.TableStatus'] } };

/** {@link Tables} and {@link TableCapacities} over the DynamoDB API. */
export class DynamoDbTables implements Tables, TableCapacities {
  readonly #client: DynamoDBClient;

  constructor(setup: ClientSetup) {
    this.#client = guardClient('dynamodb', new DynamoDBClient(setup.options), setup, RULES);
  }

  async describe(name: string): Promise<{ name: string; status: string; itemCount: number }> {
    const table = await this.#describe(name);
    return { name, status: table.TableStatus ?? '', itemCount: table.ItemCount ?? 0 };
  }

  async settings(name: string): Promise<TableSettings> {
    const table = await this.#describe(name);
    return {
      // A table that was never on demand has no summary.
      // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BillingModeSummary.html
      billing: table.BillingModeSummary?.BillingMode ?? 'PROVISIONED',
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
    try {
      const { Table } = await this.#client.send(new DescribeTableCommand({ TableName: name }));
      return Table ?? {};
    } catch (cause) {
      throw classifyAwsError(cause, {
        action: 'dynamodb:DescribeTable',
        resource: `table "${name}"`,
        notFound: { code: 'TableNotFound' },
      });
    }
  }
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
