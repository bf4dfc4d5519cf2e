import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { AwsResourceLists } from '../../../../../src/lib/aws/adapters/aws-resource-lists.ts';
import { CloudWatchAlarms } from '../../../../../src/lib/aws/adapters/cloudwatch-alarms.ts';
import { cloudWatchClient } from '../../../../../src/lib/aws/adapters/cloudwatch-client.ts';
import { EventSchedules } from '../../../../../src/lib/aws/adapters/event-schedules.ts';
import type { ClientSetup } from '../../../../../src/lib/aws/client-options.ts';
import { type Operate, operator } from '../../../../../src/lib/sandbox/operate.ts';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';

let simulator: Simulator;
let operate: Operate;
let setup: ClientSetup;
let calls: number;
beforeAll(async () => {
  simulator = await Simulator.start({ clock: new SimulatedClock({ rate: 0 }) });
  operate = operator(simulator, 'us-east-1', 'test');
  setup = {
    options: {
      region: 'us-east-1',
      endpoint: simulator.endpoint,
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
      maxAttempts: 1,
      customUserAgent: 'test',
    },
    observe: () => calls++,
    now: Date.now,
  };
});
afterAll(() => simulator.close());
beforeEach(() => {
  calls = 0;
});

/** Makes so many, one after the other; answers their names in the order of the alphabet. */
async function make(count: number, one: (name: string) => Promise<unknown>): Promise<readonly string[]> {
  const names = Array.from({ length: count }, (_, number) => `n-${String(number).padStart(4, '0')}`);
  for (const name of names) await one(name);
  return names;
}

test('functions are listed to the last page', async () => {
  const names = await make(51, (FunctionName) =>
    operate('lambda', 'CreateFunction', {
      FunctionName,
      Role: 'arn:aws:iam::000000000000:role/r',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: 'UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==' },
    }),
  );
  const functions = await new AwsResourceLists(setup).functions();
  expect(functions.map(({ name }) => name).sort()).toEqual(names);
  expect(calls).toBe(2);
});

test('queues are listed to the last page', async () => {
  const names = await make(1_001, (QueueName) => operate('sqs', 'CreateQueue', { QueueName }));
  expect([...(await new AwsResourceLists(setup).queues())].sort()).toEqual(names);
  expect(calls).toBe(2);
});

test('tables are listed to the last page', async () => {
  const names = await make(101, (TableName) =>
    operate('dynamodb', 'CreateTable', {
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    }),
  );
  expect([...(await new AwsResourceLists(setup).tables())].sort()).toEqual(names);
  expect(calls).toBe(2);
});

test('topics are listed to the last page', async () => {
  const names = await make(101, (Name) => operate('sns', 'CreateTopic', { Name }));
  expect([...(await new AwsResourceLists(setup).topics())].sort()).toEqual(names);
  expect(calls).toBe(2);
});

test('alarms are listed to the last page', async () => {
  const names = await make(101, (AlarmName) =>
    operate('cloudwatch', 'PutMetricAlarm', {
      AlarmName,
      Namespace: 'Own',
      MetricName: 'm',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  );
  const alarms = new CloudWatchAlarms(cloudWatchClient(setup));
  expect((await alarms.list()).map(({ name }) => name)).toEqual(names);
  expect(calls).toBe(2);
  expect((await alarms.allAlarms()).map(({ name }) => name)).toEqual(names);
  expect(await alarms.states(['n-0007', 'n-0100'])).toMatchObject([{ name: 'n-0007' }, { name: 'n-0100' }]);
});

test('schedules are listed to the last page', async () => {
  const names = await make(101, (Name) =>
    operate('scheduler', 'CreateSchedule', {
      Name,
      ScheduleExpression: 'cron(0 8 ? * MON *)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: Name === 'n-0100' ? 'DISABLED' : 'ENABLED',
      Target: { Arn: `arn:${Name}`, RoleArn: 'arn:aws:iam::000000000000:role/r' },
    }),
  );
  const schedules = await new EventSchedules(cloudWatchClient(setup), setup, undefined).list();
  expect(schedules.map(({ name }) => name)).toEqual(names);
  expect(schedules.at(-1)).toEqual({ name: 'n-0100', enabled: false, targetArn: 'arn:n-0100' });
  expect(calls).toBe(2);
});
