import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { classifyAwsError } from '../../errors/classify-aws-error.ts';
import type { ClientSetup } from '../client-options.ts';
import { guardClient } from '../guard-client.ts';
import type { ListedFunction, ResourceLists } from '../ports/resource-lists.ts';

/** {@link ResourceLists} over the four services; each list is read to its end. */
export class AwsResourceLists implements ResourceLists {
  readonly #lambda: LambdaClient;
  readonly #sqs: SQSClient;
  readonly #dynamodb: DynamoDBClient;
  readonly #sns: SNSClient;

  constructor(setup: ClientSetup) {
    this.#lambda = guardClient('lambda', new LambdaClient(setup.options), setup, { paced: true });
    this.#sqs = guardClient('sqs', new SQSClient(setup.options), setup);
    this.#dynamodb = guardClient('dynamodb', new DynamoDBClient(setup.options), setup);
    this.#sns = guardClient('sns', new SNSClient(setup.options), setup);
  }

  functions(): Promise<readonly ListedFunction[]> {
    return pages('lambda:ListFunctions', 'the functions of this account', async (Marker) => {
      const { Functions = [], NextMarker } = await this.#lambda.send(new ListFunctionsCommand({ Marker }));
      const items = Functions.map(({ FunctionName = '', Environment }) => ({
        name: FunctionName,
        environment: { ...Environment?.Variables },
      }));
      return { items, next: NextMarker };
    });
  }

  queues(): Promise<readonly string[]> {
    return pages('sqs:ListQueues', 'the queues of this account', async (NextToken) => {
      // NextToken comes only when MaxResults is set.
      // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html
      const answer = await this.#sqs.send(new ListQueuesCommand({ MaxResults: 1000, NextToken }));
      return { items: (answer.QueueUrls ?? []).map((url) => url.split('/').at(-1) ?? ''), next: answer.NextToken };
    });
  }

  tables(): Promise<readonly string[]> {
    return pages('dynamodb:ListTables', 'the tables of this account', async (ExclusiveStartTableName) => {
      const answer = await this.#dynamodb.send(new ListTablesCommand({ ExclusiveStartTableName }));
      return { items: answer.TableNames ?? [], next: answer.LastEvaluatedTableName };
    });
  }

  topics(): Promise<readonly string[]> {
    return pages('sns:ListTopics', 'the topics of this account', async (NextToken) => {
      const answer = await this.#sns.send(new ListTopicsCommand({ NextToken }));
      return {
        items: (answer.Topics ?? []).map(({ TopicArn = '' }) => TopicArn.split(':').at(-1)!),
        next: answer.NextToken,
      };
    });
  }
}

async function pages<T>(
  action: string,
  resource: string,
  read: (next: string | undefined) => Promise<{ items: readonly T[]; next: string | undefined }>,
): Promise<readonly T[]> {
  const all: T[] = [];
  try {
    let next: string | undefined;
    do {
      const page = await read(next);
      all.push(...page.items);
      next = page.next;
    } while (next !== undefined);
    return all;
  } catch (cause) {
    throw classifyAwsError(cause, { action, resource });
  }
}
