import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAliasRecord } from '../../../../src/lib/release/alias-record.ts';
import { parseEntry } from '../../../../src/lib/release-ledger/entry-row.ts';
import { ALARMS } from '../../../../src/lib/sandbox/alarms.ts';
import { type Operate, operator } from '../../../../src/lib/sandbox/operate.ts';
import { type Sandbox, startSandbox } from '../../../../src/lib/sandbox/start-sandbox.ts';

const NOW = Date.UTC(2026, 5, 1, 12);

describe('the seeded example system', () => {
  let sandbox: Sandbox;
  let operate: Operate;

  beforeAll(async () => {
    sandbox = await startSandbox({ rate: 0, now: NOW });
    operate = operator(sandbox.simulator, 'us-east-1', 'test');
  });

  afterAll(async () => {
    await sandbox.close();
  });

  const queue = async (name: string) => {
    const { QueueUrl } = await operate('sqs', 'GetQueueUrl', { QueueName: name });
    return (await operate('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] })).Attributes;
  };

  test('has a FIFO queue whose messages die after three deliveries, and are kept for 14 days', async () => {
    const attributes = await queue('cv-analytics-queue.fifo');
    expect(JSON.parse(attributes.RedrivePolicy)).toEqual({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:cv-analytics-dlq.fifo',
      maxReceiveCount: 3,
    });
    expect(await queue('cv-analytics-dlq.fifo')).toMatchObject({
      MessageRetentionPeriod: '1209600',
      FifoQueue: 'true',
    });
  });

  test('hides a message for at least six times as long as the function may take', async () => {
    const { VisibilityTimeout } = await queue('cv-analytics-queue.fifo');
    const { Timeout } = await operate('lambda', 'GetFunctionConfiguration', { FunctionName: 'cv-analytics-processor' });
    expect(Number(VisibilityTimeout)).toBeGreaterThanOrEqual(6 * Timeout);
  });

  test('stays inside the free write and read units', async () => {
    const { Table } = await operate('dynamodb', 'DescribeTable', { TableName: 'cv-analytics-events' });
    expect(Table.TableStatus).toBe('ACTIVE');
    expect(Table.ProvisionedThroughput.WriteCapacityUnits).toBeLessThanOrEqual(25);
    expect(Table.ProvisionedThroughput.ReadCapacityUnits).toBeLessThanOrEqual(25);
    expect(await operate('dynamodb', 'DescribeTimeToLive', { TableName: 'cv-analytics-events' })).toMatchObject({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' },
    });
  });

  test('has five releases of the processor, the fifth live, the fourth known as the one before', async () => {
    const { Versions } = await operate('lambda', 'ListVersionsByFunction', { FunctionName: 'cv-analytics-processor' });
    const published = Versions.filter(({ Version }: { Version: string }) => Version !== '$LATEST');
    expect(published.map(({ Version }: { Version: string }) => Version)).toEqual(['1', '2', '3', '4', '5']);
    expect(new Set(published.map(({ CodeSha256 }: { CodeSha256: string }) => CodeSha256)).size).toBe(5);
    const alias = await operate('lambda', 'GetAlias', { FunctionName: 'cv-analytics-processor', Name: 'live' });
    expect(alias.FunctionVersion).toBe('5');
    expect(parseAliasRecord(alias.Description)).toMatchObject({ version: '5', previous: '4', by: 'ci' });
  });

  test('remembers its releases, inside the free units that the table of events leaves', async () => {
    const { Table } = await operate('dynamodb', 'DescribeTable', { TableName: 'cv-analytics-releases' });
    expect(Table.ProvisionedThroughput.WriteCapacityUnits).toBeLessThanOrEqual(5);
    const { Items } = await operate('dynamodb', 'Query', {
      TableName: 'cv-analytics-releases',
      KeyConditionExpression: '#target = :target',
      ExpressionAttributeNames: { '#target': 'target' },
      ExpressionAttributeValues: { ':target': { S: 'cv-analytics-processor:live' } },
    });
    const entries = Items.map(({ entry }: { entry: { S: string } }) => parseEntry(entry.S));
    expect(entries.map(({ from, to }: { from: string; to: string }) => `${from} → ${to}`)).toEqual([
      '1 → 2',
      '2 → 3',
      '3 → 4',
      '4 → 5',
    ]);
    const alias = await operate('lambda', 'GetAlias', { FunctionName: 'cv-analytics-processor', Name: 'live' });
    expect(entries.at(-1)).toMatchObject({
      id: parseAliasRecord(alias.Description)?.releaseId,
      revisionAfter: alias.RevisionId,
    });
  });

  test('has a history of releases in CloudTrail that ends before now', () => {
    const moves = sandbox.simulator
      .region('us-east-1')
      .trail.filter(({ eventName, errorCode }) => eventName.startsWith('UpdateAlias') && errorCode === undefined);
    expect(moves.length).toBeGreaterThanOrEqual(4);
    expect(moves.every(({ at }) => at < NOW)).toBe(true);
    expect(sandbox.simulator.clock.now()).toBeGreaterThanOrEqual(NOW);
    expect(sandbox.simulator.clock.now()).toBeLessThan(NOW + 60_000);
  });

  test('feeds the alias, not the function, with partial batch failures', async () => {
    const { EventSourceMappings } = await operate('lambda', 'ListEventSourceMappings', {});
    expect(EventSourceMappings).toMatchObject([
      {
        FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:cv-analytics-processor:live',
        State: 'Enabled',
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    ]);
  });

  test('runs the reporter’s alias on a schedule', async () => {
    const schedule = await operate('scheduler', 'GetSchedule', { Name: 'cv-analytics-weekly-report' });
    expect(schedule.Target.Arn).toBe('arn:aws:lambda:us-east-1:000000000000:function:cv-analytics-reporter:live');
  });

  test('mails when something dies: the system’s alarms, a topic, a confirmed subscription', async () => {
    const { MetricAlarms } = await operate('cloudwatch', 'DescribeAlarms', {});
    const topic = 'arn:aws:sns:us-east-1:000000000000:cv-analytics-alerts';
    expect(MetricAlarms.map(({ AlarmName }: { AlarmName: string }) => AlarmName)).toEqual(
      ALARMS.map(({ name }) => name).sort(),
    );
    for (const { AlarmActions } of MetricAlarms) expect(AlarmActions).toEqual([topic]);
    const { Subscriptions } = await operate('sns', 'ListSubscriptions', {});
    expect(Subscriptions).toMatchObject([{ Protocol: 'email', SubscriptionArn: expect.stringMatching(/^arn:/) }]);
  });

  test('keeps logs for a limited time', async () => {
    const { logGroups } = await operate('logs', 'DescribeLogGroups', {
      logGroupNamePrefix: '/aws/lambda/cv-analytics-',
    });
    expect(logGroups.map(({ retentionInDays }: { retentionInDays: number }) => retentionInDays)).toEqual([14, 14]);
  });

  test('listens on loopback only', () => {
    expect(sandbox.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect(sandbox.workerUrl).toMatch(/^http:\/\/127\.0\.0\.1:/);
  });
});
