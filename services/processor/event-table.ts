import { type AwsApi, AwsApiError, isTransient } from '../shared/aws-api.ts';
import type { StoredEvent } from '../shared/events-table.ts';
import { marshal } from '../shared/marshal.ts';
import { retry } from '../shared/retry.ts';

/** Where the processor leaves events. */
export interface EventTable {
  /** Writes an event unless it is there already. Rejects when it could do neither. */
  putOnce(event: StoredEvent): Promise<'written' | 'duplicate'>;
}

export interface EventTableOptions {
  readonly api: Pick<AwsApi, 'json'>;
  readonly tableName: string;
  readonly random?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
}

const ATTEMPTS = 5;

/**
 * The table in DynamoDB. The condition makes a second delivery harmless: at-least-once delivery and replays both bring
 * them (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html). Throttled writes are tried again for up to a second and a half.
 */
export function dynamoDbEventTable(options: EventTableOptions): EventTable {
  const { api, tableName, ...timing } = options;
  return {
    async putOnce(event) {
      try {
        await retry(
          () =>
            api.json('DynamoDB_20120810.PutItem', {
              TableName: tableName,
              Item: marshal(event),
              ConditionExpression: 'attribute_not_exists(id)',
            }),
          { attempts: ATTEMPTS, baseMs: 100, maxMs: 800, retryable: isTransient, ...timing },
        );
        return 'written';
      } catch (cause) {
        if (cause instanceof AwsApiError && cause.name === 'ConditionalCheckFailedException') return 'duplicate';
        throw cause;
      }
    },
  };
}
