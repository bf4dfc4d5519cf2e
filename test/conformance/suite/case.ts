import type { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { STSClient } from '@aws-sdk/client-sts';

export type ServiceName = 'SQS' | 'Lambda' | 'CloudWatch' | 'Logs' | 'DynamoDB' | 'SNS' | 'STS' | 'CloudTrail';

/** One rule of AWS that cvops or its services rely on, and the calls that show whether a backend keeps it. */
export interface ConformanceCase {
  /** Stable name, e.g. `sqs.fifo.group-blocks`. */
  readonly id: string;
  readonly service: ServiceName;
  /** The rule as a sentence. */
  readonly text: string;
  /** AWS's page. */
  readonly link: string;
  /** `clock`: passes more time than a test can wait, so it runs only where time can be moved. */
  readonly needs?: 'clock';
  /** Throws where the backend does not behave as AWS documents it. */
  run(world: World): Promise<void>;
}

/** What a case may use of a backend: clients, names, time. */
export interface World {
  readonly sqs: SQSClient;
  readonly lambda: LambdaClient;
  readonly cloudwatch: CloudWatchClient;
  readonly logs: CloudWatchLogsClient;
  readonly dynamodb: DynamoDBClient;
  readonly sns: SNSClient;
  readonly sts: STSClient;
  readonly cloudtrail: CloudTrailClient;
  readonly region: string;
  /** An execution role for functions. */
  readonly roleArn: string;
  /** Seconds that a receive waits for a message: 0 where an empty short poll is proof, more where it is not. */
  readonly pollSeconds: number;
  /** The backend's time, ms since the epoch. */
  now(): number;
  /** Lets time pass on the backend: moves its clock where there is one, waits where there is not. */
  pass(ms: number): Promise<void>;
  /**
   * Repeats `probe` while it answers undefined; throws `what` when the backend's patience is over, at least `leastMs` of its
   * time.
   */
  eventually<T>(what: string, probe: () => Promise<T | undefined>, leastMs?: number): Promise<T>;
  /** A name that nothing else has, at most 40 characters. */
  name(hint: string): string;
  /** Run in reverse order when the case has ended, where the backend outlives the case. */
  cleanUp(work: () => Promise<unknown>): void;
}
