import { afterEach, describe, expect, it } from 'vitest';
import { monthOf } from '../../../src/lib/usage/month.ts';
import {
  AccountUnderReport,
  type BilledQuantity,
  DAY,
  expectTruth,
  HOUR,
  rowOf,
} from './support/account-under-report.ts';
import { plantTraffic } from './support/planted-traffic.ts';

// Months whose bill is known to the request, and a report that is within 1 % of it or has it inside its bounds. Lambda and
// polling are planted; tables, topics, rules and schedules live through their months, and the simulator's bill is the truth.

const SERVICE = {
  function: 'jobs-worker',
  alias: 'live',
  queue: 'jobs',
  dlq: 'jobs-dlq',
  table: 'events',
  topic: 'news',
};

/** Weekdays and days are busier than weekends and nights. */
const rhythm = (peak: number) => (at: number) => {
  const time = new Date(at);
  const weekend = time.getUTCDay() % 6 === 0;
  const night = time.getUTCHours() < 7;
  return peak * (weekend ? 0.3 : 1) * (night ? 0.1 : 1);
};

const KEY = {
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
};
const capacity = (read: number, write: number) => ({
  ProvisionedThroughput: { ReadCapacityUnits: read, WriteCapacityUnits: write },
});

let account: AccountUnderReport;
afterEach(() => account.stop());

/** Everything that SERVICE names but the table, an hour before `at`. */
async function createSystem(at: number): Promise<void> {
  account = await AccountUnderReport.start(at - HOUR);
  await account.createFunction('jobs-worker', 256);
  await account.createQueue('jobs', 'jobs-worker');
  await account.createQueue('jobs-dlq');
  await account.call('sns', 'CreateTopic', { Name: 'news' });
  account.configure({ jobs: SERVICE });
}

/** Traffic of the system's function and queue; version 1 runs unless told otherwise. */
const plant = (
  from: number,
  until: number,
  messagesAt: (at: number) => number,
  settingAt = (_at: number) => ({ version: '1', memoryMb: 256 }),
) => plantTraffic(account, { functionName: 'jobs-worker', queueName: 'jobs', from, until, messagesAt, settingAt });

async function createTable(more: object = capacity(5, 8)): Promise<void> {
  await account.call('dynamodb', 'CreateTable', { TableName: 'events', ...KEY, ...more });
  await account.clock.advance(200);
}

/** At a pace that the capacity allows. */
async function putMany(count: number, bytes = 200): Promise<void> {
  for (let item = 0; item < count; item++) {
    await put(`item-${item}`, bytes);
    await account.clock.advance(3000);
  }
}

const put = (id: string, bytes = 200) =>
  account.call('dynamodb', 'PutItem', { TableName: 'events', Item: { id: { S: id }, body: { S: 'x'.repeat(bytes) } } });

describe('a whole month', () => {
  it.each([
    ['2026-02', 28],
    ['2028-02', 29],
    ['2026-09', 30],
    ['2026-10', 31],
  ])('%s, of %i days', async (name, days) => {
    const month = monthOf(Date.parse(`${name}-01T00:00:00Z`));
    await createSystem(month.startMs);
    await createTable();
    const { TopicArn } = await account.call('sns', 'CreateTopic', { Name: 'news' });
    await account.call('events', 'PutRule', { Name: 'hourly', ScheduleExpression: 'rate(1 hour)' });
    const Arn = 'arn:aws:sqs:us-east-1:000000000000:jobs-dlq';
    await account.call('events', 'PutTargets', { Rule: 'hourly', Targets: [{ Id: '1', Arn: TopicArn }] });
    await account.call('scheduler', 'CreateSchedule', {
      Name: 'daily',
      ScheduleExpression: 'cron(0 8 * * ? *)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn, RoleArn: 'arn:aws:iam::000000000000:role/r' },
    });
    await putMany(50);
    await account.moveTo(month.endMs + 2 * HOUR);
    const truth = plant(month.startMs, month.endMs, rhythm(60));
    const report = await account.report('--month', name);
    const billed = (quantity: BilledQuantity, resource?: string) =>
      account.billed(quantity, month.startMs, month.endMs, resource);

    expect(report.period).toMatchObject({ month: name, days, isOver: true });
    expectTruth(report, 'lambda-requests', truth.invocations);
    expectTruth(report, 'lambda-compute', truth.gbSeconds);
    // Without INIT, which no metric tells of, the figure itself is right.
    expect(rowOf(report, 'lambda-compute').used! / truth.gbSecondsRun).toBeCloseTo(1, 2);
    expectTruth(report, 'sqs-requests', truth.sqsRequests + billed('sqs-requests', 'jobs-dlq'));
    expectTruth(report, 'dynamodb-write-capacity', billed('dynamodb-write-capacity'));
    expectTruth(report, 'dynamodb-read-capacity', billed('dynamodb-read-capacity'));
    expectTruth(report, 'dynamodb-storage', billed('dynamodb-bytes') / 2 ** 30 / month.hours);
    expectTruth(report, 'sns-publishes', billed('sns-publishes'));
    expectTruth(report, 'eventbridge-rules', billed('events-invocations'));
    expectTruth(report, 'eventbridge-scheduler', billed('scheduler-invocations'));
    expect(rowOf(report, 'dynamodb-write-capacity').limit).toBe(25 * days * 24);
    expect(rowOf(report, 'sqs-requests').parts).toContainEqual({ name: 'polling', used: truth.polls });
  });
});

describe('the present month', () => {
  const month = monthOf(Date.UTC(2026, 9, 1));

  it('in its first hour', async () => {
    await createSystem(month.startMs - DAY);
    await createTable();
    await account.moveTo(month.startMs);
    await put('first');
    await account.moveTo(month.startMs + 40 * 60_000);
    const truth = plant(month.startMs, month.startMs + HOUR, () => 30);
    const report = await account.report();
    expectTruth(report, 'lambda-requests', truth.invocations);
    expectTruth(report, 'lambda-compute', truth.gbSeconds);
    expectTruth(report, 'sqs-requests', truth.sqsRequests);
    const now = account.clock.now();
    expectTruth(report, 'dynamodb-write-capacity', account.billed('dynamodb-write-capacity', month.startMs, now));
    expectTruth(report, 'dynamodb-write-units', account.billed('dynamodb-write-units', month.startMs, now));
    for (const row of report.rows) {
      expect(row).toMatchObject({ id: row.id, used: expect.any(Number) });
      if (row.projection === 'flow') expect(row).toMatchObject({ id: row.id, confidence: 'low' });
    }
  });

  it('in which the table was created', async () => {
    await createSystem(month.startMs);
    await account.moveTo(month.startMs + 11 * DAY + 10 * HOUR + 20 * 60_000);
    await createTable();
    await account.moveTo(month.startMs + 20 * DAY + 13 * HOUR);
    const report = await account.report();
    const now = account.clock.now();
    for (const direction of ['write', 'read'] as const) {
      const id = `dynamodb-${direction}-capacity` as const;
      const truth = account.billed(id, month.startMs, now);
      expectTruth(report, id, truth);
      // Nothing before it was there, the whole setting until the end.
      const left = (month.endMs - now) / HOUR;
      const setting = direction === 'write' ? 8 : 5;
      expect(rowOf(report, id).projected! / (truth + setting * left)).toBeCloseTo(1, 2);
    }
  });

  it('in which the capacity was changed, in the middle of an hour, up and down', async () => {
    await createSystem(month.startMs - DAY);
    await createTable(capacity(2, 2));
    const update = (read: number, write: number) =>
      account.call('dynamodb', 'UpdateTable', { TableName: 'events', ...capacity(read, write) });
    await account.moveTo(month.startMs + 5 * DAY + 32 * 60_000);
    await update(40, 30);
    await account.moveTo(month.startMs + 9 * DAY + 11 * 60_000);
    await update(1, 5);
    await account.moveTo(month.startMs + 14 * DAY);
    const report = await account.report();
    for (const id of ['dynamodb-write-capacity', 'dynamodb-read-capacity'] as const) {
      expectTruth(report, id, account.billed(id, month.startMs, account.clock.now()));
    }
  });

  it('in which the table went on demand', async () => {
    await createSystem(month.startMs - DAY);
    await createTable(capacity(5, 5));
    await account.moveTo(month.startMs + 6 * DAY);
    await putMany(20);
    await account.moveTo(month.startMs + 6 * DAY + 2 * HOUR);
    await account.call('dynamodb', 'UpdateTable', { TableName: 'events', BillingMode: 'PAY_PER_REQUEST' });
    await account.moveTo(month.startMs + 7 * DAY);
    const switched = account.clock.now();
    await putMany(300, 3000);
    await account.moveTo(month.startMs + 10 * DAY);
    const report = await account.report();
    const now = account.clock.now();
    for (const id of ['dynamodb-write-capacity', 'dynamodb-write-units', 'dynamodb-read-capacity'] as const) {
      expectTruth(report, id, account.billed(id, month.startMs, now));
    }
    // What it consumes on demand is paid, and nothing else.
    const paid = account.billed('dynamodb-write-units', switched, now);
    expect(paid).toBe(300 * 3);
    expect(rowOf(report, 'dynamodb-write-units').parts).toContainEqual({ name: 'on-demand', used: paid });
    expect(rowOf(report, 'dynamodb-write-capacity').projected).toBeCloseTo(
      rowOf(report, 'dynamodb-write-capacity').used!,
      5,
    );
  });

  it('in which an index came and another went', async () => {
    await createSystem(month.startMs - DAY);
    const index = (IndexName: string, units: number) => ({
      IndexName,
      KeySchema: [{ AttributeName: 'body', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
      ...capacity(units, units),
    });
    const AttributeDefinitions = ['id', 'body'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
    await createTable({ ...capacity(2, 3), AttributeDefinitions, GlobalSecondaryIndexes: [index('first', 4)] });
    await account.moveTo(month.startMs + 3 * DAY);
    const update = (change: object) =>
      account.call('dynamodb', 'UpdateTable', {
        TableName: 'events',
        AttributeDefinitions,
        GlobalSecondaryIndexUpdates: [change],
      });
    await update({ Create: index('second', 6) });
    await putMany(30);
    await account.moveTo(month.startMs + 8 * DAY);
    const report = await account.report();
    const now = account.clock.now();
    for (const id of ['dynamodb-write-capacity', 'dynamodb-read-capacity', 'dynamodb-write-units'] as const) {
      expectTruth(report, id, account.billed(id, month.startMs, now));
    }
    expectTruth(report, 'dynamodb-storage', storedNow(now));
  });

  /** What is kept now, GB: held over the last whole hour. */
  const storedNow = (now: number) => account.billed('dynamodb-bytes', now - HOUR, now) / 2 ** 30;

  it('in which memory was changed by a release', async () => {
    await createSystem(month.startMs - DAY);
    await account.moveTo(month.startMs + 10 * DAY);
    await account.call('lambda', 'UpdateFunctionConfiguration', { FunctionName: 'jobs-worker', MemorySize: 1024 });
    await account.clock.advance(1000);
    await account.call('lambda', 'PublishVersion', { FunctionName: 'jobs-worker' });
    await account.clock.advance(1000);
    await account.call('lambda', 'UpdateAlias', { FunctionName: 'jobs-worker', Name: 'live', FunctionVersion: '2' });
    const moved = account.clock.now();
    await account.moveTo(month.startMs + 16 * DAY);
    account.configure({ jobs: { function: 'jobs-worker', alias: 'live', queue: 'jobs' } });
    const truth = plant(month.startMs, account.clock.now(), rhythm(100), (at) =>
      at < moved ? { version: '1', memoryMb: 256 } : { version: '2', memoryMb: 1024 },
    );
    const report = await account.report();
    expectTruth(report, 'lambda-compute', truth.gbSeconds);
    expect(rowOf(report, 'lambda-compute').used! / truth.gbSecondsRun).toBeCloseTo(1, 2);
    expectTruth(report, 'lambda-requests', truth.invocations);
  });

  it('with points missing', async () => {
    await createSystem(month.startMs - DAY);
    await createTable();
    await account.moveTo(month.startMs + 12 * DAY);
    const truth = plant(
      month.startMs,
      account.clock.now(),
      // Whole days without a message.
      (at) => (new Date(at).getUTCDay() % 6 === 0 ? 0 : 40),
    );
    const { cloudwatch } = account.simulator.region();
    for (const metric of ['ProvisionedReadCapacityUnits', 'ProvisionedWriteCapacityUnits']) {
      cloudwatch.lose('AWS/DynamoDB', metric, month.startMs, month.startMs + 2 * HOUR);
      cloudwatch.lose('AWS/DynamoDB', metric, month.startMs + 3 * DAY, month.startMs + 3 * DAY + 9 * HOUR);
      cloudwatch.lose('AWS/DynamoDB', metric, account.clock.now() - HOUR, account.clock.now());
    }
    const report = await account.report();
    expectTruth(report, 'lambda-requests', truth.invocations);
    expectTruth(report, 'lambda-compute', truth.gbSeconds);
    expectTruth(report, 'sqs-requests', truth.sqsRequests);
    for (const id of ['dynamodb-write-capacity', 'dynamodb-read-capacity'] as const) {
      expectTruth(report, id, account.billed(id, month.startMs, account.clock.now()));
    }
    expect(rowOf(report, 'dynamodb-write-capacity').confidence).toBe('medium');
  });

  it('with a queue, a table and a topic that two services share, each once', async () => {
    await createSystem(month.startMs - DAY);
    await createTable();
    const { queue, table, topic } = SERVICE;
    account.configure({ worker: { queue }, jobs: SERVICE, reporter: { queue, table, topic } });
    const { TopicArn } = await account.call('sns', 'CreateTopic', { Name: 'news' });
    await account.moveTo(month.startMs + DAY);
    for (let n = 0; n < 7; n++) await account.call('sns', 'Publish', { TopicArn, Message: 'x' });
    await account.moveTo(month.startMs + 8 * DAY);
    const truth = plant(month.startMs, account.clock.now(), rhythm(200));
    const report = await account.report();
    expectTruth(report, 'sqs-requests', truth.sqsRequests);
    expectTruth(report, 'sns-publishes', 7);
    expectTruth(
      report,
      'dynamodb-write-capacity',
      account.billed('dynamodb-write-capacity', month.startMs, account.clock.now()),
    );
  });
});

describe('what is counted over the whole account', () => {
  const month = monthOf(Date.UTC(2026, 9, 1));

  it('is right whoever uses it', async () => {
    await createSystem(month.startMs - DAY);
    account.configure({ jobs: { topic: 'news' } });
    const TopicArn = 'arn:aws:sns:us-east-1:000000000000:news';
    const DashboardBody = JSON.stringify({ widgets: [] });
    for (const DashboardName of ['a', 'b']) {
      await account.call('cloudwatch', 'PutDashboard', { DashboardName, DashboardBody });
    }
    // A subscriber by mail and one that is a queue: the metrics do not tell them apart.
    await account.call('sns', 'Subscribe', { TopicArn, Protocol: 'email', Endpoint: 'a@example.com' });
    const [, Token] = /Token=([^&\s]+)/.exec(account.simulator.region().sns.outbox[0]!.body)!;
    await account.call('sns', 'ConfirmSubscription', { TopicArn, Token });
    const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:jobs-dlq';
    await account.call('sns', 'Subscribe', { TopicArn, Protocol: 'sqs', Endpoint });
    await account.moveTo(month.startMs + 10 * DAY);
    await account.call('logs', 'CreateLogGroup', { logGroupName: 'other' });
    await account.call('logs', 'CreateLogStream', { logGroupName: 'other', logStreamName: 's' });
    for (let day = 10; day < 13; day++) {
      await account.moveTo(month.startMs + day * DAY);
      for (let n = 0; n < 9; n++) {
        await account.call('sns', 'Publish', { TopicArn, Message: 'x' });
        await account.call('cloudwatch', 'PutMetricData', {
          Namespace: 'Mine',
          MetricData: ['one', 'two', 'three', 'four'].slice(0, n + 1).map((MetricName) => ({ MetricName, Value: 1 })),
        });
        await account.call('logs', 'PutLogEvents', {
          logGroupName: 'other',
          logStreamName: 's',
          logEvents: [{ timestamp: account.clock.now(), message: 'x'.repeat(5_000) }],
        });
      }
    }
    // As late as can be: alarms look at their metrics all the time.
    const [one, two] = ['one', 'two'].map((name) => ({
      MetricStat: { Metric: { Namespace: 'Mine', MetricName: name }, Period: 300, Stat: 'Sum' },
      Id: name,
      ReturnData: false,
    }));
    const threshold = { EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' };
    await account.call('cloudwatch', 'PutMetricAlarm', {
      ...threshold,
      AlarmName: 'sum',
      Metrics: [one, two, { Id: 'both', Expression: 'one + two', ReturnData: true }],
    });
    for (const AlarmName of ['plain', 'fine']) {
      const metric = { Namespace: 'Mine', MetricName: 'one', Statistic: 'Sum', Period: AlarmName === 'fine' ? 10 : 60 };
      await account.call('cloudwatch', 'PutMetricAlarm', { ...threshold, ...metric, AlarmName });
    }
    await account.clock.advance(HOUR);
    const billed = (quantity: BilledQuantity, resource?: string) =>
      account.billed(quantity, month.startMs, month.endMs, resource);
    const written = billed('logs-bytes');
    const calls = billed('api-calls', 'cloudwatch:PutMetricData');
    const report = await account.report();
    expectTruth(report, 'sns-publishes', billed('sns-publishes'));
    expectTruth(report, 'sns-emails', billed('sns-emails'));
    expectTruth(report, 'cloudwatch-alarms', 2 + 1);
    expect(rowOf(report, 'cloudwatch-alarms').parts).toContainEqual({ name: 'high resolution', used: 1 });
    expectTruth(report, 'cloudwatch-metrics', 4);
    expectTruth(report, 'cloudwatch-dashboards', 2);
    // Nothing was deleted: what was written is kept, and both are in the allowance.
    expectTruth(report, 'cloudwatch-logs', (2 * written) / 2 ** 30);
    // What the report asks before it counts the calls is in the count.
    expect(rowOf(report, 'cloudwatch-api').used).toBeGreaterThanOrEqual(calls);
    expect(rowOf(report, 'cloudwatch-api').used).toBeLessThanOrEqual(calls + report.self.apiCalls);
  });
});

describe('a month long ago', () => {
  // Minutes are kept for 15 days, five minutes for 63: of this one only hours are left.
  it.each([20, 70, 400])('%i days after its end', async (daysAgo) => {
    const month = monthOf(Date.UTC(2026, 1, 1));
    await createSystem(month.startMs);
    await account.moveTo(month.endMs + daysAgo * DAY);
    account.configure({ jobs: { function: 'jobs-worker', alias: 'live', queue: 'jobs' } });
    const truth = plant(month.startMs, month.endMs, rhythm(30));
    const report = await account.report('--month', '2026-02');
    expectTruth(report, 'lambda-requests', truth.invocations);
    expectTruth(report, 'lambda-compute', truth.gbSeconds);
    expectTruth(report, 'sqs-requests', truth.sqsRequests);
  });
});
