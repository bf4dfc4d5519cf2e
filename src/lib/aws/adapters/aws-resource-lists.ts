import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { ClientSetup } from '../client-options.ts';
import { guardClient } from '../guard-client.ts';
import type { ListedFunction, ResourceLists } from '../ports/resource-lists.ts';
import { awsPages } from './aws-call.ts';

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
    return awsPages({ action: 'lambda:ListFunctions', resource: 'the functions of this account' }, async (Marker) => {
      const { Functions = [], NextMarker } = await this.#lambda.send(new ListFunctionsCommand({ Marker }));
      const items = Functions.map(({ FunctionName = '', Environment }) => ({
        name: FunctionName,
        environment: { ...Environment?.Variables },
      }));
      return { items, next: NextMarker };
    });
  }

  queues(): Promise<readonly string[]> {
    return awsPages({ action: 'sqs:ListQueues', resource: 'the queues of this account' }, async (NextToken) => {
      // NextToken comes only when MaxResults is set.
      // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html
      const answer = await this.#sqs.send(new ListQueuesCommand({ MaxResults: 1000, NextToken }));
      return { items: (answer.QueueUrls ?? []).map((url) => url.split('/').at(-1) ?? ''), next: answer.NextToken };
    });
  }

  tables(): Promise<readonly string[]> {
    return awsPages(
      { action: 'dynamodb:ListTables', resource: 'the tables of this account' },
      async (ExclusiveStartTableName) => {
        const answer = await this.#dynamodb.send(new ListTablesCommand({ ExclusiveStartTableName }));
        return { items: answer.TableNames ?? [], next: answer.LastEvaluatedTableName };
      },
    );
  }

  topics(): Promise<readonly string[]> {
    return awsPages({ action: 'sns:ListTopics', resource: 'the topics of this account' }, async (NextToken) => {
      const answer = await this.#sns.send(new ListTopicsCommand({ NextToken }));
      return {
        items: (answer.Topics ?? []).map(({ TopicArn = '' }) => TopicArn.split(':').at(-1)!),
        next: answer.NextToken,
      };
    });
  }
}
