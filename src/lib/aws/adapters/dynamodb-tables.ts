import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { classifyAwsError } from '../../errors/classify-aws-error.ts';
import { type ClientSetup, observed } from '../client-options.ts';
import type { Tables } from '../ports/account.ts';

/** Tables over the DynamoDB API. */
export class DynamoDbTables implements Tables {
  readonly #client: DynamoDBClient;

  constructor(setup: ClientSetup) {
    this.#client = observed('dynamodb', new DynamoDBClient(setup.options), setup.observe);
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
