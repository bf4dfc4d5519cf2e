import type { Region, TrailEvent } from '../kernel/region.ts';
import { identityOf } from '../sts/identity.ts';
import { isReadOnly } from './read-only.ts';

/** User-given keys in these members keep their case. */
const FREE_KEYS = new Set(['Attributes', 'Tags', 'tags', 'Variables', 'AdditionalVersionWeights', 'MessageAttributes']);
/** AWS leaves code, environment and secrets out. */
const HIDDEN = new Set(['ZipFile', 'Environment', 'SecretAccessKey']);

const SOURCES: Readonly<Record<string, string>> = { 'cloudwatch.amazonaws.com': 'monitoring.amazonaws.com' };

/** What names a resource in the request, and its type. */
const RESOURCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  lambda: { FunctionName: 'AWS::Lambda::Function' },
  sqs: { QueueUrl: 'AWS::SQS::Queue', QueueName: 'AWS::SQS::Queue' },
  sns: { TopicArn: 'AWS::SNS::Topic', Name: 'AWS::SNS::Topic' },
  dynamodb: { TableName: 'AWS::DynamoDB::Table' },
  monitoring: { AlarmName: 'AWS::CloudWatch::Alarm', DashboardName: 'AWS::CloudWatch::Dashboard' },
  logs: { logGroupName: 'AWS::Logs::LogGroup' },
  events: { Name: 'AWS::Events::Rule', Rule: 'AWS::Events::Rule' },
  scheduler: { Name: 'AWS::Scheduler::Schedule' },
  sts: { RoleArn: 'AWS::IAM::Role' },
};

export interface TrailRecord {
  readonly source: string;
  readonly userName: string;
  readonly readOnly: boolean;
  readonly resources: readonly { readonly ResourceType: string; readonly ResourceName: string }[];
  readonly identity: ReturnType<typeof identityOf>;
}

/** What LookupEvents filters by and shows beside the record. */
export function trailRecord(region: Region, event: TrailEvent): TrailRecord {
  const source = SOURCES[event.eventSource] ?? event.eventSource;
  const identity = identityOf(region, event.accessKeyId);
  const parameters = (event.requestParameters ?? {}) as Record<string, unknown>;
  const kinds = RESOURCES[source.split('.')[0]!] ?? {};
  const resources = Object.entries(kinds)
    .filter(([member]) => typeof parameters[member] === 'string')
    .map(([member, ResourceType]) => ({ ResourceType, ResourceName: String(parameters[member]) }));
  const readOnly = isReadOnly(event.eventName);
  return { source, userName: identity.name, readOnly, resources, identity };
}

/**
 * The record as JSON text. Members: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export function cloudTrailEvent(region: Region, event: TrailEvent, record: TrailRecord): string {
  const { identity } = record;
  return JSON.stringify({
    eventVersion: '1.11',
    userIdentity: {
      type: identity.type,
      principalId: identity.userId,
      arn: identity.arn,
      accountId: region.accountId,
      accessKeyId: event.accessKeyId,
      userName: identity.type === 'IAMUser' ? identity.name : undefined,
      sessionContext:
        identity.roleArn === undefined
          ? undefined
          : {
              sessionIssuer: {
                type: 'Role',
                principalId: identity.userId.split(':')[0],
                arn: identity.roleArn,
                accountId: region.accountId,
                userName: identity.roleArn.split('/').at(-1),
              },
            },
    },
    eventTime: new Date(event.at).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    eventSource: record.source,
    eventName: event.eventName,
    awsRegion: event.region,
    sourceIPAddress: '127.0.0.1',
    userAgent: event.userAgent,
    errorCode: event.errorCode,
    errorMessage: event.errorMessage || undefined,
    requestParameters: lowered(event.requestParameters),
    responseElements: record.readOnly || event.errorCode !== undefined ? null : lowered(event.responseElements),
    requestID: event.requestId,
    eventID: event.eventId,
    readOnly: record.readOnly,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: region.accountId,
    eventCategory: 'Management',
  });
}

/** Members in lowerCamelCase, without what AWS hides; null where there is nothing. */
function lowered(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'object' ? lowered(item) : item));
  if (value instanceof Date || value instanceof Uint8Array)
    return value instanceof Date ? value.toISOString() : undefined;
  if (typeof value !== 'object') return value;
  const entries = (value instanceof Map ? [...value] : Object.entries(value)) as [string, unknown][];
  const members = entries
    .filter(([name, item]) => item !== undefined && !HIDDEN.has(name))
    .map(
      ([name, item]) =>
        [
          name[0]?.toLowerCase() + name.slice(1),
          FREE_KEYS.has(name) && !Array.isArray(item) ? item : lowered(item),
        ] as const,
    );
  return members.length === 0 ? null : Object.fromEntries(members);
}
