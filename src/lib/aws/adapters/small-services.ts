import { classifyAwsError } from '../../errors/classify-aws-error.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { type CallRecord, type ClientSetup, observed } from '../client-options.ts';
import type { Account, Tables, Topics, Trail, TrailChange } from '../ports/account.ts';

/** STS, CloudTrail, DynamoDB and SNS as far as cvops asks them; each client loads when it is first needed. */
export class SmallServices implements Account, Trail {
  readonly #setup: ClientSetup;
  readonly #calls: readonly CallRecord[];

  constructor(setup: ClientSetup, calls: readonly CallRecord[]) {
    this.#setup = setup;
    this.#calls = calls;
  }

  async identity(): Promise<{ accountId: string; arn: string }> {
    const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
    const client = observed('sts', new STSClient(this.#setup.options), this.#setup.observe);
    try {
      const answer = await client.send(new GetCallerIdentityCommand({}));
      return { accountId: answer.Account ?? '', arn: answer.Arn ?? '' };
    } catch (cause) {
      throw classifyAwsError(cause, { action: 'sts:GetCallerIdentity', resource: 'this account' });
    }
  }

  clockSkewMs(): number | null {
    const last = this.#calls.findLast((call) => call.serverTime !== undefined);
    return last?.serverTime === undefined ? null : Date.now() - last.serverTime;
  }

  async aliasChanges(functionName: string, alias: string): Promise<readonly TrailChange[] | null> {
    const { CloudTrailClient, LookupEventsCommand } = await import('@aws-sdk/client-cloudtrail');
    const client = observed('cloudtrail', new CloudTrailClient(this.#setup.options), this.#setup.observe);
    const changes: TrailChange[] = [];
    let token: string | undefined;
    try {
      do {
        const page = await client.send(
          new LookupEventsCommand({
            LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'UpdateAlias20150331' }],
            ...(token === undefined ? {} : { NextToken: token }),
          }),
        );
        for (const event of page.Events ?? []) {
          const change = toChange(event.CloudTrailEvent, event.EventTime, event.Username);
          if (change?.functionName === functionName && change.alias === alias) changes.push(change);
        }
        token = page.NextToken;
      } while (token !== undefined && changes.length < 50);
    } catch (cause) {
      const error = classifyAwsError(cause, { action: 'cloudtrail:LookupEvents', resource: 'the event history' });
      if (error instanceof CvopsError) return null;
      throw error;
    }
    return changes.sort((a, b) => b.at - a.at);
  }

  get tables(): Tables {
    return {
      describe: async (name) => {
        const { DescribeTableCommand, DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
        const client = observed('dynamodb', new DynamoDBClient(this.#setup.options), this.#setup.observe);
        try {
          const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
          return { name, status: Table?.TableStatus ?? '', itemCount: Table?.ItemCount ?? 0 };
        } catch (cause) {
          throw classifyAwsError(cause, {
            action: 'dynamodb:DescribeTable',
            resource: `table "${name}"`,
            notFound: { code: 'TableNotFound' },
          });
        }
      },
    };
  }

  get topics(): Topics {
    return {
      describe: async (nameOrArn) => {
        const { GetTopicAttributesCommand, SNSClient } = await import('@aws-sdk/client-sns');
        const client = observed('sns', new SNSClient(this.#setup.options), this.#setup.observe);
        const { accountId } = nameOrArn.startsWith('arn:') ? { accountId: '' } : await this.identity();
        const arn = nameOrArn.startsWith('arn:')
          ? nameOrArn
          : `arn:aws:sns:${this.#setup.options.region}:${accountId}:${nameOrArn}`;
        try {
          const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn: arn }));
          return {
            arn,
            confirmed: Number(Attributes?.['SubscriptionsConfirmed'] ?? 0),
            pending: Number(Attributes?.['SubscriptionsPending'] ?? 0),
          };
        } catch (cause) {
          throw classifyAwsError(cause, {
            action: 'sns:GetTopicAttributes',
            resource: `topic "${nameOrArn}"`,
            notFound: { code: 'TopicNotFound' },
          });
        }
      },
    };
  }
}

/** CloudTrail's own JSON text of one event; its members are in lowerCamelCase. */
interface TrailRecord {
  readonly eventTime?: string;
  readonly eventName?: string;
  readonly userAgent?: string;
  readonly errorCode?: string;
  readonly userIdentity?: { readonly arn?: string };
  readonly requestParameters?: {
    readonly functionName?: string;
    readonly name?: string;
    readonly functionVersion?: string;
  };
}

function toChange(text: string | undefined, at: Date | undefined, user: string | undefined): TrailChange | undefined {
  if (text === undefined) return undefined;
  const record = JSON.parse(text) as TrailRecord;
  const functionName = record.requestParameters?.functionName;
  if (functionName === undefined) return undefined;
  return {
    at: at?.getTime() ?? Date.parse(record.eventTime ?? ''),
    eventName: record.eventName ?? '',
    by: record.userIdentity?.arn ?? user ?? '',
    userAgent: record.userAgent ?? '',
    // The parameter may be a whole ARN.
    functionName: functionName.split(':').at(-1)!,
    alias: record.requestParameters?.name ?? null,
    version: record.requestParameters?.functionVersion ?? null,
    failed: record.errorCode !== undefined,
  };
}
