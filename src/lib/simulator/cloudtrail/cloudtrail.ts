import { ApiError } from '../kernel/api-error.ts';
import type { Region, TrailEvent } from '../kernel/region.ts';
import type { Input, Operation, Service } from '../kernel/service.ts';
import { CLOUDTRAIL_SHAPES } from './shapes.ts';
import { cloudTrailEvent, type TrailRecord, trailRecord } from './trail-record.ts';

/**
 * How long an event takes to show, ms. AWS delivers about five minutes late
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html); the simulator at once, so that
 * nobody has to wait.
 */
const DELIVERY_DELAY_MS = 0;
/** Event history goes back 90 days. */
const HISTORY_MS = 90 * 86_400_000;
const PAGE = 50;

const ATTRIBUTES: Readonly<Record<string, (event: TrailEvent, record: TrailRecord, value: string) => boolean>> = {
  EventId: (event, _record, value) => event.eventId === value,
  EventName: (event, _record, value) => event.eventName === value,
  ReadOnly: (_event, record, value) => String(record.readOnly) === value,
  Username: (_event, record, value) => record.userName === value,
  ResourceType: (_event, record, value) => record.resources.some((item) => item.ResourceType === value),
  ResourceName: (_event, record, value) => record.resources.some((item) => item.ResourceName === value),
  EventSource: (_event, record, value) => record.source === value,
  AccessKeyId: (event, _record, value) => event.accessKeyId === value,
};

/** CloudTrail's event history of the region (JSON 1.1). What it does and does not do: docs/simulator/cloudtrail.md. */
export class CloudTrail implements Service {
  readonly id = 'cloudtrail';
  readonly shapes = CLOUDTRAIL_SHAPES;
  readonly jsonTargets = ['com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101', 'CloudTrail_20131101'];
  readonly jsonVersion = '1.1';
  readonly region: Region;
  readonly operations: Readonly<Record<string, Operation>>;

  constructor(region: Region) {
    this.region = region;
    this.operations = { LookupEvents: (input) => this.#lookup(input) };
  }

  trailName(operation: string): string | undefined {
    return operation;
  }

  #lookup(input: Input) {
    const attributes: readonly Input[] = input.LookupAttributes ?? [];
    const [attribute] = attributes;
    const matches = attribute === undefined ? undefined : ATTRIBUTES[attribute.AttributeKey];
    if (attributes.length > 1 || (attribute !== undefined && matches === undefined)) {
      throw new ApiError(
        'InvalidLookupAttributesException',
        'The lookup attributes are not valid: one known attribute at most.',
      );
    }
    const size: number = input.MaxResults ?? PAGE;
    if (!(size >= 1 && size <= PAGE)) {
      throw new ApiError('InvalidMaxResultsException', `The value of MaxResults must be between 1 and ${PAGE}.`);
    }
    const now = this.region.clock.now();
    const from = Math.max(toMs(input.StartTime) ?? 0, now - HISTORY_MS);
    const to = Math.min(toMs(input.EndTime) ?? now, now - DELIVERY_DELAY_MS);
    if (from > to) {
      throw new ApiError(
        'InvalidTimeRangeException',
        'The start time is after the end time, or the range is out of bounds.',
      );
    }
    const { trail } = this.region;
    // Newest first; the token names the event to go on with, so events that came or went since do not shift the pages.
    let i = input.NextToken === undefined ? trail.length - 1 : indexOf(trail, input.NextToken);
    const Events: unknown[] = [];
    for (; i >= 0 && Events.length < size; i--) {
      const event = trail[i]!;
      if (event.at < from || event.at > to) continue;
      const record = trailRecord(this.region, event);
      if (attribute !== undefined && !matches!(event, record, String(attribute.AttributeValue))) continue;
      Events.push({
        EventId: event.eventId,
        EventName: event.eventName,
        ReadOnly: String(record.readOnly),
        AccessKeyId: event.accessKeyId,
        EventTime: new Date(Math.floor(event.at / 1000) * 1000),
        EventSource: record.source,
        Username: record.userName,
        Resources: record.resources,
        CloudTrailEvent: cloudTrailEvent(this.region, event, record),
      });
    }
    return { Events, NextToken: i >= 0 ? Buffer.from(trail[i]!.eventId).toString('base64') : undefined };
  }
}

function indexOf(trail: readonly TrailEvent[], token: string): number {
  const eventId = Buffer.from(token, 'base64').toString();
  const index = trail.findIndex((event) => event.eventId === eventId);
  if (index < 0) throw new ApiError('InvalidNextTokenException', 'The token is not valid.');
  return index;
}

function toMs(time: number | undefined): number | undefined {
  return time === undefined ? undefined : time * 1000;
}
