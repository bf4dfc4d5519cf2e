import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';

export interface ClientOptions {
  readonly region: string;
  /** Absent: AWS itself, with the credentials of the environment. */
  readonly endpoint?: string;
  /** Default at an endpoint: some that nobody checks. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

const UNCHECKED = { accessKeyId: 'test', secretAccessKey: 'test' };

export type Clients = ReturnType<typeof makeClients>;

/** One client a service. Without retries against an endpoint: an emulator's error is its answer. */
export function makeClients({ region, endpoint, credentials = UNCHECKED }: ClientOptions) {
  const settings = endpoint === undefined ? { region } : { region, endpoint, credentials, maxAttempts: 1 };
  const clients = {
    sqs: new SQSClient(settings),
    lambda: new LambdaClient(settings),
    cloudwatch: new CloudWatchClient(settings),
    logs: new CloudWatchLogsClient(settings),
    dynamodb: new DynamoDBClient(settings),
    sns: new SNSClient(settings),
    sts: new STSClient(settings),
    cloudtrail: new CloudTrailClient(settings),
  };
  return {
    ...clients,
    destroy() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
