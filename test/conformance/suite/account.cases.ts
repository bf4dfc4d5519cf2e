import { type Event, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { ConformanceCase, World } from './case.ts';
import { equal, holds } from './check.ts';
import { TestFunction } from './functions.ts';

const EVENTS = 'https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html';

async function trailOf(world: World, eventName: string, functionName: string): Promise<Event> {
  return world.eventually(`CloudTrail tells of ${eventName}`, async () => {
    const { Events = [] } = await world.cloudtrail.send(
      new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: eventName }] }),
    );
    return Events.find((event) => event.CloudTrailEvent?.includes(functionName));
  });
}

export const accountCases: readonly ConformanceCase[] = [
  {
    id: 'sts.caller-identity',
    service: 'STS',
    text: 'GetCallerIdentity answers account, user id and ARN',
    link: 'https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html',
    async run(world) {
      const { Account, Arn, UserId } = await world.sts.send(new GetCallerIdentityCommand({}));
      holds(Account !== undefined && /^\d{12}$/.test(Account), `an account of twelve digits: ${Account}`);
      holds(Arn?.includes(`::${Account}:`), `the ARN names the account: ${Arn}`);
      holds(UserId, 'a UserId');
    },
  },
  {
    id: 'cloudtrail.update-alias',
    service: 'CloudTrail',
    text: 'A moved alias shows as UpdateAlias20150331 with who, when and to which version',
    link: EVENTS,
    async run(world) {
      const made = await TestFunction.twoVersions(world);
      const before = world.now();
      await made.updateAlias('live', { version: '2' });
      const event = await trailOf(world, 'UpdateAlias20150331', made.name);
      equal(event.EventSource, 'lambda.amazonaws.com', 'EventSource');
      equal(event.ReadOnly, 'false', 'ReadOnly');
      holds(event.Username, 'a Username');
      holds((event.EventTime?.getTime() ?? 0) >= before - 1000, 'EventTime is the time of the call');
      const detail = JSON.parse(event.CloudTrailEvent ?? '{}') as {
        eventName?: string;
        requestParameters?: Record<string, unknown>;
        userIdentity?: { arn?: string };
      };
      equal(detail.eventName, 'UpdateAlias20150331', 'eventName in the record');
      equal(
        [detail.requestParameters?.['name'], detail.requestParameters?.['functionVersion']],
        ['live', '2'],
        'alias and version in requestParameters',
      );
      holds(detail.userIdentity?.arn, 'userIdentity has an ARN');
    },
  },
  {
    id: 'cloudtrail.failed-call',
    service: 'CloudTrail',
    text: 'A refused call shows with its error code',
    link: 'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html',
    async run(world) {
      const made = await TestFunction.live(world, 'exports.handler = async () => {};');
      await made
        .updateAlias('live', { description: 'x', revisionId: '00000000-0000-4000-8000-000000000000' })
        .catch(() => undefined);
      const event = await trailOf(world, 'UpdateAlias20150331', made.name);
      const detail = JSON.parse(event.CloudTrailEvent ?? '{}') as { errorCode?: string };
      equal(detail.errorCode, 'PreconditionFailedException', 'errorCode');
    },
  },
];
