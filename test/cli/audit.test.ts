import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AuditCheck } from '../../src/lib/audit/audit.ts';
import { DAY_MS } from '../../src/lib/durations.ts';
import { formatAliasRecord } from '../../src/lib/release/alias-record.ts';
import { ALARMS, alarmInput } from '../../src/lib/sandbox/alarms.ts';
import { type Operate, operator } from '../../src/lib/sandbox/operate.ts';
import { type Sandbox, startSandbox } from '../../src/lib/sandbox/start-sandbox.ts';
import { SYSTEM } from '../../src/lib/sandbox/system.ts';
import type { SimulatedClock } from '../../src/lib/simulator/kernel/clock.ts';
import { endpointEnv } from '../support/endpoint-env.ts';
import { passingTime } from '../support/passing-time.ts';
import { jsonOf, type RunCliOptions, runCli } from '../support/run-cli.ts';

const NOW = Date.UTC(2026, 5, 3, 12);
const { processor, reporter, queue, dlq, table, topic, sender } = SYSTEM;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ rate: 0, now: NOW });
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const clock = () => sandbox.simulator.clock as SimulatedClock;
const operate: Operate = (...call) => operator(sandbox.simulator, SYSTEM.region, 'test')(...call);
const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:000000000000:${resource}`;
const cli = (argv: readonly string[] = [], options: RunCliOptions = {}) =>
  runCli(['audit', ...argv], {
    env: endpointEnv(sandbox.endpoint),
    clock: passingTime(clock()),
    ...options,
  });
const checksOf = async (...argv: string[]) => jsonOf(await cli([...argv, '--json'])).data.checks as AuditCheck[];
const idsOf = (checks: readonly AuditCheck[], status: string) =>
  checks.filter((check) => check.status === status).map(({ id }) => id);

async function setQueue(name: string, Attributes: Record<string, string>) {
  const { QueueUrl } = await operate('sqs', 'GetQueueUrl', { QueueName: name });
  await operate('sqs', 'SetQueueAttributes', { QueueUrl, Attributes });
}

/** Publishes what is set on the function now, and lets the alias serve it when asked to. */
async function publish(FunctionName: string, serve: boolean) {
  await clock().advance(2_000);
  const { Version } = await operate('lambda', 'PublishVersion', { FunctionName });
  await clock().advance(2_000);
  if (serve) await operate('lambda', 'UpdateAlias', { FunctionName, Name: 'live', FunctionVersion: Version });
}

async function serveWith(settings: object, FunctionName: string = processor) {
  await operate('lambda', 'UpdateFunctionConfiguration', { FunctionName, ...settings });
  await publish(FunctionName, true);
}

async function mapping(): Promise<string> {
  const { EventSourceMappings } = await operate('lambda', 'ListEventSourceMappings', {});
  return EventSourceMappings[0].UUID;
}

async function setMapping(settings: object) {
  await operate('lambda', 'UpdateEventSourceMapping', { UUID: await mapping(), ...settings });
  await clock().advance(60_000);
}

async function setSchedule(over: object) {
  const found = await operate('scheduler', 'GetSchedule', { Name: 'cv-analytics-weekly-report' });
  await operate('scheduler', 'UpdateSchedule', { ...found, ...over });
}

async function log(name: string, message: string, logGroupName = `/aws/lambda/${name}`) {
  const stream = { logGroupName, logStreamName: `2026/06/03/${name}[5]one` };
  await operate('logs', 'CreateLogStream', stream);
  await operate('logs', 'PutLogEvents', { ...stream, logEvents: [{ timestamp: clock().now() - 60_000, message }] });
}

const noAlarm = (end: string) => () =>
  operate('cloudwatch', 'DeleteAlarms', {
    AlarmNames: ALARMS.map(({ name }) => name).filter((name) => name.endsWith(end)),
  });

const putAlarm = (end: string, over: object) => {
  const alarm = ALARMS.find(({ name }) => name.endsWith(end))!;
  return operate('cloudwatch', 'PutMetricAlarm', { ...alarmInput(alarm, arn('sns', topic)), ...over });
};

const split = (at: number | null) =>
  operate('lambda', 'UpdateAlias', {
    FunctionName: processor,
    Name: 'live',
    RoutingConfig: { AdditionalVersionWeights: { 4: 0.1 } },
    Description:
      at === null
        ? ''
        : formatAliasRecord({
            releaseId: 'r-1',
            kind: 'canary',
            version: '5',
            previous: '4',
            step: 10,
            canary: '4',
            at,
            by: 'ana',
            quarantined: [],
            reason: null,
          }),
  });

const letEverybody = (resource: string) =>
  JSON.stringify({ Statement: [{ Sid: 'Open', Effect: 'Allow', Principal: '*', Action: '*', Resource: resource }] });

function die(days: number | null) {
  const region = sandbox.simulator.region();
  region.sqs.plant(dlq, [{ body: 'x', groupId: 'g', receiveCount: 3 }]);
  if (days === null) return;
  const metric = 'ApproximateAgeOfOldestMessage';
  const points = [{ at: clock().now() - 60_000, sum: (days * DAY_MS) / 1000 }];
  region.cloudwatch.plant([{ namespace: 'AWS/SQS', metric, dimensions: { QueueName: dlq }, unit: 'Seconds', points }]);
}

const each = <T>(count: number, make: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

type Break = readonly [what: string, id: string, breakIt: () => unknown, evidence: string, mend: string];

const BROKEN: readonly Break[] = [
  [
    'a log group that keeps for ever',
    'log-retention',
    () => operate('logs', 'DeleteRetentionPolicy', { logGroupName: `/aws/lambda/${processor}` }),
    `processor: /aws/lambda/${processor} keeps lines for ever`,
    'retention_in_days = 14',
  ],
  [
    'a log group that is not there',
    'log-retention',
    () => operate('logs', 'DeleteLogGroup', { logGroupName: `/aws/lambda/${reporter}` }),
    `reporter: no log group /aws/lambda/${reporter}`,
    'aws_cloudwatch_log_group',
  ],
  [
    'no alarm on dead letters',
    'alarm-dlq',
    noAlarm('dlq-depth'),
    'no alarm watches dead letters',
    'aws_cloudwatch_metric_alarm',
  ],
  [
    'an alarm on what was sent to the dead-letter queue, which nothing is',
    'alarm-dlq',
    () => putAlarm('dlq-depth', { MetricName: 'NumberOfMessagesSent' }),
    'no alarm watches dead letters',
    'aws_cloudwatch_metric_alarm',
  ],
  [
    'an alarm that the first dead letter does not raise',
    'alarm-dlq',
    () => putAlarm('dlq-depth', { Threshold: 10 }),
    'cv-analytics-dlq-depth rings only at more than 10 dead letters',
    'aws_cloudwatch_metric_alarm',
  ],
  [
    'an alarm that rings while there are none',
    'alarm-dlq',
    () => putAlarm('dlq-depth', { ComparisonOperator: 'LessThanThreshold', Threshold: 1 }),
    'cv-analytics-dlq-depth compares the wrong way: LessThanThreshold',
    'aws_cloudwatch_metric_alarm',
  ],
  [
    'an alarm whose actions are off',
    'alarm-dlq',
    () => putAlarm('dlq-depth', { ActionsEnabled: false }),
    'cv-analytics-dlq-depth rings, but its actions are disabled',
    'enable-alarm-actions',
  ],
  [
    'no alarm on the age',
    'alarm-queue-age',
    noAlarm('queue-age'),
    'no alarm watches the age',
    'aws_cloudwatch_metric_alarm',
  ],
  [
    'an alarm on an age at which messages are gone',
    'alarm-queue-age',
    () => putAlarm('queue-age', { Threshold: 345_600 }),
    'rings after 4 d, and messages are dropped after 4 d',
    'aws_cloudwatch_metric_alarm',
  ],
  [
    'no alarm on errors',
    'alarm-errors',
    noAlarm('reporter-errors'),
    'reporter: no alarm watches errors',
    'aws_cloudwatch_metric_alarm',
  ],
  [
    'no alarm on throttles',
    'alarm-throttles',
    noAlarm('processor-throttles'),
    'no alarm watches throttles',
    'aws_cloudwatch_metric_alarm',
  ],
  [
    'no alarm on long runs',
    'alarm-duration',
    noAlarm('duration'),
    'no alarm watches long runs',
    'aws_cloudwatch_metric_alarm',
  ],
  [
    'an alarm on runs that Lambda ends before',
    'alarm-duration',
    () => putAlarm('duration', { Threshold: 10_000 }),
    'rings above 10000 ms, and Lambda ends a run at 10000 ms',
    'aws_cloudwatch_metric_alarm',
  ],
  [
    'an alarm on missing runs that takes no data for a good sign',
    'alarm-did-not-run',
    () => putAlarm('did-not-run', { TreatMissingData: 'notBreaching' }),
    'stays silent where there is no data',
    'aws_cloudwatch_metric_alarm',
  ],
  [
    'no alarm on refused writes',
    'alarm-writes',
    noAlarm('write-throttles'),
    'no alarm watches refused writes',
    'aws_cloudwatch_metric_alarm',
  ],
  [
    'settings that were published and are not served',
    'settings-served',
    async () => {
      const settings = { MemorySize: 512, Environment: { Variables: { TABLE_NAME: 'other' } } };
      await operate('lambda', 'UpdateFunctionConfiguration', { FunctionName: processor, ...settings });
      await publish(processor, false);
    },
    'processor: version 6 is not served, and set otherwise than 5: memory goes from 256 MB to 512 MB, environment other values of TABLE_NAME',
    'cvops alias promote processor',
  ],
  [
    'a split that somebody else made',
    'split',
    () => split(null),
    'processor: version 4 at 10 %, by somebody else than cvops',
    'cvops alias recover processor',
  ],
  [
    'a split that was forgotten',
    'split',
    () => split(clock().now() - 2 * DAY_MS),
    'processor: version 4 at 10 % since 2 d: nobody is at it any more',
    'cvops alias recover processor',
  ],
  [
    'a deprecated runtime',
    'runtime',
    () => serveWith({ Runtime: 'nodejs18.x' }),
    'processor: nodejs18.x is deprecated since 2025-09-01',
    'https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html',
  ],
  [
    'a queue without encryption',
    'queue-encryption',
    () => setQueue(dlq, { SqsManagedSseEnabled: 'false' }),
    'processor.dlq: messages lie there unencrypted',
    'sqs_managed_sse_enabled = true',
  ],
  [
    'a queue without a policy',
    'queue-tls',
    () => setQueue(queue, { Policy: '' }),
    'processor.queue: it has no policy',
    'aws:SecureTransport',
  ],
  [
    'a queue for everybody',
    'queue-access',
    () => setQueue(queue, { Policy: letEverybody(arn('sqs', queue)) }),
    'processor.queue: everybody may, whoever calls: Open',
    'aws:SourceArn',
  ],
  [
    'a topic for everybody',
    'topic-access',
    () => {
      const AttributeValue = letEverybody(arn('sns', topic));
      return operate('sns', 'SetTopicAttributes', {
        TopicArn: arn('sns', topic),
        AttributeName: 'Policy',
        AttributeValue,
      });
    },
    'everybody may, whoever calls: Open',
    'aws:SourceArn',
  ],
  [
    'a topic with a key that alarms may not use',
    'topic-key',
    () =>
      operate('sns', 'SetTopicAttributes', {
        TopicArn: arn('sns', topic),
        AttributeName: 'KmsMasterKeyId',
        AttributeValue: 'alias/aws/sns',
      }),
    'alarms cannot publish to it',
    'no kms_master_key_id',
  ],
  [
    'a queue that is mapped to the function itself',
    'through-alias',
    async () => {
      await operate('lambda', 'DeleteEventSourceMapping', { UUID: await mapping() });
      await clock().advance(60_000);
      await operate('lambda', 'CreateEventSourceMapping', {
        EventSourceArn: arn('sqs', queue),
        FunctionName: processor,
      });
    },
    `processor: ${queue} invokes it past live`,
    'the ARN of live',
  ],
  [
    'a permission on the function itself',
    'through-alias',
    () =>
      operate('lambda', 'AddPermission', {
        FunctionName: reporter,
        StatementId: 'Rule',
        Principal: 'events.amazonaws.com',
        Action: 'lambda:InvokeFunction',
      }),
    'reporter: events.amazonaws.com (Rule) invokes it past live',
    'qualifier = "live"',
  ],
  [
    'a schedule that calls the function itself',
    'through-alias',
    () =>
      setSchedule({
        Target: { Arn: arn('lambda', `function:${reporter}`), RoleArn: 'arn:aws:iam::000000000000:role/r' },
      }),
    'reporter: cv-analytics-weekly-report invokes it past live',
    'aws_scheduler_schedule: target',
  ],
  [
    'a schedule that is off',
    'schedule',
    () => setSchedule({ State: 'DISABLED' }),
    'cv-analytics-weekly-report is off',
    'state = "ENABLED"',
  ],
  [
    'a role for two functions',
    'own-role',
    () => serveWith({ Role: `arn:aws:iam::000000000000:role/${reporter}` }),
    `processor: shares ${reporter} with reporter; reporter: shares ${reporter} with processor`,
    'one for each function',
  ],
  [
    'a secret in the environment',
    'environment',
    () =>
      serveWith({
        Environment: {
          Variables: { API_TOKEN: 'do-not-show', NOTE: 'AKIAIOSFODNN7EXAMPLE', TOKEN_ARN: 'arn:aws:ssm:x' },
        },
      }),
    'processor: API_TOKEN, NOTE may hold a secret',
    'aws_ssm_parameter',
  ],
  [
    'two active keys of the sender',
    'sender-key',
    () => operate('iam', 'CreateAccessKey', { UserName: sender }),
    '2 active keys',
    'cvops credentials rotate',
  ],
  [
    'a queue without a dead-letter queue',
    'dead-letter-queue',
    () => setQueue(queue, { RedrivePolicy: '' }),
    'no redrive policy',
    'maxReceiveCount = 3',
  ],
  [
    'messages that die of their first failure',
    'dead-letter-queue',
    () =>
      setQueue(queue, { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn('sqs', dlq), maxReceiveCount: 1 }) }),
    `to ${dlq} after 1 receive: nothing is tried a second time`,
    'maxReceiveCount = 3',
  ],
  [
    'dead letters that are dropped after four days',
    'dlq-retention',
    () => setQueue(dlq, { MessageRetentionPeriod: '345600' }),
    'keeps 4 d of the 14 d that there are',
    'message_retention_seconds = 1209600',
  ],
  [
    'a queue that keeps as long as its dead-letter queue',
    'dlq-retention',
    () => setQueue(queue, { MessageRetentionPeriod: '1209600' }),
    'keeps 14 d, its source no less',
    'of the source',
  ],
  [
    'dead letters of any queue',
    'dlq-sources',
    () => setQueue(dlq, { RedriveAllowPolicy: '' }),
    'any queue of the account',
    'redrive_allow_policy',
  ],
  [
    'a dead-letter queue for another queue',
    'dlq-sources',
    () =>
      setQueue(dlq, {
        RedriveAllowPolicy: JSON.stringify({
          redrivePermission: 'byQueue',
          sourceQueueArns: [arn('sqs', 'other.fifo')],
        }),
      }),
    `${queue} may not send dead letters here`,
    'redrive_allow_policy',
  ],
  [
    'dead letters that expire soon',
    'dead-letters',
    () => die(12),
    '1 dead letter, the first is dropped by 2026-',
    'cvops dlq inspect processor',
  ],
  [
    'a visibility timeout that is too short',
    'visibility-timeout',
    () => setQueue(queue, { VisibilityTimeout: '30' }),
    "30 s, the function's timeout 10 s: under 6 times",
    'visibility_timeout_seconds = 60',
  ],
  [
    'a mapping that is off',
    'mapping',
    () => setMapping({ Enabled: false }),
    'the mapping is Disabled',
    'enabled = true',
  ],
  [
    'batches that fail as a whole',
    'mapping',
    () => setMapping({ FunctionResponseTypes: [] }),
    'one bad message fails its whole batch',
    'ReportBatchItemFailures',
  ],
  [
    'no mapping',
    'mapping',
    async () =>
      operate('lambda', 'DeleteEventSourceMapping', { UUID: await mapping() }).then(() => clock().advance(60_000)),
    `nothing leads from ${queue} to live`,
    'the ARN of live',
  ],
  [
    'a version before that is gone',
    'way-back',
    () => operate('lambda', 'DeleteFunction', { FunctionName: processor, Qualifier: '4' }),
    'processor: version 4, served before 5, is gone',
    'cvops deploy processor',
  ],
  [
    'a table that one call deletes',
    'deletion-protection',
    () => operate('dynamodb', 'UpdateTable', { TableName: table, DeletionProtectionEnabled: false }),
    'processor.table: one call deletes the table',
    'deletion_protection_enabled = true',
  ],
  [
    'batches of one',
    'batch-size',
    () => setMapping({ BatchSize: 1 }),
    'each message is an invocation of its own',
    'batch_size = 10',
  ],
  [
    'a queue without a limit on concurrency',
    'concurrency',
    () => setMapping({ ScalingConfig: {} }),
    'a full queue may take all concurrency',
    'maximum_concurrency = 2',
  ],
  [
    'less reserved than the queue takes',
    'concurrency',
    () => operate('lambda', 'PutFunctionConcurrency', { FunctionName: processor, ReservedConcurrentExecutions: 1 }),
    '2 at a time from the queue, and 1 reserved',
    'reserved_concurrent_executions = 2',
  ],
  [
    'runs near their timeout',
    'duration',
    () =>
      sandbox.simulator.region().cloudwatch.plant([
        {
          namespace: 'AWS/Lambda',
          metric: 'Duration',
          dimensions: { FunctionName: processor, Resource: `${processor}:live` },
          unit: 'Milliseconds',
          points: [{ at: clock().now() - 3_600_000, sum: 9_000 }],
        },
      ]),
    'processor: p95 9 s of 10 s, last 7 d',
    'memory_size',
  ],
  [
    'runs near their memory',
    'memory',
    () =>
      log(
        processor,
        'REPORT RequestId: 00000000-0000-4000-8000-000000000000\tDuration: 2 ms\tBilled Duration: 2 ms\tMemory Size: 256 MB\tMax Memory Used: 250 MB',
      ),
    'processor: 250 of 256 MB at most, 1 run',
    'memory_size',
  ],
  [
    'runs near their memory, in a log group of the function’s own',
    'memory',
    async () => {
      await operate('logs', 'CreateLogGroup', { logGroupName: '/own' });
      await serveWith({ LoggingConfig: { LogGroup: '/own' } });
      await log(
        processor,
        'REPORT RequestId: 00000000-0000-4000-8000-000000000000\tDuration: 2 ms\tBilled Duration: 2 ms\tMemory Size: 256 MB\tMax Memory Used: 251 MB',
        '/own',
      );
    },
    'processor: 251 of 256 MB at most, 1 run',
    'memory_size',
  ],
  [
    'items that stay for ever',
    'expiry',
    () =>
      operate('dynamodb', 'UpdateTimeToLive', {
        TableName: table,
        TimeToLiveSpecification: { Enabled: false, AttributeName: 'expiresAt' },
      }),
    'nothing ever expires',
    'attribute_name = "expiresAt"',
  ],
  [
    'provisioned concurrency',
    'function-extras',
    () =>
      operate('lambda', 'PutProvisionedConcurrencyConfig', {
        FunctionName: processor,
        Qualifier: 'live',
        ProvisionedConcurrentExecutions: 2,
      }),
    'processor: provisioned concurrency, 2 on live',
    'aws_lambda_provisioned_concurrency_config',
  ],
  [
    'a large /tmp',
    'function-extras',
    () => serveWith({ EphemeralStorage: { Size: 1024 } }),
    '1024 MB of /tmp, 512 are free',
    'size = 512',
  ],
  [
    'a table on demand',
    'table-billing',
    () => operate('dynamodb', 'UpdateTable', { TableName: table, BillingMode: 'PAY_PER_REQUEST' }),
    'processor.table: billed on demand, of which nothing is free',
    'billing_mode = "PROVISIONED"',
  ],
  [
    'more units than are free',
    'table-units',
    () =>
      operate('dynamodb', 'UpdateTable', {
        TableName: table,
        ProvisionedThroughput: { ReadCapacityUnits: 10, WriteCapacityUnits: 24 },
      }),
    '12 read and 26 write units of 25 each',
    'write_capacity',
  ],
  [
    'more alarms than are free',
    'alarm-metrics',
    () => each(3, (index) => putAlarm('dlq-depth', { AlarmName: `more-${index}` })),
    '11 alarm metrics of 10 free',
    'aws_cloudwatch_metric_alarm',
  ],
  [
    'an alarm of high resolution',
    'alarm-metrics',
    () => putAlarm('dlq-depth', { AlarmName: 'fast', Namespace: 'Own', Period: 10 }),
    'fast: high resolution is never free',
    'period = 60',
  ],
  [
    'more metrics of one’s own than are free',
    'custom-metrics',
    () =>
      each(11, (index) =>
        operate('cloudwatch', 'PutMetricData', {
          Namespace: 'Own',
          MetricData: [{ MetricName: `m${index}`, Value: 1 }],
        }),
      ),
    '11 custom metrics of 10 free',
    'fewer metrics of your own',
  ],
  [
    'more dashboards than are free',
    'dashboards',
    () =>
      each(4, (index) =>
        operate('cloudwatch', 'PutDashboard', { DashboardName: `d${index}`, DashboardBody: '{"widgets":[]}' }),
      ),
    '4 dashboards of 3 free',
    'aws_cloudwatch_dashboard',
  ],
  [
    'a key of one’s own',
    'kms-keys',
    () => setQueue(queue, { KmsMasterKeyId: 'alias/mine' }),
    'processor.queue: KMS key alias/mine: $1 a month',
    'sqs_managed_sse_enabled',
  ],
];

describe('audit', () => {
  test('finds nothing wrong with the example system, in free reads alone', async () => {
    const result = await cli(['--json', '--debug']);
    expect(result.code).toBe(0);
    const { kind, data, next } = jsonOf(result);
    expect(kind).toBe('cvops/audit');
    expect(data.checks).toHaveLength(46);
    expect(idsOf(data.checks, 'NG')).toEqual([]);
    expect(idsOf(data.checks, 'SKIP')).toEqual(['duration', 'memory']);
    expect(idsOf(data.checks, 'NOTE')).toEqual(['table-recovery']);
    expect(next).toEqual([{ command: 'cvops usage report', why: 'whether the month stays free' }]);
    const called = [...result.stderr.matchAll(/^debug: \w+:(\w+)/gm)].map(([, operation]) => operation!);
    expect(called).toHaveLength(31);
    expect(called.filter((name) => !/^(Get|List|Describe|Filter)/.test(name) || name === 'GetMetricData')).toEqual([]);
  });

  test.each(BROKEN)('sees %s', async (_what, id, breakIt, evidence, mend) => {
    await breakIt();
    const result = await cli(['--json']);
    const { data } = jsonOf(result);
    const checks = data.checks as AuditCheck[];
    expect(checks.find((check) => check.id === id)).toMatchObject({
      status: 'NG',
      evidence: expect.stringContaining(evidence),
      mend: expect.stringContaining(mend),
    });
    expect(result.code).toBe(1);
    expect(result.stdout).not.toContain('do-not-show');
  });

  test('is described check by check, and each is broken here once but those that another test breaks', async () => {
    const broken = new Set(BROKEN.map(([, id]) => id));
    const all = (await checksOf()).map(({ id }) => id);
    const page = readFileSync(new URL('../../docs/audit.md', import.meta.url), 'utf8');
    expect(all.filter((id) => !page.includes(`\`${id}\``))).toEqual([]);
    expect(all.filter((id) => !broken.has(id))).toEqual([
      // Notes; the rest in test/unit/lib/audit.
      'table-encryption',
      'table-recovery',
      'architecture',
      'log-storage',
      'code-storage',
    ]);
  });

  test('tells what may not be read, by its IAM action, and is done in part', async () => {
    const refuse = (service: string, operation: string) =>
      sandbox.simulator.faults.add({ service, operation, error: { code: 'AccessDeniedException', statusCode: 403 } });
    refuse('lambda', 'GetPolicy');
    refuse('iam', 'ListAccessKeys');
    refuse('sns', 'GetTopicAttributes');
    const result = await cli(['--json']);
    sandbox.simulator.faults.clear();
    const { data } = jsonOf(result);
    expect(result.code).toBe(3);
    const skipped = (data.checks as AuditCheck[]).filter(({ results }) => results.some(({ code }) => code !== null));
    expect(skipped.map(({ id, status, mend }) => [id, status, mend])).toEqual([
      ...['dlq', 'queue-age', 'errors', 'throttles', 'duration', 'did-not-run', 'writes'].map((what) => [
        `alarm-${what}`,
        'SKIP',
        'allow the IAM action sns:GetTopicAttributes.',
      ]),
      ...['topic-key', 'topic-access'].map((id) => [id, 'SKIP', 'allow the IAM action sns:GetTopicAttributes.']),
      ['through-alias', 'SKIP', 'allow the IAM action lambda:GetPolicy.'],
      ['sender-key', 'SKIP', 'allow the IAM action iam:ListAccessKeys.'],
      ['kms-keys', 'SKIP', 'allow the IAM action sns:GetTopicAttributes.'],
    ]);
  });

  test('says what is wrong where something else could not be looked at', async () => {
    await setQueue(dlq, { Policy: '' });
    const error = { code: 'AccessDeniedException', statusCode: 403 };
    sandbox.simulator.faults.add({ service: 'iam', operation: 'ListAccessKeys', error });
    const result = await cli(['--json']);
    sandbox.simulator.faults.clear();
    expect(result.code).toBe(1);
    expect((jsonOf(result).data.checks as AuditCheck[]).find(({ id }) => id === 'queue-tls')).toMatchObject({
      status: 'NG',
      evidence: 'processor.dlq: it has no policy',
    });
  });

  test('stops where no call can do any better', async () => {
    const result = await cli(['--json'], {
      env: { ...endpointEnv('http://127.0.0.1:9'), AWS_MAX_ATTEMPTS: '1' },
    });
    expect(result.code).toBe(4);
    expect(jsonOf(result).error.code).toBe('EndpointUnreachable');
  });

  test('tells of a system that is not there that nothing could be looked at', async () => {
    const result = await cli(['--region', 'eu-west-2', '--pillar', 'reliability', '--json']);
    expect(result.code).toBe(3);
    const checks = jsonOf(result).data.checks as AuditCheck[];
    expect(new Set(checks.map(({ status }) => status))).toEqual(new Set(['SKIP']));
    expect(checks.find(({ id }) => id === 'dlq-retention')!.results[0]).toMatchObject({
      subject: 'processor.dlq',
      code: 'QueueNotFound',
    });
  });

  test('looks at single pillars, by commas and by the flag again', async () => {
    const pillars = (checks: readonly AuditCheck[]) => [...new Set(checks.map(({ pillar }) => pillar))];
    expect(pillars(await checksOf('--pillar', 'cost,security'))).toEqual(['security', 'cost']);
    expect(pillars(await checksOf('--pillar', 'cost', '--pillar', 'performance'))).toEqual(['performance', 'cost']);
  });

  test('looks at one service, without the account', async () => {
    const checks = await checksOf('reporter');
    const subjects = new Set(checks.flatMap(({ results }) => results.map(({ subject }) => subject)));
    expect(subjects).toEqual(new Set(['reporter', 'reporter.table', 'reporter.topic']));
    expect(checks.map(({ id }) => id)).not.toContain('alarm-metrics');
  });

  test('refuses a pillar that there is not, with the one that is meant', async () => {
    const result = await cli(['processor', '--pillar', 'securty']);
    expect(result.code).toBe(2);
    expect(result.stderr).toBe(
      'Error: --pillar "securty": there is no such pillar.\nHint: did you mean "security"? pillars: operational, security, reliability, performance, cost. A service is named before the flag.\n',
    );
  });

  test('shows what is wrong first, and what is well in one line each on 80 columns', async () => {
    await setQueue(dlq, { Policy: '' });
    const { stdout } = await cli([], { stdoutTTY: true });
    const lines = stdout.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    const security = lines.findIndex((line) => line.startsWith('security'));
    expect(lines.slice(security, security + 6)).toEqual([
      'security     NG      queue-tls            processor.dlq: it has no policy',
      '                                          Mend: aws_sqs_queue: policy, Deny',
      '                                          sqs:* where aws:SecureTransport is',
      '                                          false',
      '             OK      queue-encryption     encrypted with a key of SQS',
      '             OK      queue-access         its policy lets nobody else in',
    ]);
    expect(lines.at(-2)).toBe('1 of 46 checks NG (1 NOTE, 2 SKIP)');
    expect(lines.length).toBeLessThan(60);
  });

  test('stays a table where much is wrong, and tells a mend of several checks once', async () => {
    for (const { FunctionName } of (await operate('lambda', 'ListFunctions', {})).Functions) {
      await operate('lambda', 'UpdateFunctionConfiguration', { FunctionName, MemorySize: 512 });
      await publish(FunctionName, false);
    }
    await setQueue(queue, { RedrivePolicy: '', VisibilityTimeout: '30', Policy: '' });
    await setQueue(dlq, { MessageRetentionPeriod: '345600' });
    await noAlarm('-dlq-depth')();
    const { Subscriptions } = await operate('sns', 'ListSubscriptions', {});
    for (const { SubscriptionArn } of Subscriptions) await operate('sns', 'Unsubscribe', { SubscriptionArn });
    const { stdout } = await cli([], { stdoutTTY: true });
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^PILLAR +STATUS +CHECK +FOUND$/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.filter((line) => line.includes('NG  ')).length).toBeGreaterThan(10);
    expect(stdout.match(/Mend: subscribe a mail address/g)).toHaveLength(1);
    expect(lines.find((line) => line.includes(' alarm-dlq '))).toContain('no alarm watches dead letters');
  });

  test('offers the first mend that is a command, else a second look', async () => {
    await setQueue(dlq, { Policy: '' });
    expect(jsonOf(await cli(['--json'])).next).toEqual([
      {
        command: 'cvops audit',
        why: 'again, after: aws_sqs_queue: policy, Deny sqs:* where aws:SecureTransport is false',
      },
    ]);
    await split(null);
    expect(jsonOf(await cli(['--json'])).next).toEqual([{ command: 'cvops alias recover processor', why: 'split' }]);
  });
});
