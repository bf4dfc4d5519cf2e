import { type AttributeValue, DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { type AwsCallSite, classifyAwsError } from '../../errors/classify-aws-error.ts';
import type { ClientSetup } from '../client-options.ts';
import { type CallRules, guardClient } from '../guard-client.ts';
import type { ReleaseRow, ReleaseTable } from '../ports/release-table.ts';
import { awsCall } from './aws-call.ts';

const RULES: CallRules = { answers: { Query: ['Count'] }, finish: [PutItemCommand] };
/** A release is over when it is remembered: better kept on this machine soon than written late. */
const ATTEMPTS = 2;

/** The table of releases over the DynamoDB API; keys `target` (partition) and `sort`. */
export class DynamoDbReleaseTable implements ReleaseTable {
  readonly #client: DynamoDBClient;
  readonly #name: string;

  constructor(setup: ClientSetup, name: string) {
    this.#client = guardClient(
      'dynamodb',
      new DynamoDBClient({ ...setup.options, maxAttempts: ATTEMPTS }),
      setup,
      RULES,
    );
    this.#name = name;
  }

  async add({ target, sort, entry }: ReleaseRow): Promise<'added' | 'there'> {
    // A put replaces what is there; with this it only ever adds.
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
    const isNew = 'attribute_not_exists(#target)';
    const item = { target: { S: target }, sort: { S: sort }, entry: { S: entry } };
    return (await this.#putWhere(isNew, item)) ? 'added' : 'there';
  }

  async tryAdd(): Promise<void> {
    // True of no row: permission and keys are looked at, and nothing is ever written.
    const never = 'attribute_exists(#target) AND attribute_not_exists(#target)';
    await this.#putWhere(never, { target: { S: 'cvops' }, sort: { S: 'doctor' } });
  }

  /** False where the row that is there, or its absence, does not meet the condition. */
  async #putWhere(condition: string, item: Record<string, AttributeValue>): Promise<boolean> {
    try {
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#name,
          Item: item,
          ConditionExpression: condition,
          ExpressionAttributeNames: { '#target': 'target' },
        }),
      );
      return true;
    } catch (cause) {
      if ((cause as Error).name === 'ConditionalCheckFailedException') return false;
      throw classifyAwsError(cause, this.#site('dynamodb:PutItem'));
    }
  }

  async newest(target: string, from: string, limit?: number): Promise<readonly ReleaseRow[]> {
    const rows: ReleaseRow[] = [];
    let start: Record<string, AttributeValue> | undefined;
    do {
      const page = await awsCall(this.#site('dynamodb:Query'), () =>
        this.#client.send(
          new QueryCommand({
            TableName: this.#name,
            // SORT is a reserved word: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
            KeyConditionExpression: '#target = :target AND #sort >= :from',
            ExpressionAttributeNames: { '#target': 'target', '#sort': 'sort' },
            ExpressionAttributeValues: { ':target': { S: target }, ':from': { S: from } },
            ScanIndexForward: false,
            // What was written a moment ago is asked for a moment later.
            ConsistentRead: true,
            ...(limit === undefined ? {} : { Limit: limit - rows.length }),
            ...(start === undefined ? {} : { ExclusiveStartKey: start }),
          }),
        ),
      );
      for (const item of page.Items ?? []) {
        rows.push({ target, sort: item['sort']?.S ?? '', entry: item['entry']?.S ?? '' });
      }
      start = page.LastEvaluatedKey;
    } while (start !== undefined && (limit === undefined || rows.length < limit));
    return rows;
  }

  #site(action: string): AwsCallSite {
    return {
      action,
      resource: `table "${this.#name}"`,
      notFound: { code: 'TableNotFound', hint: 'make it as docs/release-ledger.md shows.' },
    };
  }
}
