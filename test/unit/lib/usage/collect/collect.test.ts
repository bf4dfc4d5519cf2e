import { beforeEach, describe, expect, test } from 'vitest';
import { defaultConfig } from '../../../../../src/lib/config/config.ts';
import { CvopsError } from '../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';
import { collect } from '../../../../../src/lib/usage/collect/collect.ts';
import { inventory } from '../../../../../src/lib/usage/collect/inventory.ts';
import { periodOf } from '../../../../../src/lib/usage/month.ts';
import type { SeriesPoint } from '../../../../../src/lib/usage/readings.ts';
import { FakeSources } from './support/fake-sources.ts';

const NOW = Date.UTC(2026, 10, 10, 12, 30);
const NOVEMBER = Date.UTC(2026, 10, 1);
const HOUR = 3_600_000;
const PROCESSOR = 'cv-analytics-processor';

let sources: FakeSources;
beforeEach(() => {
  sources = new FakeSources();
});

const read = (month?: string) =>
  collect(sources, inventory(defaultConfig), periodOf(month, NOW), { region: 'eu-west-2' });
const denied = (action: string) =>
  new CvopsError('AccessDenied', ExitCode.setup, `not allowed to ${action}.`, {
    hint: `allow the IAM action ${action}.`,
  });
const notThere = new CvopsError('TableNotFound', ExitCode.notFound, 'the table does not exist here.');
const point = (at: number, sum: number, samples = 1): SeriesPoint => ({
  at,
  sum,
  samples,
  average: sum / samples,
  maximum: sum,
});
const version = (name: string, memoryMb: number, modifiedAt: number) =>
  ({ version: name, memoryMb, architecture: 'arm64', modifiedAt }) as const;
const listed = (namespace: string, metric: string, dimensions: Record<string, string>) => ({
  namespace,
  metric,
  dimensions,
});

describe('the readings of the example system', () => {
  test('name each resource once, with the services that share it', async () => {
    const readings = await read();
    expect(readings.functions.map(({ name, services }) => [name, services])).toEqual([
      [PROCESSOR, ['processor']],
      ['cv-analytics-reporter', ['reporter']],
    ]);
    expect(
      readings.queues.map(({ name, fifo, services, isDeadLetterQueue }) => [name, fifo, services, isDeadLetterQueue]),
    ).toEqual([
      ['cv-analytics-queue.fifo', true, ['worker', 'processor'], false],
      ['cv-analytics-dlq.fifo', true, ['processor'], true],
    ]);
    expect(readings.tables.map(({ name, services }) => [name, services])).toEqual([
      ['cv-analytics-events', ['processor', 'reporter']],
      ['cv-analytics-releases', []],
    ]);
    expect(readings.topics.map(({ name, services }) => [name, services])).toEqual([
      ['cv-analytics-alerts', ['reporter']],
    ]);
    expect(readings).toMatchObject({ region: 'eu-west-2', period: { month: { name: '2026-11' } } });
  });

  test('take at most 45 calls, each made once, and ten at a time', async () => {
    sources.listed = [
      listed('AWS/Scheduler', 'InvocationAttemptCount', { ScheduleGroup: 'default' }),
      ...['GetMetricStatistics', 'ListMetrics', 'DescribeAlarms', 'PutMetricData', 'GetMetricData'].map((Resource) =>
        listed('AWS/Usage', 'CallCount', { Type: 'API', Service: 'CloudWatch', Class: 'None', Resource }),
      ),
    ];
    await read();
    expect(sources.calls).toHaveLength(45);
    expect(sources.calls).toHaveLength(new Set(sources.calls).size);
    expect(sources.atOnce).toBe(10);
  });

  test('load the clients of the other services while the first calls are under way', async () => {
    await read();
    expect(sources.loadedAfter).toContain('metrics AWS/Scheduler');
    expect(sources.loadedAfter).not.toContain('versions cv-analytics-processor');
  });

  test('ask for the hours of the month up to now, and of a month that is over up to its end', async () => {
    const asked: (readonly [number, number, number])[] = [];
    sources.points = ({ fromMs, toMs, periodSeconds }) => {
      asked.push([fromMs, toMs, periodSeconds]);
      return [];
    };
    await read();
    expect(new Set(asked.map(String))).toEqual(new Set([String([NOVEMBER, NOW, 3600])]));
    asked.length = 0;
    await read('2026-10');
    expect(new Set(asked.map(String))).toEqual(new Set([String([Date.UTC(2026, 9, 1), NOVEMBER, 3600])]));
  });

  test('hold points in the order of time, and what came in two units as one', async () => {
    sources.points = () => [point(NOVEMBER + HOUR, 5), point(NOVEMBER, 2, 2), { ...point(NOVEMBER, 6), maximum: 9 }];
    const [processor] = (await read()).functions;
    expect(processor?.invocations.value).toEqual([
      { at: NOVEMBER, sum: 8, samples: 3, average: 8 / 3, maximum: 9 },
      point(NOVEMBER + HOUR, 5),
    ]);
  });

  test('hold the queues that invoke a function through its alias', async () => {
    const source = (name: string, queue: string, state: string) => ({
      uuid: '1',
      eventSourceArn: queue,
      functionArn: `arn:aws:lambda:eu-west-2:000000000000:function:${name}`,
      state,
      batchSize: 10,
      reportsBatchItemFailures: true,
      maximumConcurrency: 2,
    });
    sources.eventSources = [
      source(`${PROCESSOR}:live`, 'arn:aws:sqs:eu-west-2:000000000000:cv-analytics-queue.fifo', 'Enabled'),
      source(PROCESSOR, 'arn:aws:sqs:eu-west-2:000000000000:old', 'Disabled'),
      source(PROCESSOR, 'arn:aws:dynamodb:eu-west-2:000000000000:table/t/stream/1', 'Enabled'),
      source(`${PROCESSOR}-other:live`, 'arn:aws:sqs:eu-west-2:000000000000:foreign', 'Enabled'),
    ];
    const [processor, reporter] = (await read()).functions;
    expect(processor?.sources.value).toEqual([
      { queueName: 'cv-analytics-queue.fifo', enabled: true, batchSize: 10, maximumConcurrency: 2 },
      { queueName: 'old', enabled: false, batchSize: 10, maximumConcurrency: 2 },
    ]);
    expect(reporter?.sources.value).toEqual([]);
    expect(sources.calls.filter((call) => call === 'event sources')).toHaveLength(1);
  });

  test('hold each index of a table', async () => {
    sources.table = { ...sources.table, indexes: [{ name: 'by-day', read: 1, write: 1, sizeBytes: 0, items: 0 }] };
    const [table] = (await read()).tables;
    expect(table?.indexes.map(({ name }) => name)).toEqual(['by-day']);
    expect(sources.calls).toContain(
      'series AWS/DynamoDB ProvisionedWriteCapacityUnits TableName=cv-analytics-events GlobalSecondaryIndexName=by-day',
    );
  });

  test("count one's own metrics only, and say when there are more of them", async () => {
    sources.listed = [
      listed('CWAgent', 'mem', {}),
      listed('cv-analytics', 'events', {}),
      listed('AWS/SQS', 'NumberOfMessagesSent', { QueueName: 'q' }),
    ];
    sources.isWholeList = false;
    const { customMetrics } = (await read()).cloudwatch;
    expect(customMetrics.value).toEqual({ count: 2, complete: false });
  });

  test('without functions, ask Lambda for the totals of the account only', async () => {
    const config = { services: { worker: { queue: 'q' } } };
    await collect(sources, inventory(config), periodOf(undefined, NOW), { region: 'us-east-1' });
    expect(sources.calls.filter((call) => /versions|event sources|FunctionName/.test(call))).toEqual([]);
  });
});

describe('versions of a function are measured one by one', () => {
  const byVersion = async () => {
    const [processor] = (await read()).functions;
    return processor?.byVersion.map((each) => each.version);
  };

  test('not where all that can have run are alike', async () => {
    sources.versions = [
      version('$LATEST', 512, NOW),
      version('1', 128, NOVEMBER - 90 * HOUR),
      version('2', 256, NOVEMBER - 80 * HOUR),
      version('3', 256, NOVEMBER + 5 * HOUR),
    ];
    expect(await byVersion()).toEqual([]);
    expect(sources.calls.filter((call) => call.includes('ExecutedVersion'))).toEqual([]);
  });

  test('where the memory changed in the month: those published in it, and the one before', async () => {
    sources.versions = [
      version('$LATEST', 256, NOW),
      version('1', 128, NOVEMBER - 90 * HOUR),
      version('2', 128, NOVEMBER - 80 * HOUR),
      version('3', 256, NOVEMBER + 5 * HOUR),
      version('4', 512, NOW + HOUR),
    ];
    expect(await byVersion()).toEqual(['2', '3']);
    expect(sources.calls).toContain(
      `series AWS/Lambda Duration FunctionName=${PROCESSOR} Resource=${PROCESSOR}:live ExecutedVersion=3`,
    );
  });

  test('through the usual alias where the configuration names none', async () => {
    sources.versions = [version('1', 128, NOVEMBER - 90 * HOUR), version('2', 256, NOVEMBER + 5 * HOUR)];
    const config = { services: { processor: { function: PROCESSOR } } };
    await collect(sources, inventory(config), periodOf(undefined, NOW), { region: 'us-east-1' });
    expect(sources.calls).toContain(
      `series AWS/Lambda Duration FunctionName=${PROCESSOR} Resource=${PROCESSOR}:live ExecutedVersion=2`,
    );
  });

  test('where CloudWatch lists older ones, or such as are deleted', async () => {
    sources.versions = [
      version('1', 128, NOVEMBER - 90 * HOUR),
      version('2', 256, NOVEMBER - 80 * HOUR),
      version('3', 256, NOVEMBER - 70 * HOUR),
    ];
    expect(await byVersion()).toEqual([]);
    const dimensions = { FunctionName: PROCESSOR, Resource: `${PROCESSOR}:live` };
    sources.listed = [listed('AWS/Lambda', 'Duration', { ...dimensions, ExecutedVersion: '1' })];
    expect(await byVersion()).toEqual(['3', '1']);
    sources.listed = [listed('AWS/Lambda', 'Duration', { ...dimensions, ExecutedVersion: '9' })];
    expect(await byVersion()).toEqual(['3', '9']);
  });
});

describe('names that only CloudWatch knows', () => {
  test('are those it lists while the list reaches back far enough', async () => {
    sources.listed = [listed('AWS/Scheduler', 'InvocationAttemptCount', { ScheduleGroup: 'reports' })];
    const { events, cloudwatch } = await read();
    expect(events.schedules.value?.map(({ group }) => group)).toEqual(['reports']);
    expect(cloudwatch.calls.value).toEqual([]);
  });

  test('are added to by what is to be expected in an older month', async () => {
    sources.listed = [listed('AWS/Scheduler', 'InvocationAttemptCount', { ScheduleGroup: 'reports' })];
    const { events, cloudwatch } = await read('2026-08');
    expect(events.schedules.value?.map(({ group }) => group)).toEqual(['reports', 'default']);
    expect(cloudwatch.calls.value?.map(({ operation }) => operation)).toContain('PutMetricData');
  });
});

describe('a call that is refused', () => {
  test('leaves a gap in its own reading, with the IAM action, and the rest stands', async () => {
    sources.failure = (call) => (call.startsWith('table ') ? denied('dynamodb:DescribeTable') : undefined);
    sources.points = () => [point(NOVEMBER, 7)];
    const { tables, queues } = await read();
    expect(tables.map(({ settings }) => settings.gap)).toEqual([
      {
        code: 'AccessDenied',
        message: 'not allowed to dynamodb:DescribeTable.',
        hint: 'allow the IAM action dynamodb:DescribeTable.',
      },
      expect.objectContaining({ code: 'AccessDenied' }),
    ]);
    expect(tables[0]?.consumedWrite.value?.[0]?.sum).toBe(7);
    expect(queues[0]?.sent.value?.[0]?.sum).toBe(7);
  });

  test('leaves a gap in every function where it was asked for all of them', async () => {
    sources.failure = (call) => (call === 'event sources' ? denied('lambda:ListEventSourceMappings') : undefined);
    const { functions } = await read();
    expect(functions.map((each) => each.sources.gap?.code)).toEqual(['AccessDenied', 'AccessDenied']);
  });

  test('for one of several names leaves no total', async () => {
    sources.listed = ['a', 'b'].map((ScheduleGroup) =>
      listed('AWS/Scheduler', 'InvocationAttemptCount', { ScheduleGroup }),
    );
    sources.failure = (call) =>
      call.endsWith('ScheduleGroup=b')
        ? new CvopsError('Throttled', ExitCode.failed, 'AWS throttled it.', { hint: 'wait.' })
        : undefined;
    expect((await read()).events.schedules).toEqual({
      gap: { code: 'Throttled', message: 'AWS throttled it.', hint: 'wait.' },
    });
  });

  test('for a table of releases that nobody named is no gap when there is no such table', async () => {
    sources.failure = (call) => (call.startsWith('table ') ? notThere : undefined);
    expect((await read()).tables.map(({ name, settings }) => [name, settings.gap?.code])).toEqual([
      ['cv-analytics-events', 'TableNotFound'],
    ]);
    const named = inventory({ ...defaultConfig, releaseTable: 'our-releases' });
    const readings = await collect(sources, named, periodOf(undefined, NOW), { region: 'us-east-1' });
    expect(readings.tables.map(({ name }) => name)).toContain('our-releases');
  });

  test.each([
    new CvopsError('NoCredentials', ExitCode.setup, 'no AWS credentials were found.'),
    new CvopsError('EndpointUnreachable', ExitCode.setup, 'cannot reach it.'),
    new CvopsError('Interrupted', ExitCode.interrupted, 'interrupted.'),
    new TypeError('a bug'),
  ])('with $message ends the command, and no more calls are made', async (failure) => {
    sources.failure = () => failure;
    await expect(read()).rejects.toBe(failure);
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(sources.calls.length).toBeLessThanOrEqual(10);
  });
});
