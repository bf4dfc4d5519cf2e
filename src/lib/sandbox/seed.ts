import { defaultLogGroup } from '../aws/ports/function-logs.ts';
import { DAY_MS, HOUR_MS } from '../durations.ts';
import { formatAliasRecord, parseAliasRecord } from '../release/alias-record.ts';
import { releaseId } from '../release/release-id.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { ALARMS, alarmInput } from './alarms.ts';
import { type Operate, operator } from './operate.ts';
import { publishVersion } from './publish-version.ts';
import { RELEASE_TABLE, remember } from './release-table.ts';
import { asRelease, type ServiceBundles } from './service-bundles.ts';
import { SYSTEM } from './system.ts';
import { TABLE } from './table.ts';

/** Longer than the simulator takes to make a version Active. */
const SETTLE_MS = 1_000;
const REPORTER_RELEASES = 2;
const PROTECTED = { DeletionProtectionEnabled: true };

/** How far before the present the seeded system's history starts, ms. */
export const HISTORY_MS = 10 * DAY_MS;

/**
 * Builds the example system as infra/terraform describes it, through the services' own operations, with a history: a
 * release of the processor every other day, and the fifth live now. Moves the clock to `nowMs`, or by some seconds.
 * @param nowMs the present, at which the history ends.
 */
export async function seed(simulator: Simulator, bundles: ServiceBundles, nowMs: number): Promise<void> {
  const operate = operator(simulator, SYSTEM.region, 'terraform');
  const releaser = operator(simulator, SYSTEM.region, 'cvops/0.1.0');
  const arn = (service: string, resource: string) =>
    `arn:aws:${service}:${SYSTEM.region}:${simulator.accountId}:${resource}`;
  const role = (name: string) => `arn:aws:iam::${simulator.accountId}:role/${name}`;
  for (const name of [SYSTEM.processor, SYSTEM.reporter]) {
    const logGroupName = defaultLogGroup(name);
    await operate('logs', 'CreateLogGroup', { logGroupName });
    await operate('logs', 'PutRetentionPolicy', { logGroupName, retentionInDays: 14 });
  }
  await operate('iam', 'CreateUser', { UserName: SYSTEM.sender, Path: '/cvops/' });
  await operate('iam', 'CreateAccessKey', { UserName: SYSTEM.sender });
  await operate('dynamodb', 'CreateTable', { ...RELEASE_TABLE, ...PROTECTED });
  await seedReporter(simulator, operate, releaser, bundles.reporter, role(SYSTEM.reporter), arn('sns', SYSTEM.topic));
  await seedProcessor(simulator, operate, releaser, bundles.processor, role(SYSTEM.processor), nowMs);
  await simulator.clock.advance(Math.max(0, nowMs - SETTLE_MS - simulator.clock.now()));
  // What measures itself every minute comes last: the days before would cost time and tell nothing.
  const queueArn = arn('sqs', SYSTEM.queue);
  await seedQueues(operate, queueArn, arn('sqs', SYSTEM.dlq));
  await operate('dynamodb', 'CreateTable', { ...TABLE.definition, ...PROTECTED });
  await simulator.clock.advance(SETTLE_MS);
  await operate('dynamodb', 'UpdateTimeToLive', {
    TableName: SYSTEM.table,
    TimeToLiveSpecification: { Enabled: true, AttributeName: TABLE.ttlAttribute },
  });
  const topicArn = await seedTopic(simulator, operate);
  await operate('scheduler', 'CreateSchedule', {
    Name: 'cv-analytics-weekly-report',
    ScheduleExpression: 'cron(0 8 ? * MON *)',
    ScheduleExpressionTimezone: 'Europe/London',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: arn('lambda', `function:${SYSTEM.reporter}:${SYSTEM.alias}`),
      RoleArn: role(`${SYSTEM.reporter}-schedule`),
    },
  });
  await operate('lambda', 'CreateEventSourceMapping', {
    EventSourceArn: queueArn,
    FunctionName: arn('lambda', `function:${SYSTEM.processor}:${SYSTEM.alias}`),
    BatchSize: 10,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ScalingConfig: { MaximumConcurrency: 2 },
  });
  seedReport(simulator, nowMs);
  for (const alarm of ALARMS) await operate('cloudwatch', 'PutMetricAlarm', alarmInput(alarm, topicArn));
  await simulator.clock.advance(SETTLE_MS);
}

async function seedQueues(operate: Operate, queueArn: string, dlqArn: string): Promise<void> {
  await operate('sqs', 'CreateQueue', {
    QueueName: SYSTEM.dlq,
    Attributes: {
      FifoQueue: 'true',
      MessageRetentionPeriod: String((14 * DAY_MS) / 1000),
      Policy: tlsOnly(dlqArn),
      RedriveAllowPolicy: JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [queueArn] }),
    },
  });
  await operate('sqs', 'CreateQueue', {
    QueueName: SYSTEM.queue,
    Attributes: {
      FifoQueue: 'true',
      VisibilityTimeout: String(SYSTEM.visibilityTimeoutSeconds),
      MessageRetentionPeriod: String((4 * DAY_MS) / 1000),
      Policy: tlsOnly(queueArn),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dlqArn, maxReceiveCount: SYSTEM.maxReceiveCount }),
    },
  });
}

/** As infra/terraform/modules/queue has it; the simulator keeps it, and takes plain HTTP all the same. */
function tlsOnly(queueArn: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 'sqs:*',
        Resource: queueArn,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  });
}

/** The subscriber follows the link of the mail that asks for confirmation. */
async function seedTopic(simulator: Simulator, operate: Operate): Promise<string> {
  const { TopicArn } = await operate('sns', 'CreateTopic', { Name: SYSTEM.topic });
  await operate('sns', 'Subscribe', { TopicArn, Protocol: 'email', Endpoint: SYSTEM.mailTo });
  const mail = simulator.region(SYSTEM.region).sns.outbox.at(-1);
  const Token = /[?&]Token=([^&\s]+)/.exec(mail?.body ?? '')?.[1];
  await operate('sns', 'ConfirmSubscription', { TopicArn, Token });
  return TopicArn;
}

async function seedReporter(
  simulator: Simulator,
  operate: Operate,
  releaser: Operate,
  zip: Uint8Array,
  role: string,
  topicArn: string,
): Promise<void> {
  await operate('lambda', 'CreateFunction', {
    ...functionSettings(SYSTEM.reporter, role),
    Timeout: 30,
    Code: { ZipFile: asRelease(zip, 1) },
    Environment: { Variables: { TABLE_NAME: SYSTEM.table, TOPIC_ARN: topicArn } },
  });
  await simulator.clock.advance(SETTLE_MS);
  await operate('lambda', 'PublishVersion', { FunctionName: SYSTEM.reporter, Description: 'release 1' });
  await simulator.clock.advance(SETTLE_MS);
  await operate('lambda', 'CreateAlias', { FunctionName: SYSTEM.reporter, Name: SYSTEM.alias, FunctionVersion: '1' });
  for (let number = 2; number <= REPORTER_RELEASES; number++) {
    await release(simulator, releaser, SYSTEM.reporter, asRelease(zip, number), `release ${number}`);
  }
}

async function seedProcessor(
  simulator: Simulator,
  operate: Operate,
  releaser: Operate,
  zip: Uint8Array,
  role: string,
  nowMs: number,
): Promise<void> {
  await operate('lambda', 'CreateFunction', {
    ...functionSettings(SYSTEM.processor, role),
    Timeout: SYSTEM.processorTimeoutSeconds,
    Code: { ZipFile: asRelease(zip, 1) },
    Environment: { Variables: { TABLE_NAME: SYSTEM.table } },
  });
  await simulator.clock.advance(SETTLE_MS);
  await operate('lambda', 'PublishVersion', { FunctionName: SYSTEM.processor, Description: 'release 1' });
  await simulator.clock.advance(SETTLE_MS);
  await operate('lambda', 'CreateAlias', { FunctionName: SYSTEM.processor, Name: SYSTEM.alias, FunctionVersion: '1' });
  const first = simulator.clock.now();
  for (let number = 2; number <= SYSTEM.firstRelease; number++) {
    // The last one is a day old.
    const at = first + ((nowMs - DAY_MS - first) * (number - 1)) / (SYSTEM.firstRelease - 1);
    await simulator.clock.advance(Math.max(0, at - simulator.clock.now()));
    await release(simulator, releaser, SYSTEM.processor, asRelease(zip, number), `release ${number}`);
  }
}

function functionSettings(name: string, role: string) {
  return {
    FunctionName: name,
    Role: role,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Architectures: ['arm64'],
    MemorySize: 256,
  };
}

/**
 * Releases new code as a deployment does: code, version, and one UpdateAlias that also writes cvops' release record.
 * Answers the version.
 */
export async function release(
  simulator: Simulator,
  operate: Operate,
  functionName: string,
  zipBase64: string,
  description: string,
): Promise<string> {
  const began = simulator.clock.now();
  const { version, codeSha256 } = await publishVersion(simulator, operate, functionName, zipBase64, description);
  const alias = await operate('lambda', 'GetAlias', { FunctionName: functionName, Name: SYSTEM.alias });
  const at = simulator.clock.now();
  const record = {
    releaseId: releaseId(at),
    kind: 'promote',
    version,
    previous: alias.FunctionVersion,
    step: 100,
    at,
    by: 'ci',
    quarantined: parseAliasRecord(alias.Description ?? '')?.quarantined ?? [],
    reason: null,
  } as const;
  const moved = await operate('lambda', 'UpdateAlias', {
    FunctionName: functionName,
    Name: SYSTEM.alias,
    FunctionVersion: version,
    RoutingConfig: { AdditionalVersionWeights: {} },
    Description: formatAliasRecord(record, alias.Description ?? ''),
    RevisionId: alias.RevisionId,
  });
  await remember(operate, {
    id: record.releaseId,
    at: began,
    durationMs: at - began,
    function: functionName,
    aliasArn: alias.AliasArn,
    from: alias.FunctionVersion,
    to: version,
    codeSha256,
    revisionBefore: alias.RevisionId,
    revisionAfter: moved.RevisionId,
  });
  return version;
}

/**
 * The last weekly report, or an alarm would go off on the first day: where the alarm looks and nowhere else, for nothing
 * ran that would be billed.
 */
function seedReport(simulator: Simulator, nowMs: number): void {
  const { namespace, metric, dimensions } = ALARMS.find(({ missing }) => missing === 'breaching')!;
  const points = [{ at: lastMonday(nowMs), sum: 1 }];
  simulator.region(SYSTEM.region).cloudwatch.plant([{ namespace, metric, dimensions, points }]);
}

/** The last Monday at 8:00 (UTC) before then, ms. */
function lastMonday(nowMs: number): number {
  const today = nowMs - (nowMs % DAY_MS);
  const at = today - ((new Date(today).getUTCDay() + 6) % 7) * DAY_MS + 8 * HOUR_MS;
  return at < nowMs ? at : at - 7 * DAY_MS;
}
