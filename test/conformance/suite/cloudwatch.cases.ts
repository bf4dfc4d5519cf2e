import {
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  type Dimension,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  type Statistic,
} from '@aws-sdk/client-cloudwatch';
import type { ConformanceCase, World } from './case.ts';
import { equal, holds, refused } from './check.ts';
import { TestFunction } from './functions.ts';
import { Queue } from './queues.ts';
import { queueTopic } from './topics.ts';

const API = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference';
const ALARMS = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html';
const SQS_METRICS =
  'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html';
const LAMBDA_METRICS = 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html';
const MINUTE_MS = 60_000;

/** The metric over the last hour, as one number a statistic; empty when there are no data. */
async function statistics(
  world: World,
  Namespace: string,
  MetricName: string,
  dimensions: Readonly<Record<string, string>>,
  wanted: readonly Statistic[],
): Promise<readonly (number | undefined)[]> {
  const { Datapoints = [] } = await world.cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace,
      MetricName,
      Dimensions: list(dimensions),
      StartTime: new Date(world.now() - 60 * MINUTE_MS),
      EndTime: new Date(world.now() + 2 * MINUTE_MS),
      Period: 2 * 60 * 60,
      Statistics: [...wanted],
    }),
  );
  // The period is longer than the range, yet its bounds may fall inside it.
  const [first, second] = Datapoints;
  if (first === undefined) return [];
  return wanted.map((name) =>
    name === 'Sum' || name === 'SampleCount' ? (first[name] ?? 0) + (second?.[name] ?? 0) : first[name],
  );
}

/** Waits for metrics that AWS writes itself; an emulator that writes any does so within its patience. */
function arrived(world: World, metric: string, sum: number, read: () => Promise<readonly (number | undefined)[]>) {
  return world.eventually(`${metric} is ${sum}`, async () => {
    await world.pass(100);
    const [value] = await read();
    return value === sum ? true : undefined;
  });
}

const list = (dimensions: Readonly<Record<string, string>>): Dimension[] =>
  Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));

async function makeAlarm(world: World, settings: Partial<PutMetricAlarmCommandInput>): Promise<string> {
  const AlarmName = world.name('alarm');
  await world.cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName,
      Namespace: world.name('namespace'),
      MetricName: 'depth',
      Statistic: 'Maximum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      ...settings,
    }),
  );
  world.cleanUp(() => world.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [AlarmName] })));
  return AlarmName;
}

/** An alarm over a metric of its own, for which missing data are good news. */
async function alarmWithMetric(world: World) {
  const Namespace = world.name('namespace');
  const name = await makeAlarm(world, { Namespace, TreatMissingData: 'notBreaching', Period: 10 });
  const put = (Value: number) =>
    world.cloudwatch.send(
      new PutMetricDataCommand({
        Namespace,
        MetricData: [{ MetricName: 'depth', Value, Timestamp: new Date(world.now()), StorageResolution: 1 }],
      }),
    );
  return { name, put };
}

function becomes(world: World, name: string, state: string) {
  return world.eventually(`the alarm is ${state}`, async () =>
    (await describe(world, name))?.StateValue === state ? true : undefined,
  );
}

async function describe(world: World, name: string) {
  const { MetricAlarms = [] } = await world.cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
  return MetricAlarms[0];
}

export const cloudWatchCases: readonly ConformanceCase[] = [
  {
    id: 'cloudwatch.statistics',
    service: 'CloudWatch',
    text: 'What PutMetricData stores GetMetricStatistics answers as sum, count, average, minimum and maximum',
    link: `${API}/API_GetMetricStatistics.html`,
    async run(world) {
      const Namespace = world.name('namespace');
      const Timestamp = new Date(world.now() - MINUTE_MS);
      await world.cloudwatch.send(
        new PutMetricDataCommand({
          Namespace,
          MetricData: [1, 2, 6].map((Value) => ({ MetricName: 'latency', Value, Unit: 'Milliseconds', Timestamp })),
        }),
      );
      const found = await world.eventually('the data show', async () => {
        const answer = await statistics(world, Namespace, 'latency', {}, [
          'Sum',
          'SampleCount',
          'Average',
          'Minimum',
          'Maximum',
        ]);
        return answer.length > 0 ? answer : undefined;
      });
      equal(found, [9, 3, 3, 1, 6], 'sum, count, average, minimum, maximum');
    },
  },
  {
    id: 'cloudwatch.values-and-counts',
    service: 'CloudWatch',
    text: 'Values with counts, and statistic sets, count as the observations that they stand for',
    link: `${API}/API_MetricDatum.html`,
    async run(world) {
      const Namespace = world.name('namespace');
      const Timestamp = new Date(world.now() - MINUTE_MS);
      await world.cloudwatch.send(
        new PutMetricDataCommand({
          Namespace,
          MetricData: [
            { MetricName: 'size', Timestamp, Values: [1, 10], Counts: [3, 2] },
            {
              MetricName: 'size',
              Timestamp,
              StatisticValues: { SampleCount: 4, Sum: 8, Minimum: 0, Maximum: 5 },
            },
          ],
        }),
      );
      const found = await world.eventually('the data show', async () => {
        const answer = await statistics(world, Namespace, 'size', {}, ['Sum', 'SampleCount', 'Minimum', 'Maximum']);
        return answer.length > 0 ? answer : undefined;
      });
      equal(found, [31, 9, 0, 10], 'sum, count, minimum, maximum');
    },
  },
  {
    id: 'cloudwatch.dimensions',
    service: 'CloudWatch',
    text: 'Each set of dimensions is a metric of its own; nothing is added up across them',
    link: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Dimension',
    async run(world) {
      const Namespace = world.name('namespace');
      const datum = (Value: number, dimensions: Record<string, string>) => ({
        MetricName: 'errors',
        Value,
        Dimensions: list(dimensions),
        Timestamp: new Date(world.now() - MINUTE_MS),
      });
      await world.cloudwatch.send(
        new PutMetricDataCommand({
          Namespace,
          MetricData: [datum(1, { fn: 'a' }), datum(2, { fn: 'a', version: '1' }), datum(4, { fn: 'b' })],
        }),
      );
      const sum = (dimensions: Record<string, string>) => statistics(world, Namespace, 'errors', dimensions, ['Sum']);
      await world.eventually('the data show', async () => ((await sum({ fn: 'b' })).length > 0 ? true : undefined));
      equal(await sum({ fn: 'a' }), [1], 'function a');
      equal(await sum({ fn: 'a', version: '1' }), [2], 'version 1 of function a');
      equal(await sum({}), [], 'no dimensions');
      const { Metrics = [] } = await world.cloudwatch.send(new ListMetricsCommand({ Namespace }));
      equal(Metrics.length, 3, 'metrics listed');
    },
  },
  {
    id: 'cloudwatch.too-many-datapoints',
    service: 'CloudWatch',
    text: 'GetMetricStatistics refuses more than 1,440 data points',
    link: `${API}/API_GetMetricStatistics.html`,
    async run(world) {
      const Namespace = world.name('namespace');
      const ask = (minutes: number) =>
        world.cloudwatch.send(
          new GetMetricStatisticsCommand({
            Namespace,
            MetricName: 'absent',
            StartTime: new Date(world.now() - minutes * MINUTE_MS),
            EndTime: new Date(world.now()),
            Period: 60,
            Statistics: ['Sum'],
          }),
        );
      equal((await ask(1440)).Datapoints, [], 'Datapoints of 1,440 minutes');
      await refused(ask(1442), { name: 'InvalidParameterCombinationException', status: 400 }, '1,442 data points');
    },
  },
  {
    id: 'cloudwatch.metric-data',
    service: 'CloudWatch',
    text: 'GetMetricData answers several metrics and expressions over them in one call',
    link: `${API}/API_GetMetricData.html`,
    async run(world) {
      const Namespace = world.name('namespace');
      const now = world.now();
      const Timestamp = new Date(now - 2 * MINUTE_MS);
      await world.cloudwatch.send(
        new PutMetricDataCommand({
          Namespace,
          MetricData: [
            { MetricName: 'errors', Value: 1, Timestamp },
            { MetricName: 'calls', Value: 4, Timestamp },
          ],
        }),
      );
      const query = (Id: string, MetricName: string) => ({
        Id,
        ReturnData: false,
        MetricStat: { Metric: { Namespace, MetricName }, Period: 60, Stat: 'Sum' },
      });
      const values = await world.eventually('the data show', async () => {
        const { MetricDataResults = [] } = await world.cloudwatch.send(
          new GetMetricDataCommand({
            StartTime: new Date(now - 10 * MINUTE_MS),
            EndTime: new Date(now),
            MetricDataQueries: [
              query('errors', 'errors'),
              query('calls', 'calls'),
              { Id: 'rate', Expression: '100 * errors / calls' },
            ],
          }),
        );
        equal(
          MetricDataResults.map((result) => result.Id),
          ['rate'],
          'ids of the results',
        );
        const found = MetricDataResults[0]?.Values ?? [];
        return found.length > 0 ? found : undefined;
      });
      equal(values, [25], 'rate');
    },
  },
  {
    id: 'cloudwatch.sqs-metrics',
    service: 'CloudWatch',
    text: 'SQS counts sent, received and deleted messages in AWS/SQS',
    link: SQS_METRICS,
    async run(world) {
      const queue = await Queue.create(world);
      await queue.send('a');
      await queue.send('b');
      await queue.delete(await queue.takeOne({ max: 1 }));
      const sum = (metric: string) => statistics(world, 'AWS/SQS', metric, { QueueName: queue.name }, ['Sum']);
      await arrived(world, 'NumberOfMessagesSent', 2, () => sum('NumberOfMessagesSent'));
      await arrived(world, 'NumberOfMessagesReceived', 1, () => sum('NumberOfMessagesReceived'));
      await arrived(world, 'NumberOfMessagesDeleted', 1, () => sum('NumberOfMessagesDeleted'));
    },
  },
  {
    id: 'cloudwatch.sqs-gauges',
    service: 'CloudWatch',
    text: 'Depth and age of the oldest message are measured each minute in AWS/SQS',
    link: SQS_METRICS,
    needs: 'clock',
    async run(world) {
      const queue = await Queue.create(world);
      await queue.send('a');
      await queue.send('b');
      await world.pass(10 * MINUTE_MS);
      const maximum = async (metric: string) =>
        (await statistics(world, 'AWS/SQS', metric, { QueueName: queue.name }, ['Maximum']))[0];
      equal(await maximum('ApproximateNumberOfMessagesVisible'), 2, 'ApproximateNumberOfMessagesVisible');
      const age = (await maximum('ApproximateAgeOfOldestMessage')) ?? 0;
      holds(age >= 480 && age <= 600, `the oldest message is 8 to 10 minutes old: ${age} s`);
    },
  },
  {
    id: 'cloudwatch.lambda-metrics',
    service: 'CloudWatch',
    text: 'Lambda counts invocations and errors for the function, the alias, and each version behind the alias',
    link: LAMBDA_METRICS,
    async run(world) {
      const made = await TestFunction.live(
        world,
        `exports.handler = async (event) => { if (event.fail) throw new Error('no'); };`,
      );
      await made.invoke('live');
      await made.invoke('live', { fail: true });
      const FunctionName = made.name;
      const sum = (metric: string, dimensions: Record<string, string>) =>
        statistics(world, 'AWS/Lambda', metric, dimensions, ['Sum']);
      const Resource = `${FunctionName}:live`;
      for (const dimensions of [
        { FunctionName },
        { FunctionName, Resource },
        { FunctionName, Resource, ExecutedVersion: '1' },
      ]) {
        const by = Object.keys(dimensions).join(', ');
        await arrived(world, `Invocations by ${by}`, 2, () => sum('Invocations', dimensions));
        await arrived(world, `Errors by ${by}`, 1, () => sum('Errors', dimensions));
      }
    },
  },
  {
    id: 'cloudwatch.alarm.fires',
    service: 'CloudWatch',
    text: 'An alarm goes to ALARM when its metric crosses the threshold, and its history tells so',
    link: ALARMS,
    async run(world) {
      const { name, put } = await alarmWithMetric(world);
      await put(3);
      await becomes(world, name, 'ALARM');
      const { AlarmHistoryItems = [] } = await world.cloudwatch.send(
        new DescribeAlarmHistoryCommand({ AlarmName: name, HistoryItemType: 'StateUpdate' }),
      );
      const summaries = AlarmHistoryItems.map((item) => item.HistorySummary ?? '');
      holds(
        summaries.some((summary) => summary.includes('to ALARM')),
        `history tells of ALARM: ${summaries.join(' | ')}`,
      );
    },
  },
  {
    id: 'cloudwatch.alarm.recovers',
    service: 'CloudWatch',
    text: 'An alarm goes back to OK when its metric no longer crosses the threshold',
    link: ALARMS,
    needs: 'clock',
    async run(world) {
      const { name, put } = await alarmWithMetric(world);
      await put(3);
      await becomes(world, name, 'ALARM');
      await world.pass(2 * MINUTE_MS);
      await becomes(world, name, 'OK');
    },
  },
  {
    id: 'cloudwatch.alarm.no-data',
    service: 'CloudWatch',
    text: 'A new alarm without data is INSUFFICIENT_DATA',
    link: ALARMS,
    async run(world) {
      const name = await makeAlarm(world, {});
      equal((await describe(world, name))?.StateValue, 'INSUFFICIENT_DATA', 'state');
    },
  },
  {
    id: 'cloudwatch.alarm.set-state',
    service: 'CloudWatch',
    text: 'SetAlarmState sets state and reason, and runs the actions of the new state',
    link: `${API}/API_SetAlarmState.html`,
    async run(world) {
      const { topicArn, queue } = await queueTopic(world);
      const name = await makeAlarm(world, { AlarmActions: [topicArn] });
      await world.cloudwatch.send(
        new SetAlarmStateCommand({ AlarmName: name, StateValue: 'ALARM', StateReason: 'a drill' }),
      );
      const alarm = await describe(world, name);
      equal([alarm?.StateValue, alarm?.StateReason], ['ALARM', 'a drill'], 'state and reason');
      const { Body } = await queue.takeOne();
      const envelope = JSON.parse(Body ?? '{}') as { Subject?: string; Message?: string };
      holds(envelope.Subject?.startsWith(`ALARM: "${name}"`), `the subject names state and alarm: ${envelope.Subject}`);
      const { AlarmName, NewStateValue, OldStateValue, NewStateReason } = JSON.parse(
        envelope.Message ?? '{}',
      ) as Record<string, string>;
      equal(
        [AlarmName, OldStateValue, NewStateValue, NewStateReason],
        [name, 'INSUFFICIENT_DATA', 'ALARM', 'a drill'],
        'name, old state, new state, reason',
      );
    },
  },
  {
    id: 'cloudwatch.alarm.absent',
    service: 'CloudWatch',
    text: 'Setting the state of an absent alarm is ResourceNotFound (404)',
    link: `${API}/API_SetAlarmState.html`,
    async run(world) {
      await refused(
        world.cloudwatch.send(
          new SetAlarmStateCommand({ AlarmName: world.name('absent'), StateValue: 'OK', StateReason: 'x' }),
        ),
        { name: 'ResourceNotFound', status: 404 },
        'the state of an absent alarm',
      );
    },
  },
  {
    id: 'cloudwatch.alarm.dead-letters',
    service: 'CloudWatch',
    text: 'A message in a DLQ fires an alarm on its depth, and the alarm sends a notification',
    link: SQS_METRICS,
    needs: 'clock',
    async run(world) {
      const { topicArn, queue } = await queueTopic(world);
      const { source, dlq } = await Queue.withDeadLetters(world);
      const name = await makeAlarm(world, {
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Dimensions: [{ Name: 'QueueName', Value: dlq.name }],
        AlarmActions: [topicArn],
      });
      await world.pass(2 * MINUTE_MS);
      await source.send('poison');
      await source.fail('poison');
      await source.expectNothing('the message moves to the DLQ');
      await world.pass(5 * MINUTE_MS);
      equal((await describe(world, name))?.StateValue, 'ALARM', 'state');
      holds((await queue.takeOne()).Body?.includes(name), 'the notification names the alarm');
    },
  },
];
