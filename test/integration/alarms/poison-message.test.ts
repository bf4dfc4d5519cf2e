import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ALARMS, alarmInput } from '../../../src/lib/sandbox/alarms.ts';
import { type Operate, operator } from '../../../src/lib/sandbox/operate.ts';
import { type Sandbox, startSandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { SimulatedClock } from '../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../src/lib/simulator/simulator.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
/** Deliveries until a message is dead, each as far from the next as the visibility timeout, and a little more. */
const DEATH_MS = SYSTEM.maxReceiveCount * SYSTEM.visibilityTimeoutSeconds * 1000 + MINUTE;
/** The alarm that the article has: Lambda's errors, more than five in five minutes. */
const ARTICLE = 'article-processor-errors';

let sandbox: Sandbox;
let operate: Operate;
beforeEach(async () => {
  sandbox = await startSandbox({ rate: 0, now: Date.UTC(2026, 5, 3, 12) });
  operate = operator(sandbox.simulator, SYSTEM.region, 'test');
  const { TopicArn } = await operate('sns', 'CreateTopic', { Name: SYSTEM.topic });
  await operate('cloudwatch', 'PutMetricAlarm', {
    AlarmName: ARTICLE,
    ComparisonOperator: 'GreaterThanThreshold',
    EvaluationPeriods: 1,
    MetricName: 'Errors',
    Namespace: 'AWS/Lambda',
    Period: 300,
    Statistic: 'Sum',
    Threshold: 5,
    Dimensions: [{ Name: 'FunctionName', Value: SYSTEM.processor }],
    AlarmActions: [TopicArn],
  });
  // All alarms have data, and the mails that say so are out.
  await advance(2 * MINUTE);
});
afterEach(() => sandbox.close());

const advance = (ms: number) => sandbox.simulator.clock.advance(ms);
const now = () => sandbox.simulator.clock.now();

/** What the processor cannot read, each in a group of its own. */
async function poison(count: number): Promise<void> {
  const { QueueUrl } = await operate('sqs', 'GetQueueUrl', { QueueName: SYSTEM.queue });
  for (let number = 1; number <= count; number++) {
    await operate('sqs', 'SendMessage', {
      QueueUrl,
      MessageBody: 'no event',
      MessageGroupId: `poison-${number}`,
      MessageDeduplicationId: `poison-${number}`,
    });
  }
}

async function depth(): Promise<number> {
  const { QueueUrl } = await operate('sqs', 'GetQueueUrl', { QueueName: SYSTEM.dlq });
  const { Attributes } = await operate('sqs', 'GetQueueAttributes', {
    QueueUrl,
    AttributeNames: ['ApproximateNumberOfMessages'],
  });
  return Number(Attributes.ApproximateNumberOfMessages);
}

/** All mails that say that an alarm went off. */
const alarmMails = () =>
  sandbox.simulator.region(SYSTEM.region).sns.outbox.filter(({ subject }) => subject.startsWith('ALARM: '));

/** Steps of a second, so that the time of each thing is known; answers ms since the epoch. */
async function advanceUntil(reached: () => boolean | Promise<boolean>, limitMs: number): Promise<number> {
  for (const end = now() + limitMs; now() < end; await advance(1000)) if (await reached()) return now();
  throw new Error(`not within ${limitMs} ms`);
}

async function states(): Promise<Readonly<Record<string, string>>> {
  const { MetricAlarms } = await operate('cloudwatch', 'DescribeAlarms', {});
  return Object.fromEntries(
    MetricAlarms.map(({ AlarmName, StateValue }: Record<string, string>) => [AlarmName, StateValue]),
  );
}

async function historyOf(name: string): Promise<readonly string[]> {
  const { AlarmHistoryItems } = await operate('cloudwatch', 'DescribeAlarmHistory', {
    AlarmName: name,
    HistoryItemType: 'StateUpdate',
  });
  return AlarmHistoryItems.map(({ HistorySummary }: { HistorySummary: string }) => HistorySummary);
}

describe('a poison message', () => {
  test('raises the alarm on the depth of the dead-letter queue, and a mail is out within one evaluation period', async () => {
    await poison(1);
    const dead = await advanceUntil(async () => (await depth()) === 1, DEATH_MS);
    expect(alarmMails()).toEqual([]);
    const told = await advanceUntil(() => alarmMails().length > 0, 10 * MINUTE);
    const { periodSeconds, periods } = ALARMS.find(({ name }) => name === SYSTEM.depthAlarm)!;
    expect(told - dead).toBeLessThanOrEqual(periodSeconds * periods * 1000);
    expect(alarmMails()).toMatchObject([
      { to: SYSTEM.mailTo, subject: 'ALARM: "cv-analytics-dlq-depth" in US East (N. Virginia)' },
    ]);
    expect(await states()).toMatchObject({
      [SYSTEM.depthAlarm]: 'ALARM',
      [ARTICLE]: expect.not.stringMatching('ALARM'),
    });
  });

  test('never raises the article’s alarm on Lambda’s errors, however many die: a partial batch failure is none', async () => {
    await poison(12);
    await advanceUntil(async () => (await depth()) === 12, 5 * DEATH_MS);
    await advance(10 * MINUTE);
    const { Datapoints } = await operate('cloudwatch', 'GetMetricStatistics', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: SYSTEM.processor }],
      StartTime: now() / 1000 - 3600,
      EndTime: now() / 1000 + 60,
      Period: 3600,
      Statistics: ['Sum', 'SampleCount'],
    });
    // Runs with failures, more than the article's alarm takes, and Lambda counts no error.
    const total = (member: 'Sum' | 'SampleCount') =>
      Datapoints.reduce((sum: number, point: Record<typeof member, unknown>) => sum + Number(point[member]), 0);
    expect(total('SampleCount')).toBeGreaterThan(5);
    expect(total('Sum')).toBe(0);
    expect((await historyOf(ARTICLE)).filter((line) => line.includes('to ALARM'))).toEqual([]);
    expect(alarmMails().map(({ subject }) => subject.split('"')[1])).toEqual([SYSTEM.depthAlarm]);
  });

  test('that is gone ends the alarm with a mail, too', async () => {
    await poison(1);
    await advanceUntil(() => alarmMails().length > 0, 2 * DEATH_MS);
    const { QueueUrl } = await operate('sqs', 'GetQueueUrl', { QueueName: SYSTEM.dlq });
    await operate('sqs', 'PurgeQueue', { QueueUrl });
    await advance(2 * MINUTE);
    expect(await historyOf(SYSTEM.depthAlarm)).toContain('Alarm updated from ALARM to OK');
    expect(sandbox.simulator.region(SYSTEM.region).sns.outbox.at(-1)?.subject).toMatch(/^OK: "cv-analytics-dlq-depth"/);
  });
});

test('the article’s alarm goes off when the function fails as a whole, and ours does so earlier', async () => {
  const failures = async (count: number) => {
    sandbox.simulator.region(SYSTEM.region).cloudwatch.plant(
      [{}, { Resource: `${SYSTEM.processor}:${SYSTEM.alias}` }].map((resource) => ({
        namespace: 'AWS/Lambda',
        metric: 'Errors',
        dimensions: { FunctionName: SYSTEM.processor, ...resource },
        points: [{ at: now(), sum: count, samples: count }],
      })),
    );
    await advance(MINUTE);
  };
  await failures(5);
  expect(await states()).toMatchObject({ 'cv-analytics-processor-errors': 'ALARM', [ARTICLE]: 'OK' });
  await failures(1);
  expect(await states()).toMatchObject({ [ARTICLE]: 'ALARM' });
});

test('on the first day no alarm of the system is off', async () => {
  expect(Object.entries(await states()).filter(([, state]) => state !== 'OK' && state !== 'INSUFFICIENT_DATA')).toEqual(
    [],
  );
});

test('the alarm on a report that does not come is off while there was one in a week, and goes off after that', async () => {
  const simulator = await Simulator.start({ clock: new SimulatedClock({ start: Date.UTC(2026, 5, 1, 8), rate: 0 }) });
  try {
    const alarm = ALARMS.find(({ name }) => name === 'cv-analytics-reporter-did-not-run')!;
    const { namespace, metric, dimensions } = alarm;
    const { cloudwatch } = simulator.region();
    cloudwatch.plant([{ namespace, metric, dimensions, points: [{ at: simulator.clock.now(), sum: 1 }] }]);
    const call = operator(simulator, SYSTEM.region, 'test');
    await call('cloudwatch', 'PutMetricAlarm', alarmInput(alarm, 'arn:aws:sns:us-east-1:000000000000:nobody'));
    const state = async () => (await call('cloudwatch', 'DescribeAlarms', {})).MetricAlarms[0].StateValue;
    await simulator.clock.advance(6 * DAY);
    expect(await state()).toBe('OK');
    // How far back beyond its seven days an alarm looks is AWS's own affair: two more in the simulator.
    await simulator.clock.advance(4 * DAY);
    expect(await state()).toBe('ALARM');
  } finally {
    await simulator.close();
  }
});
