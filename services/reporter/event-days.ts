import { type AwsApi, isTransient } from '../shared/aws-api.ts';
import { EVENTS_TABLE } from '../shared/events-table.ts';
import { unmarshal } from '../shared/marshal.ts';
import { retry } from '../shared/retry.ts';
import type { ReportedEvent } from './summary.ts';

/** Where the reporter reads events. */
export interface EventDays {
  /** The events of one day, page by page. */
  pages(day: string): AsyncIterable<readonly ReportedEvent[]>;
}

export interface EventDaysOptions {
  readonly api: Pick<AwsApi, 'json'>;
  readonly tableName: string;
  readonly random?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
}

interface QueryOutput {
  readonly Items?: Record<string, Record<string, unknown>>[];
  readonly LastEvaluatedKey?: unknown;
}

const ATTEMPTS = 8;
/** A page of 1 MB would take 128 read units at once; a table with few of them is closed for half a minute after that. */
const PAGE_ITEMS = 200;

/** The table in DynamoDB: one Query a day and page, on that day's partition only, eventually consistent. */
export function dynamoDbEventDays({ api, tableName, ...timing }: EventDaysOptions): EventDays {
  return {
    async *pages(day) {
      let start: unknown;
      do {
        const from = start;
        const output = (await retry(
          () =>
            api.json('DynamoDB_20120810.Query', {
              TableName: tableName,
              KeyConditionExpression: '#day = :day',
              // Placeholders: some of these are reserved words.
              ProjectionExpression: '#type, #session, #at, #topic, #path',
              ExpressionAttributeNames: {
                '#day': EVENTS_TABLE.hashKey,
                '#type': 'type',
                '#session': 'sessionId',
                '#at': 'occurredAt',
                '#topic': 'topic',
                '#path': 'path',
              },
              ExpressionAttributeValues: { ':day': { S: day } },
              Limit: PAGE_ITEMS,
              ExclusiveStartKey: from,
            }),
          // A small table needs seconds until it has read units again.
          { attempts: ATTEMPTS, baseMs: 500, maxMs: 5_000, retryable: isTransient, ...timing },
        )) as QueryOutput;
        yield (output.Items ?? []).map((item) => unmarshal(item) as unknown as ReportedEvent);
        start = output.LastEvaluatedKey;
      } while (start !== undefined);
    },
  };
}
