import type { Input } from '../../../src/lib/simulator/kernel/service.ts';
import type { GatedCall } from './iam-gate.ts';

/** Operations that are allowed by an action of another name. */
const ACTIONS: Readonly<Record<string, string>> = {
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
  'lambda:Invoke': 'lambda:InvokeFunction',
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
  'sqs:SendMessageBatch': 'sqs:SendMessage',
  'sqs:DeleteMessageBatch': 'sqs:DeleteMessage',
  'sqs:ChangeMessageVisibilityBatch': 'sqs:ChangeMessageVisibility',
};

/** The IAM action that allows an operation, both as `service:Name`. */
export function actionOf(operation: string): string {
  return ACTIONS[operation] ?? operation;
}

/** The ARN that AWS would look for in the caller's policies; `*` where it knows no resource for the action. */
export function resourceOf({ operation, input }: GatedCall, region: string, account: string): string {
  const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
  const [service, name] = operation.split(':') as [string, string];
  switch (service) {
    case 'sqs':
      if (name === 'ListQueues') return '*';
      return (
        input.SourceArn ?? taskArn(input) ?? arn('sqs', input.QueueName ?? String(input.QueueUrl).split('/').at(-1))
      );
    case 'lambda':
      if (name === 'ListEventSourceMappings' || name === 'ListFunctions') return '*';
      return arn('lambda', `function:${[input.FunctionName, input.Qualifier].filter(Boolean).join(':')}`);
    case 'dynamodb':
      return name === 'ListTables' ? '*' : arn('dynamodb', `table/${input.TableName}`);
    case 'sns':
      return input.TopicArn ?? '*';
    case 'logs':
      return name === 'DescribeLogGroups' ? '*' : arn('logs', `log-group:${input.logGroupName}:*`);
    case 'iam':
      // A call about a key is about its user, and the system has one.
      return `arn:aws:iam::${account}:user/cvops/${input.UserName ?? 'cv-analytics-sender'}`;
    case 'cloudwatch':
      return /Alarm/.test(name) ? arn('cloudwatch', `alarm:${input.AlarmName ?? input.AlarmNames?.[0] ?? '*'}`) : '*';
    default:
      return '*';
  }
}

/** A task's handle names its queue. */
function taskArn({ TaskHandle }: Input): string | undefined {
  if (TaskHandle === undefined) return undefined;
  return JSON.parse(Buffer.from(TaskHandle, 'base64').toString()).sourceArn;
}
