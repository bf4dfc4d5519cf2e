import { CloudTrailClient, type Event, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import type { ClientSetup } from '../client-options.ts';
import { type CallRules, guardClient } from '../guard-client.ts';
import type { FunctionChange, ReleaseTrail, TrailPage } from '../ports/release-trail.ts';
import { awsCall } from './aws-call.ts';

const RULES: CallRules = { slow: [LookupEventsCommand] };

type Query = Parameters<ReleaseTrail['page']>[0];

/** The event history over CloudTrail's LookupEvents, which is free. */
export class CloudTrailReleaseTrail implements ReleaseTrail {
  readonly #client: CloudTrailClient;

  constructor(setup: ClientSetup) {
    this.#client = guardClient('cloudtrail', new CloudTrailClient(setup.options), setup, RULES);
  }

  /** Without `sinceMs` all that CloudTrail has. */
  async page({
    eventName,
    functionName,
    sinceMs,
    next,
  }: Omit<Query, 'sinceMs'> & Partial<Pick<Query, 'sinceMs'>>): Promise<TrailPage> {
    const page = await awsCall({ action: 'cloudtrail:LookupEvents', resource: 'the event history' }, () =>
      this.#client.send(
        new LookupEventsCommand({
          // One attribute a call: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
          LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: eventName }],
          ...(sinceMs === undefined ? {} : { StartTime: new Date(sinceMs) }),
          ...(next === undefined ? {} : { NextToken: next }),
        }),
      ),
    );
    const changes = (page.Events ?? []).map(toChange).filter((change) => change !== undefined);
    return {
      changes: changes.filter((change) => change.functionName === functionName).map((change) => change.change),
      next: page.NextToken,
    };
  }
}

/** CloudTrail's own JSON text of one event; its members are in lowerCamelCase. */
interface TrailRecord {
  readonly eventTime?: string;
  readonly userAgent?: string;
  readonly errorCode?: string;
  readonly userIdentity?: { readonly arn?: string };
  readonly requestParameters?: {
    readonly functionName?: string;
    readonly name?: string;
    readonly functionVersion?: string;
    readonly description?: string;
    readonly routingConfig?: { readonly additionalVersionWeights?: Readonly<Record<string, number>> };
  } | null;
  readonly responseElements?: { readonly version?: string } | null;
}

function toChange(event: Event): { functionName: string; change: FunctionChange } | undefined {
  if (event.CloudTrailEvent === undefined) return undefined;
  const record = JSON.parse(event.CloudTrailEvent) as TrailRecord;
  const parameters = record.requestParameters;
  // The name, a part of an ARN, or a whole one: `…:function:NAME`.
  const functionName = parameters?.functionName?.replace(/^.*:?function:/, '').split(':')[0];
  if (!parameters || functionName === undefined) return undefined;
  const isAlias = event.EventName?.startsWith('UpdateAlias') === true;
  return {
    functionName,
    change: {
      at: event.EventTime?.getTime() ?? Date.parse(record.eventTime ?? ''),
      id: event.EventId ?? '',
      eventName: event.EventName ?? '',
      by: record.userIdentity?.arn ?? event.Username ?? '',
      userAgent: record.userAgent ?? '',
      alias: isAlias ? (parameters.name ?? null) : null,
      version: parameters.functionVersion ?? (isAlias ? null : (record.responseElements?.version ?? null)),
      weights: { ...parameters.routingConfig?.additionalVersionWeights },
      description: parameters.description ?? null,
      error: record.errorCode ?? null,
    },
  };
}
