import {
  type BillingMode,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import type { AwsCallSite } from '../../errors/classify-aws-error.ts';
import type { ClientSetup } from '../client-options.ts';
import { type CallRules, guardClient } from '../guard-client.ts';
import type { TableDescribed, Tables } from '../ports/account.ts';
import type { GuardedTable, TableSafety } from '../ports/table-safety.ts';
import type { TableCapacities, TableSettings } from '../ports/usage-source.ts';
import { awsCall } from './aws-call.ts';

const RULES: CallRules = {
  answers: {
    DescribeTable: ['Table.TableStatus'],
    DescribeTimeToLive: ['TimeToLiveDescription'],
    DescribeContinuousBackups: ['ContinuousBackupsDescription'],
  },
};

/** {@link Tables}, {@link TableCapacities} and {@link TableSafety} over the DynamoDB API. */
export class DynamoDbTables implements Tables, TableCapacities, TableSafety {
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
    return settingsOf(await this.#describe(name));
  }

  async guarded(name: string): Promise<GuardedTable> {
    const table = await this.#describe(name);
    return {
      ...settingsOf(table),
      deletionProtection: table.DeletionProtectionEnabled ?? false,
      // Without a description it is DynamoDB's own key.
      // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_SSEDescription.html
      kmsKeyArn:
        table.SSEDescription === undefined ? null : (table.SSEDescription.KMSMasterKeyArn ?? 'alias/aws/dynamodb'),
    };
  }

  async expiryAttribute(name: string): Promise<string | null> {
    const { TimeToLiveDescription } = await awsCall(tableSite('dynamodb:DescribeTimeToLive', name), () =>
      this.#client.send(new DescribeTimeToLiveCommand({ TableName: name })),
    );
    const { TimeToLiveStatus: status, AttributeName = '' } = TimeToLiveDescription ?? {};
    return status === 'ENABLED' || status === 'ENABLING' ? AttributeName : null;
  }

  async hasPointInTimeRecovery(name: string): Promise<boolean> {
    const { ContinuousBackupsDescription } = await awsCall(tableSite('dynamodb:DescribeContinuousBackups', name), () =>
      this.#client.send(new DescribeContinuousBackupsCommand({ TableName: name })),
    );
    return ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED';
  }

  async #describe(name: string): Promise<TableDescription> {
    const { Table = {} } = await awsCall(tableSite('dynamodb:DescribeTable', name), () =>
      this.#client.send(new DescribeTableCommand({ TableName: name })),
    );
    return Table;
  }
}

function tableSite(action: string, name: string): AwsCallSite {
  return { action, resource: `table "${name}"`, notFound: { code: 'TableNotFound' } };
}

function settingsOf(table: TableDescription): TableSettings {
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
