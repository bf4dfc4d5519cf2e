import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  ListTagsForResourceCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';

const GROUP = '/aws/lambda/worker';
const DAY = 86_400_000;

describe('CloudWatch Logs', () => {
  let simulator: Simulator;
  let logs: CloudWatchLogsClient;
  let start: number;
  beforeEach(async () => {
    simulator = await Simulator.start({ clock: new SimulatedClock({ rate: 0, start: Date.UTC(2026, 0, 15) }) });
    logs = new CloudWatchLogsClient(settings());
    start = simulator.clock.now();
    await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP, tags: { team: 'events' } }));
  });
  afterEach(async () => {
    logs.destroy();
    await simulator.close();
  });

  const settings = () => ({
    endpoint: simulator.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  const stream = (logStreamName: string) =>
    logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName }));
  /** Lines at offsets (ms) from the start. */
  const put = (logStreamName: string, ...lines: readonly (readonly [offset: number, message: string])[]) =>
    logs.send(
      new PutLogEventsCommand({
        logGroupName: GROUP,
        logStreamName,
        logEvents: lines.map(([offset, message]) => ({ timestamp: start + offset, message })),
      }),
    );
  const filter = (more: Partial<FilterLogEventsCommandInput> = {}) =>
    logs.send(new FilterLogEventsCommand({ logGroupName: GROUP, ...more }));
  const found = async (more: Partial<FilterLogEventsCommandInput> = {}) =>
    (await filter(more)).events!.map(({ message }) => message);
  const get = (logStreamName: string, more: Partial<GetLogEventsCommandInput> = {}) =>
    logs.send(new GetLogEventsCommand({ logGroupName: GROUP, logStreamName, ...more }));
  const messages = ({ events }: { events?: { message?: string | undefined }[] | undefined }) =>
    events!.map(({ message }) => message);
  const describeGroups = async (more: object = {}) => (await logs.send(new DescribeLogGroupsCommand(more))).logGroups!;

  it('describes a group with its ARNs, retention and bytes', async () => {
    await stream('one');
    await put('one', [0, 'twelve bytes']);
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 14 }));
    expect(await describeGroups()).toEqual([
      {
        logGroupName: GROUP,
        creationTime: start,
        retentionInDays: 14,
        metricFilterCount: 0,
        arn: `arn:aws:logs:us-east-1:000000000000:log-group:${GROUP}:*`,
        logGroupArn: `arn:aws:logs:us-east-1:000000000000:log-group:${GROUP}`,
        logGroupClass: 'STANDARD',
        storedBytes: 12 + 26,
      },
    ]);
  });

  it('finds groups by prefix and by part of the name, page by page', async () => {
    for (const logGroupName of ['/aws/lambda/reporter', '/other']) {
      await logs.send(new CreateLogGroupCommand({ logGroupName }));
    }
    const names = async (more: object) => (await describeGroups(more)).map(({ logGroupName }) => logGroupName);
    expect(await names({ logGroupNamePrefix: '/aws/' })).toEqual(['/aws/lambda/reporter', GROUP]);
    expect(await names({ logGroupNamePattern: 'WORK' })).toEqual([GROUP]);
    const first = await logs.send(new DescribeLogGroupsCommand({ limit: 2 }));
    const second = await logs.send(new DescribeLogGroupsCommand({ limit: 2, nextToken: first.nextToken }));
    expect(second.logGroups!.map(({ logGroupName }) => logGroupName)).toEqual(['/other']);
    expect(second.nextToken).toBeUndefined();
  });

  it.each([
    [
      'a group that is there already',
      () => logs.send(new CreateLogGroupCommand({ logGroupName: GROUP })),
      'ResourceAlreadyExistsException',
      'The specified log group already exists',
    ],
    [
      'a group that is not there',
      () => logs.send(new FilterLogEventsCommand({ logGroupName: '/none' })),
      'ResourceNotFoundException',
      'The specified log group does not exist.',
    ],
    [
      'a stream that is not there',
      () => get('none'),
      'ResourceNotFoundException',
      'The specified log stream does not exist.',
    ],
    [
      'a retention that AWS does not offer',
      () => logs.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 2 })),
      'InvalidParameterException',
      'Invalid retentionInDays value',
    ],
    [
      'a pattern that cannot be read',
      () => filter({ filterPattern: '{ $.a' }),
      'InvalidParameterException',
      'Invalid filter pattern',
    ],
  ])('has an error for %s', async (_, call, name, text) => {
    const error = await call().then(
      () => undefined,
      (cause: Error) => cause,
    );
    expect(error?.name).toBe(name);
    expect(error?.message).toContain(text);
  });

  describe('filters events', () => {
    beforeEach(async () => {
      await stream('a/1');
      await stream('b/1');
      await put('a/1', [1000, 'a first'], [3000, 'a ERROR']);
      await put('b/1', [2000, 'b first'], [3000, 'b ERROR'], [4000, 'b last']);
    });

    it('over all streams in order of time', async () => {
      expect(await found()).toEqual(['a first', 'b first', 'a ERROR', 'b ERROR', 'b last']);
    });

    it('by time, both ends included', async () => {
      expect(await found({ startTime: start + 2000, endTime: start + 3000 })).toEqual([
        'b first',
        'a ERROR',
        'b ERROR',
      ]);
    });

    it('by stream names and by prefix', async () => {
      expect(await found({ logStreamNames: ['a/1'] })).toEqual(['a first', 'a ERROR']);
      expect(await found({ logStreamNamePrefix: 'b/' })).toEqual(['b first', 'b ERROR', 'b last']);
      await expect(found({ logStreamNames: ['c'] })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    });

    it('by pattern, with the stream and an id of its own on each event', async () => {
      const { events } = await filter({ filterPattern: 'ERROR' });
      expect(events).toMatchObject([
        { logStreamName: 'a/1', message: 'a ERROR', timestamp: start + 3000, ingestionTime: start },
        { logStreamName: 'b/1', message: 'b ERROR' },
      ]);
      const ids = events!.map(({ eventId }) => eventId!);
      expect(ids.every((id) => /^\d{56}$/.test(id))).toBe(true);
      expect(ids[0]! < ids[1]!).toBe(true);
    });

    it('page by page, without loss when new events come between', async () => {
      const seen: unknown[] = [];
      let nextToken: string | undefined;
      do {
        const page = await filter({ limit: 2, nextToken });
        seen.push(...messages(page));
        if (nextToken === undefined) await put('a/1', [500, 'late and early']);
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      expect(seen).toEqual(['a first', 'b first', 'a ERROR', 'b ERROR', 'b last']);
    });
  });

  it('pages through events of one and the same millisecond', async () => {
    await stream('one');
    await put('one', ...Array.from({ length: 5 }, (_, i) => [0, `line ${i}`] as const));
    const seen: unknown[] = [];
    let nextToken: string | undefined;
    do {
      const page = await filter({ limit: 2, nextToken });
      seen.push(...messages(page));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(seen).toEqual(['line 0', 'line 1', 'line 2', 'line 3', 'line 4']);
  });

  it('keeps a reader in its place when events before it expire', async () => {
    await stream('one');
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 1 }));
    await put('one', [0, 'old'], [3_600_000, 'read']);
    const { nextForwardToken: nextToken } = await get('one', { startFromHead: true });
    await simulator.clock.advance(DAY + 1);
    await put('one', [DAY, 'new']);
    expect(messages(await get('one', { nextToken }))).toEqual(['new']);
  });

  it('reads a stream from its end and from its head, and stays at an end', async () => {
    await stream('one');
    await put('one', ...Array.from({ length: 5 }, (_, i) => [i * 1000, `line ${i}`] as const));
    const latest = await get('one', { limit: 2 });
    expect(messages(latest)).toEqual(['line 3', 'line 4']);
    const earlier = await get('one', { limit: 2, nextToken: latest.nextBackwardToken });
    expect(messages(earlier)).toEqual(['line 1', 'line 2']);
    const head = await get('one', { limit: 3, startFromHead: true });
    expect(messages(head)).toEqual(['line 0', 'line 1', 'line 2']);
    const rest = await get('one', { nextToken: head.nextForwardToken });
    expect(messages(rest)).toEqual(['line 3', 'line 4']);
    const end = await get('one', { nextToken: rest.nextForwardToken });
    expect(messages(end)).toEqual([]);
    expect(end.nextForwardToken).toBe(rest.nextForwardToken);
    await put('one', [9000, 'line 5']);
    expect(messages(await get('one', { nextToken: end.nextForwardToken }))).toEqual(['line 5']);
    const between = await get('one', { startTime: start + 1000, endTime: start + 3000 });
    expect(messages(between)).toEqual(['line 1', 'line 2']);
  });

  it('describes streams by name or by their last event', async () => {
    for (const name of ['b', 'a', 'c']) await stream(name);
    await put('b', [1000, 'x'], [2000, 'y']);
    await put('a', [5000, 'z']);
    const describeStreams = async (more: object) =>
      (await logs.send(new DescribeLogStreamsCommand({ logGroupName: GROUP, ...more }))).logStreams!;
    expect((await describeStreams({})).map(({ logStreamName }) => logStreamName)).toEqual(['a', 'b', 'c']);
    const newest = await describeStreams({ orderBy: 'LastEventTime', descending: true, limit: 2 });
    expect(newest).toMatchObject([
      { logStreamName: 'a', lastEventTimestamp: start + 5000 },
      { logStreamName: 'b', firstEventTimestamp: start + 1000, lastEventTimestamp: start + 2000 },
    ]);
  });

  it('refuses an event without its text, which no later read could show', async () => {
    await stream('one');
    await expect(put('one', [1, undefined as never])).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(put('one', [Number.NaN, 'when?'])).rejects.toMatchObject({ name: 'SerializationException' });
  });

  it('refuses events out of order and tells those that are too old, expired or too new', async () => {
    await stream('one');
    await expect(put('one', [2, 'later'], [1, 'earlier'])).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Log events in a single PutLogEvents request must be in chronological order.',
    });
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 7 }));
    const answer = await put(
      'one',
      [-15 * DAY, 'too old'],
      [-8 * DAY, 'expired'],
      [0, 'kept'],
      [3 * 3_600_000, 'too new'],
    );
    expect(answer.rejectedLogEventsInfo).toEqual({
      tooOldLogEventEndIndex: 1,
      expiredLogEventEndIndex: 2,
      tooNewLogEventStartIndex: 3,
    });
    expect(await found()).toEqual(['kept']);
  });

  it('forgets events after the retention, by the clock', async () => {
    await stream('one');
    await put('one', [0, 'old'], [3_600_000, 'younger']);
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 1 }));
    await simulator.clock.advance(DAY + 1);
    expect(await found()).toEqual(['younger']);
    expect(messages(await get('one', { startFromHead: true }))).toEqual(['younger']);
    expect((await describeGroups())[0]!.storedBytes).toBe('younger'.length + 26);
    await simulator.clock.advance(DAY);
    expect(await found()).toEqual([]);
  });

  it('tags groups by ARN', async () => {
    const resourceArn = `arn:aws:logs:us-east-1:000000000000:log-group:${GROUP}`;
    await logs.send(new TagResourceCommand({ resourceArn, tags: { stage: 'live' } }));
    const { tags } = await logs.send(new ListTagsForResourceCommand({ resourceArn }));
    expect(tags).toEqual({ team: 'events', stage: 'live' });
  });

  it('records incoming events and bytes', async () => {
    await stream('one');
    await put('one', [0, 'abc'], [1, 'defg']);
    const cloudwatch = new CloudWatchClient(settings());
    const sum = async (MetricName: string) => {
      const { Datapoints } = await cloudwatch.send(
        new GetMetricStatisticsCommand({
          Namespace: 'AWS/Logs',
          MetricName,
          Dimensions: [{ Name: 'LogGroupName', Value: GROUP }],
          StartTime: new Date(start - 60_000),
          EndTime: new Date(start + 60_000),
          Period: 300,
          Statistics: ['Sum'],
        }),
      );
      return Datapoints![0]!.Sum;
    };
    expect(await sum('IncomingLogEvents')).toBe(2);
    expect(await sum('IncomingBytes')).toBe(7 + 2 * 26);
    cloudwatch.destroy();
  });

  it('tells CloudTrail of management calls, not of reads and writes of events', async () => {
    await stream('one');
    await put('one', [0, 'x']);
    await found();
    await logs.send(new DeleteLogGroupCommand({ logGroupName: GROUP }));
    const names = simulator.region('us-east-1').trail.map(({ eventName }) => eventName);
    expect(names).toEqual(['CreateLogGroup', 'CreateLogStream', 'DeleteLogGroup']);
  });

  it('holds 100,000 lines of many streams and finds one of them', async () => {
    const { logs: sink } = simulator.region('us-east-1');
    for (let i = 0; i < 1000; i++) {
      const lines = Array.from({ length: 100 }, (_, j) => ({
        timestamp: start + i * 100 + j,
        message: `{"n":${i * 100 + j}}`,
      }));
      sink.write(GROUP, `stream-${i % 50}`, lines);
    }
    expect(await found({ filterPattern: '{ $.n = 77777 }' })).toEqual(['{"n":77777}']);
    const { events, nextToken } = await filter();
    expect(events).toHaveLength(10_000);
    expect(nextToken).toBeDefined();
  });
});
