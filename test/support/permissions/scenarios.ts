import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { formatAliasRecord } from '../../../src/lib/release/alias-record.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { jsonOf } from '../run-cli.ts';
import type { PolicyName } from './command-permissions.ts';
import { CREDENTIAL_SCENARIOS } from './credential-scenarios.ts';
import type { OperatorWorld } from './operator-world.ts';

/** A command line that an operator types, and what must be there before. */
export interface Scenario {
  /** As in the command registry: `dlq replay`. */
  readonly command: string;
  /** Default 0. */
  readonly code?: number;
  /** Default: the smallest policy of its command. */
  readonly policy?: PolicyName;
  /** What the policy does not give. */
  readonly refused?: readonly string[];
  /** Its queues are no FIFO queues. */
  readonly standard?: true;
  /** Answers the command line; runs with every call allowed. */
  readonly prepare: (world: OperatorWorld) => Promise<readonly string[]> | readonly string[];
}

const DEAD = 3;
const CANARY = ['--no-smoke', '--canary', '50', '--bake', '1m', '--max-bake', '1m', '--yes'];

/** Every command that calls AWS, with the options that make it call more. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  init: {
    command: 'init',
    // The queue of undelivered calls of the schedule, which is no part of any service.
    refused: ['sqs:GetQueueUrl'],
    async prepare(world) {
      await world.operate('sqs', 'CreateQueue', { QueueName: 'cv-analytics-schedule-dlq' });
      return ['init', '--prefix', 'cv-analytics-', '--yes'];
    },
  },
  // Adding to the ledger is for those who release.
  doctor: { ...plain('doctor'), code: 1, refused: ['dynamodb:PutItem'] },
  'doctor of a releaser': { ...plain('doctor'), policy: 'releaser' },
  audit: plain('audit'),
  'audit of a topic that no alarm tells': {
    command: 'audit',
    code: 1,
    async prepare(world) {
      const { MetricAlarms } = await world.operate('cloudwatch', 'DescribeAlarms', {});
      const AlarmNames = MetricAlarms.map(({ AlarmName }: { AlarmName: string }) => AlarmName);
      await world.operate('cloudwatch', 'DeleteAlarms', { AlarmNames });
      return ['audit'];
    },
  },
  'status --usage': plain('status', '--usage'),
  'dlq list': withDeadLetters('dlq list'),
  'dlq inspect': {
    command: 'dlq inspect',
    async prepare(world) {
      await dieLogged(world);
      return ['dlq', 'inspect'];
    },
  },
  'dlq explain': {
    command: 'dlq explain',
    async prepare(world) {
      const [first] = await dieLogged(world);
      return ['dlq', 'explain', first!];
    },
  },
  'dlq replay': withDeadLetters('dlq replay', '--no-verify', '--yes'),
  'dlq replay --dry-run': withDeadLetters('dlq replay', '--dry-run'),
  'dlq replay --engine native': {
    command: 'dlq replay',
    standard: true,
    async prepare(world) {
      await standardQueues(world);
      return [
        'dlq',
        'replay',
        '--engine',
        'native',
        '--stop-on-alarm',
        'cv-analytics-processor-errors',
        '--no-verify',
        '--yes',
      ];
    },
  },
  'dlq cancel': {
    command: 'dlq cancel',
    standard: true,
    async prepare(world) {
      const dlq = await standardQueues(world, 10_000);
      await world.operate('sqs', 'StartMessageMoveTask', { SourceArn: dlq, MaxNumberOfMessagesPerSecond: 1 });
      return ['dlq', 'cancel', '--yes'];
    },
  },
  'dlq verify': {
    command: 'dlq verify',
    async prepare(world) {
      die(world);
      const { data } = jsonOf(await world.run(['dlq', 'replay', '--yes', '--no-verify', '--json']));
      return ['dlq', 'verify', data.runId];
    },
  },
  'dlq verify of copies that came back': {
    command: 'dlq verify',
    code: 6,
    async prepare(world) {
      die(world, () => 'no event');
      const { data } = jsonOf(await world.run(['dlq', 'replay', '--yes', '--no-verify', '--json']));
      world.setRate(60);
      return ['dlq', 'verify', data.runId];
    },
  },
  'dlq export': withDeadLetters('dlq export', '--to', 'dead.ndjson'),
  'dlq import': {
    command: 'dlq import',
    async prepare(world) {
      die(world);
      await world.run(['dlq', 'export', '--to', 'dead.ndjson']);
      return ['dlq', 'import', '--from', 'dead.ndjson', '--yes'];
    },
  },
  'dlq purge': withDeadLetters('dlq purge', '--confirm', SYSTEM.dlq, '--yes'),
  'dlq purge --filter': withDeadLetters('dlq purge', '--filter', "groupId == 'g0'", '--confirm', SYSTEM.dlq, '--yes'),
  deploy: {
    command: 'deploy',
    prepare(world) {
      writeZip(world);
      return ['deploy', 'processor', '--zip', 'new.zip', '--smoke', 'events.json', '--yes'];
    },
  },
  'deploy --canary': {
    command: 'deploy',
    code: 8,
    async prepare(world) {
      writeZip(world);
      await servedForAWhile(world);
      return ['deploy', 'processor', '--zip', 'new.zip', ...CANARY];
    },
  },
  'alias list': plain('alias list'),
  'alias show': plain('alias show', 'processor'),
  'alias promote': {
    command: 'alias promote',
    async prepare(world) {
      await publish(world);
      return ['alias', 'promote', 'processor', '--smoke', 'events.json', '--yes'];
    },
  },
  'alias promote --canary': {
    command: 'alias promote',
    // Nobody calls the function: the verdict stays open, and the traffic goes back.
    code: 8,
    async prepare(world) {
      await publish(world);
      await servedForAWhile(world);
      return ['alias', 'promote', 'processor', ...CANARY];
    },
  },
  'alias promote of a set': {
    command: 'alias promote',
    async prepare(world) {
      await publish(world);
      return [
        'alias',
        'promote',
        'processor',
        'reporter',
        '--to',
        'processor=6,reporter=1',
        '--no-smoke',
        '--force',
        '--yes',
      ];
    },
  },
  'alias rollback': plain('alias rollback', 'processor', '--yes'),
  'alias recover': {
    command: 'alias recover',
    async prepare(world) {
      await split(world);
      return ['alias', 'recover', 'processor', '--yes'];
    },
  },
  'alias recover --finish': {
    command: 'alias recover',
    async prepare(world) {
      await split(world);
      return ['alias', 'recover', 'processor', '--finish', '--yes'];
    },
  },
  'alias recover of a split of others': {
    command: 'alias recover',
    async prepare(world) {
      await publish(world);
      const RoutingConfig = { AdditionalVersionWeights: { 6: 0.1 } };
      await world.operate('lambda', 'UpdateAlias', {
        FunctionName: SYSTEM.processor,
        Name: SYSTEM.alias,
        RoutingConfig,
        Description: '',
      });
      return ['alias', 'recover', 'processor', '--yes'];
    },
  },
  'alias history': plain('alias history', 'processor'),
  'alias history --cloudtrail': plain('alias history', 'processor', '--cloudtrail'),
  'alias prune': plain('alias prune', 'processor', '--keep', '1', '--confirm', SYSTEM.processor, '--yes'),
  'usage report': plain('usage report'),
  'usage report --exact': plain('usage report', '--exact'),
  'usage report --reconcile': plain('usage report', '--reconcile'),
  'usage forecast': plain('usage forecast'),
  'usage headroom': plain('usage headroom'),
  'usage prices': plain('usage prices'),
  'dlq runs': plain('dlq runs'),
  'report deployments': {
    command: 'report deployments',
    async prepare(world) {
      await publish(world);
      await world.run(['alias', 'promote', 'processor', '--no-smoke', '--yes']);
      // CloudWatch's sums of a move are not asked for before they are whole.
      await world.simulator.clock.advance(600_000);
      return ['report', 'deployments'];
    },
  },
  'report reliability': plain('report reliability'),
  logs: plain('logs', 'processor'),
  ...CREDENTIAL_SCENARIOS,
  'alarms list': plain('alarms list'),
  'alarms test': plain('alarms test', 'dlq-depth', '--yes'),
};

function plain(command: string, ...options: string[]): Scenario {
  return { command, prepare: () => [...command.split(' '), ...options] };
}

function withDeadLetters(command: string, ...options: string[]): Scenario {
  return {
    command,
    prepare(world) {
      die(world);
      return [...command.split(' '), ...options];
    },
  };
}

const event = (n: number) =>
  JSON.stringify({
    id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    type: 'page_view',
    sessionId: `g${n}`,
    occurredAt: '2026-03-02T09:30:00Z',
    path: '/',
  });

/** Answers their MessageIds. */
function die(world: OperatorWorld, bodyOf = event): readonly string[] {
  const messages = Array.from({ length: DEAD }, (_, n) => ({ body: bodyOf(n), groupId: `g${n}`, receiveCount: 3 }));
  const ids = world.simulator.region().sqs.plant(SYSTEM.dlq, messages);
  if (ids === undefined) throw new Error('no dead-letter queue');
  return ids;
}

/** The same, with what version 5 said of each. */
async function dieLogged(world: OperatorWorld): Promise<readonly string[]> {
  const ids = die(world);
  const stream = { logGroupName: `/aws/lambda/${SYSTEM.processor}`, logStreamName: 'dead' };
  const timestamp = world.simulator.clock.now();
  const line = (messageId: string) =>
    JSON.stringify({ level: 'ERROR', message: 'failed', version: '5', messageId, error: { name: 'TypeError' } });
  await world.operate('logs', 'CreateLogStream', stream);
  await world.operate('logs', 'PutLogEvents', {
    ...stream,
    logEvents: ids.map((id) => ({ timestamp, message: line(id) })),
  });
  return ids;
}

/** AWS moves standard queues only. Answers the ARN of the dead-letter queue. */
async function standardQueues(world: OperatorWorld, dead = DEAD): Promise<string> {
  const arn = `arn:aws:sqs:us-east-1:${world.simulator.accountId}:cv-analytics-dlq`;
  await world.operate('sqs', 'CreateQueue', { QueueName: 'cv-analytics-dlq' });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 3 });
  await world.operate('sqs', 'CreateQueue', { QueueName: 'cv-analytics-queue', Attributes: { RedrivePolicy } });
  const deadLetterSource = arn.replace('-dlq', '-queue');
  const messages = Array.from({ length: dead }, (_, n) => ({ body: event(n), receiveCount: 3, deadLetterSource }));
  world.simulator.region().sqs.plant('cv-analytics-dlq', messages);
  const processor = { queue: 'cv-analytics-queue', dlq: 'cv-analytics-dlq', function: SYSTEM.processor, alias: 'live' };
  writeFileSync(join(world.home, 'cvops.config.json'), JSON.stringify({ services: { processor } }));
  return arn;
}

const zip = () =>
  zipSync({ 'index.mjs': strToU8('export const handler = async () => ({ batchItemFailures: [] });\n') });

function writeZip(world: OperatorWorld): void {
  writeFileSync(join(world.home, 'new.zip'), zip());
  writeFileSync(join(world.home, 'events.json'), '{"Records":[]}');
}

async function publish(world: OperatorWorld): Promise<void> {
  writeZip(world);
  const FunctionName = SYSTEM.processor;
  await world.operate('lambda', 'UpdateFunctionCode', { FunctionName, ZipFile: Buffer.from(zip()).toString('base64') });
  await world.simulator.clock.advance(2_000);
  await world.operate('lambda', 'PublishVersion', { FunctionName });
  await world.simulator.clock.advance(2_000);
}

/** A release is held against the hour before it; then its minutes shall pass fast. */
async function servedForAWhile(world: OperatorWorld): Promise<void> {
  await world.simulator.clock.advance(600_000);
  world.setRate(60);
}

/** A release in steps whose process died. */
async function split(world: OperatorWorld): Promise<void> {
  await publish(world);
  await world.operate('lambda', 'UpdateAlias', {
    FunctionName: SYSTEM.processor,
    Name: SYSTEM.alias,
    RoutingConfig: { AdditionalVersionWeights: { 6: 0.1 } },
    Description: formatAliasRecord({
      releaseId: 'r-20260101T000000Z-0000',
      kind: 'canary',
      version: '5',
      previous: '4',
      step: 10,
      canary: '6',
      at: Date.UTC(2026, 0, 1),
      by: 'ana',
      quarantined: [],
      reason: null,
    }),
  });
}
