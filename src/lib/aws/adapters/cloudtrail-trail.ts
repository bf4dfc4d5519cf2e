import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { classifyAwsError } from '../../errors/classify-aws-error.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import type { ClientSetup } from '../client-options.ts';
import { type CallRules, guardClient } from '../guard-client.ts';
import type { Trail, TrailChange } from '../ports/account.ts';

const RULES: CallRules = { slow: [LookupEventsCommand] };

/** Enough of an alias's past to find what it served before. */
const MOST_CHANGES = 50;

/** The event history over CloudTrail: free, 90 days, minutes late, two calls a second. */
export class CloudTrailTrail implements Trail {
  readonly #client: CloudTrailClient;

  constructor(setup: ClientSetup) {
    this.#client = guardClient('cloudtrail', new CloudTrailClient(setup.options), setup, RULES);
  }

  async aliasChanges(functionName: string, alias: string): Promise<readonly TrailChange[] | null> {
    const changes: TrailChange[] = [];
    let token: string | undefined;
    try {
      do {
        const page = await this.#client.send(
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
      } while (token !== undefined && changes.length < MOST_CHANGES);
    } catch (cause) {
      const error = classifyAwsError(cause, { action: 'cloudtrail:LookupEvents', resource: 'the event history' });
      if (error instanceof CvopsError && error.code !== 'Interrupted') return null;
      throw error;
    }
    return changes.sort((a, b) => b.at - a.at);
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
