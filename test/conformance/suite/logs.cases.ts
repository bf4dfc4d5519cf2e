import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { ConformanceCase, World } from './case.ts';
import { equal, holds, refused } from './check.ts';
import { TestFunction } from './functions.ts';

const API = 'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference';
const PATTERNS = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html';

/** A group with one stream, which holds these lines a second apart. */
async function makeLog(world: World, lines: readonly string[]) {
  const logGroupName = `/conformance/${world.name('log')}`;
  const logStreamName = 'stream';
  await world.logs.send(new CreateLogGroupCommand({ logGroupName }));
  world.cleanUp(() => world.logs.send(new DeleteLogGroupCommand({ logGroupName })));
  await world.logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  const start = world.now() - lines.length * 1000;
  if (lines.length > 0) {
    await world.logs.send(
      new PutLogEventsCommand({
        logGroupName,
        logStreamName,
        logEvents: lines.map((message, n) => ({ message, timestamp: start + n * 1000 })),
      }),
    );
  }
  /** Messages that meet the pattern, once as many as expected are there. */
  const matching = (filterPattern: string | undefined, count: number) =>
    world.eventually(`${count} events meet ${filterPattern ?? 'no pattern'}`, async () => {
      const { events = [] } = await world.logs.send(new FilterLogEventsCommand({ logGroupName, filterPattern }));
      return events.length === count ? events.map((event) => event.message) : undefined;
    });
  return { logGroupName, logStreamName, start, matching };
}

export const logsCases: readonly ConformanceCase[] = [
  {
    id: 'logs.events',
    service: 'Logs',
    text: 'Events are read back in order, with their times',
    link: `${API}/API_GetLogEvents.html`,
    async run(world) {
      const { logGroupName, logStreamName, start } = await makeLog(world, ['a', 'b', 'c']);
      const events = await world.eventually('three events show', async () => {
        const answer = await world.logs.send(
          new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true }),
        );
        return answer.events?.length === 3 ? answer.events : undefined;
      });
      equal(
        events.map(({ message, timestamp }) => [message, timestamp]),
        [
          ['a', start],
          ['b', start + 1000],
          ['c', start + 2000],
        ],
        'events',
      );
    },
  },
  {
    id: 'logs.filter.terms',
    service: 'Logs',
    text: 'A filter of words finds the lines that hold all of them, in their case',
    link: PATTERNS,
    async run(world) {
      const { matching } = await makeLog(world, [
        'ERROR in processor',
        'error in processor',
        'ERROR in worker',
        'fine',
      ]);
      equal(await matching('ERROR processor', 1), ['ERROR in processor'], 'lines with both words');
      equal(await matching('?worker ?fine', 2), ['ERROR in worker', 'fine'], 'lines with one of two words');
      equal(await matching('ERROR -worker', 1), ['ERROR in processor'], 'lines without a word');
      equal(await matching('"in worker"', 1), ['ERROR in worker'], 'lines with a phrase');
    },
  },
  {
    id: 'logs.filter.json',
    service: 'Logs',
    text: 'A JSON filter looks into the fields of structured lines',
    link: PATTERNS,
    async run(world) {
      const lines = [
        { level: 'ERROR', messageId: 'm-1', attempt: 1 },
        { level: 'ERROR', messageId: 'm-2', attempt: 3 },
        { level: 'INFO', messageId: 'm-1', attempt: 3 },
      ].map((line) => JSON.stringify(line));
      const { matching } = await makeLog(world, [...lines, 'plain ERROR m-1']);
      equal(await matching('{ $.messageId = "m-1" }', 2), [lines[0], lines[2]], 'lines of one message');
      equal(await matching('{ $.level = "ERROR" && $.attempt > 2 }', 1), [lines[1]], 'lines by level and number');
    },
  },
  {
    id: 'logs.filter.time',
    service: 'Logs',
    text: 'A search can be narrowed to a time range that includes its start',
    link: `${API}/API_FilterLogEvents.html`,
    async run(world) {
      const { logGroupName, start, matching } = await makeLog(world, ['a', 'b', 'c', 'd']);
      await matching(undefined, 4);
      const { events = [] } = await world.logs.send(
        new FilterLogEventsCommand({ logGroupName, startTime: start + 1000, endTime: start + 2000 }),
      );
      equal(
        events.map((event) => event.message),
        ['b', 'c'],
        'events from the second to the third second',
      );
    },
  },
  {
    id: 'logs.retention',
    service: 'Logs',
    text: 'A retention policy shows in the description of the group, and only the documented numbers of days are taken',
    link: `${API}/API_PutRetentionPolicy.html`,
    async run(world) {
      const { logGroupName } = await makeLog(world, []);
      await world.logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 14 }));
      const { logGroups = [] } = await world.logs.send(
        new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }),
      );
      equal(
        logGroups.map((group) => group.retentionInDays),
        [14],
        'retentionInDays',
      );
      await refused(
        world.logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 2 })),
        { name: 'InvalidParameterException', status: 400 },
        'a retention of two days',
      );
    },
  },
  {
    id: 'logs.absent-and-twice',
    service: 'Logs',
    text: 'An absent group is ResourceNotFoundException, a second one of the same name ResourceAlreadyExistsException',
    link: `${API}/API_CreateLogGroup.html`,
    async run(world) {
      await refused(
        world.logs.send(new FilterLogEventsCommand({ logGroupName: world.name('absent') })),
        { name: 'ResourceNotFoundException', status: 400 },
        'a search in an absent group',
      );
      const { logGroupName } = await makeLog(world, []);
      await refused(
        world.logs.send(new CreateLogGroupCommand({ logGroupName })),
        { name: 'ResourceAlreadyExistsException', status: 400 },
        'the same group again',
      );
    },
  },
  {
    id: 'logs.of-functions',
    service: 'Logs',
    text: 'An invocation writes START with the version, the output, END and REPORT to /aws/lambda/NAME',
    link: 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html',
    async run(world) {
      const made = await TestFunction.live(world, `exports.handler = async () => { console.log('here I am'); };`);
      await made.invoke('live');
      const lines = await world.eventually('the log holds the REPORT', async () => {
        const { events = [] } = await world.logs
          .send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${made.name}` }))
          .catch(() => ({ events: [] }));
        const found = events.map((event) => event.message ?? '');
        return found.some((line) => line.startsWith('REPORT')) ? found : undefined;
      });
      holds(
        lines[0] !== undefined && /^START RequestId: \S+ Version: 1\n?$/.test(lines[0]),
        `START first: ${lines[0]}`,
      );
      holds(
        lines.some((line) => /\t[0-9a-f-]{36}\tINFO\there I am/.test(line)),
        `the output with request id and level: ${lines.join(' | ')}`,
      );
      holds(
        lines.some((line) => /^END RequestId: \S+\n?$/.test(line)),
        'an END line',
      );
    },
  },
];
