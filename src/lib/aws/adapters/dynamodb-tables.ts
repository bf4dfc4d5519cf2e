import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { classifyAwsError } from '../../errors/classify-aws-error.ts';
import type { ClientSetup } from '../client-options.ts';
import { type CallRules, guardClient } from '../guard-client.ts';
import type { Tables } from '../ports/account.ts';

const RULES: CallRules = { answers: { DescribeTable: ['Table.TableStatus'] } };

/** Tables over the DynamoDB API. */
export class DynamoDbTables implements Tables {
  readonly #client: DynamoDBClient;

  constructor(setup: ClientSetup) {
    this.#client = guardClient('dynamodb', new DynamoDBClient(setup.options), setup, RULES);
  }

  async describe(name: string): Promise<{ name: string; status: string; itemCount: number }> {
    try {
      const { Table } = await this.#client.send(new DescribeTableCommand({ TableName: name }));
      return { name, status: Table?.TableStatus ?? '', itemCount: Table?.ItemCount ?? 0 };
    } catch (cause) {
      throw classifyAwsError(cause, {
        action: 'dynamodb:DescribeTable',
        resource: `table "${name}"`,
        notFound: { code: 'TableNotFound' },
      });
    }
  }
}
