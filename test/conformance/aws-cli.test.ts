import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EmulatorUnavailable, prepareAwsCli } from '../../scripts/emulators.mjs';
import { Simulator } from '../../src/lib/simulator/simulator.ts';
import { absent } from './absent.ts';
import { answering, zipOf } from './suite/functions.ts';

interface CliAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

// The AWS CLI is nobody's friend here: another language, another HTTP stack, other protocols for some services, and its
// own idea of what an answer must hold.
const cli = await prepareAwsCli().catch((cause: unknown) => {
  if (!(cause instanceof EmulatorUnavailable)) throw cause;
  return cause;
});

if (cli instanceof EmulatorUnavailable) {
  absent('the AWS CLI as a client of the simulator', cli.message);
} else {
  const { command, args: leading } = cli;
  describe.concurrent(`${cli.version} as a client of the simulator`, () => {
    let simulator: Simulator;
    let folder: string;

    beforeAll(async () => {
      simulator = await Simulator.start();
      folder = mkdtempSync(join(tmpdir(), 'cvops-aws-cli-'));
      writeFileSync(join(folder, 'one.zip'), zipOf(answering('one')));
      writeFileSync(join(folder, 'two.zip'), zipOf(answering('two')));
    });

    afterAll(async () => {
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Runs one command line; nothing of this machine's configuration is seen. */
    function run(...args: readonly string[]): Promise<CliAnswer> {
      const child = spawn(command, [...leading, ...args, '--endpoint-url', simulator.endpoint, '--output', 'json'], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env['PATH'],
          HOME: folder,
          AWS_CONFIG_FILE: join(folder, 'config'),
          AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
          AWS_ACCESS_KEY_ID: 'test',
          AWS_SECRET_ACCESS_KEY: 'test',
          AWS_DEFAULT_REGION: 'us-east-1',
          AWS_EC2_METADATA_DISABLED: 'true',
          AWS_MAX_ATTEMPTS: '1',
          AWS_PAGER: '',
          PYTHONDONTWRITEBYTECODE: '1',
        },
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (data) => {
        stdout += data;
      });
      child.stderr.on('data', (data) => {
        stderr += data;
      });
      return new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
      });
    }

    /** Runs a command that must succeed; its JSON, or undefined where it prints nothing. */
    async function aws<T = Record<string, string>>(...args: readonly string[]): Promise<T> {
      const { code, stdout, stderr } = await run(...args);
      if (code !== 0) throw new Error(`aws ${args.join(' ')} ended with ${code}: ${stderr}`);
      return (stdout.trim() === '' ? undefined : JSON.parse(stdout)) as T;
    }

    test('sqs: create, send, receive, change, delete, batch', async () => {
      const { QueueUrl: url } = await aws('sqs', 'create-queue', '--queue-name', 'cli');
      const sent = await aws(
        'sqs',
        'send-message',
        '--queue-url',
        url!,
        '--message-body',
        'hello',
        '--message-attributes',
        '{"kind":{"DataType":"String","StringValue":"v"}}',
      );
      const { Messages } = await aws<{ Messages: Record<string, string>[] }>(
        'sqs',
        'receive-message',
        '--queue-url',
        url!,
        '--attribute-names',
        'All',
        '--message-attribute-names',
        'All',
      );
      const [message] = Messages;
      expect(message).toMatchObject({
        MessageId: sent['MessageId'],
        Body: 'hello',
        MD5OfBody: sent['MD5OfMessageBody'],
        MD5OfMessageAttributes: sent['MD5OfMessageAttributes'],
        Attributes: { ApproximateReceiveCount: '1' },
        MessageAttributes: { kind: { StringValue: 'v' } },
      });
      await aws('sqs', 'delete-message', '--queue-url', url!, '--receipt-handle', message!['ReceiptHandle']!);
      expect(await aws('sqs', 'receive-message', '--queue-url', url!)).toBeUndefined();
      const batch = await aws<{ Successful: unknown[]; Failed: unknown }>(
        'sqs',
        'send-message-batch',
        '--queue-url',
        url!,
        '--entries',
        '[{"Id":"a","MessageBody":"1"},{"Id":"b","MessageBody":"2","DelaySeconds":901}]',
      );
      expect(batch).toMatchObject({ Successful: [{ Id: 'a' }], Failed: [{ Id: 'b', SenderFault: true }] });
      const gone = await run('sqs', 'get-queue-url', '--queue-name', 'absent');
      expect(gone.code).not.toBe(0);
      expect(gone.stderr).toContain('(AWS.SimpleQueueService.NonExistentQueue) when calling the GetQueueUrl operation');
    });

    test('sqs: a dead letter goes round and back', async () => {
      const { QueueUrl: dlq } = await aws(
        'sqs',
        'create-queue',
        '--queue-name',
        'cli-dead.fifo',
        '--attributes',
        'FifoQueue=true',
      );
      const arn = 'arn:aws:sqs:us-east-1:000000000000:cli-dead.fifo';
      const { QueueUrl: source } = await aws(
        'sqs',
        'create-queue',
        '--queue-name',
        'cli-source.fifo',
        '--attributes',
        JSON.stringify({
          FifoQueue: 'true',
          RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 1 }),
        }),
      );
      const sent = await aws(
        'sqs',
        'send-message',
        '--queue-url',
        source!,
        '--message-body',
        'poison',
        '--message-group-id',
        'g',
        '--message-deduplication-id',
        'd',
      );
      await aws('sqs', 'receive-message', '--queue-url', source!, '--visibility-timeout', '0');
      expect(await aws('sqs', 'receive-message', '--queue-url', source!)).toBeUndefined();
      const { queueUrls } = await aws<{ queueUrls: string[] }>(
        'sqs',
        'list-dead-letter-source-queues',
        '--queue-url',
        dlq!,
      );
      expect(queueUrls).toEqual([source]);
      await aws('sqs', 'start-message-move-task', '--source-arn', arn);
      const { Messages } = await aws<{ Messages: Record<string, string>[] }>(
        'sqs',
        'receive-message',
        '--queue-url',
        source!,
        '--wait-time-seconds',
        '5',
      );
      expect(Messages).toMatchObject([{ Body: 'poison' }]);
      expect(Messages[0]!['MessageId']).not.toBe(sent['MessageId']);
    });

    test('lambda: create, publish, alias, invoke, and 412 for a stale revision', async () => {
      const fn = ['--function-name', 'cli'];
      await aws(
        'lambda',
        'create-function',
        ...fn,
        '--runtime',
        'nodejs22.x',
        '--handler',
        'index.handler',
        '--role',
        'arn:aws:iam::000000000000:role/cli',
        '--zip-file',
        'fileb://one.zip',
      );
      await aws('lambda', 'wait', 'function-active-v2', ...fn);
      expect(await aws('lambda', 'publish-version', ...fn)).toMatchObject({ Version: '1' });
      expect(await aws('lambda', 'publish-version', ...fn)).toMatchObject({ Version: '1' });
      const alias = await aws('lambda', 'create-alias', ...fn, '--name', 'live', '--function-version', '1');
      await aws('lambda', 'update-function-code', ...fn, '--zip-file', 'fileb://two.zip');
      await aws('lambda', 'wait', 'function-updated-v2', ...fn);
      expect(await aws('lambda', 'publish-version', ...fn)).toMatchObject({ Version: '2' });
      const moved = await aws(
        'lambda',
        'update-alias',
        ...fn,
        '--name',
        'live',
        '--function-version',
        '2',
        '--revision-id',
        alias['RevisionId']!,
        '--routing-config',
        '{"AdditionalVersionWeights":{}}',
      );
      expect(moved).toMatchObject({ FunctionVersion: '2' });
      const stale = await run(
        'lambda',
        'update-alias',
        ...fn,
        '--name',
        'live',
        '--function-version',
        '1',
        '--revision-id',
        alias['RevisionId']!,
      );
      expect(stale.code).not.toBe(0);
      expect(stale.stderr).toContain(
        '(PreconditionFailedException) when calling the UpdateAlias operation: The Revision Id provided does not match the latest Revision Id.',
      );
      expect(await aws('lambda', 'invoke', ...fn, '--qualifier', 'live', 'answer.json')).toMatchObject({
        StatusCode: 200,
        ExecutedVersion: '2',
      });
      // What the calls left behind in the other services.
      const { events } = await aws<{ events: { message: string }[] }>(
        'logs',
        'filter-log-events',
        '--log-group-name',
        '/aws/lambda/cli',
        '--filter-pattern',
        'START',
      );
      expect(events[0]!.message).toContain('Version: 2');
      const trail = await aws<{ Events: Record<string, string>[] }>(
        'cloudtrail',
        'lookup-events',
        '--lookup-attributes',
        'AttributeKey=EventName,AttributeValue=UpdateAlias20150331',
      );
      expect(trail.Events.map((event) => JSON.parse(event['CloudTrailEvent']!).errorCode)).toEqual([
        'PreconditionFailedException',
        undefined,
      ]);
    });

    test('cloudwatch: data in, statistics out, an alarm', async () => {
      const MetricName = 'latency';
      const data = [{ MetricName, Unit: 'Milliseconds', Values: [1, 2, 6] }];
      await aws('cloudwatch', 'put-metric-data', '--namespace', 'Cli', '--metric-data', JSON.stringify(data));
      const { Datapoints } = await aws<{ Datapoints: unknown[] }>(
        'cloudwatch',
        'get-metric-statistics',
        '--namespace',
        'Cli',
        '--metric-name',
        'latency',
        '--start-time',
        at(-600),
        '--end-time',
        at(600),
        '--period',
        '86400',
        '--statistics',
        'Sum',
        'SampleCount',
        'Maximum',
      );
      expect(Datapoints).toMatchObject([{ Sum: 9, SampleCount: 3, Maximum: 6, Unit: 'Milliseconds' }]);
      await aws(
        'cloudwatch',
        'put-metric-alarm',
        '--alarm-name',
        'cli',
        '--namespace',
        'Cli',
        '--metric-name',
        'latency',
        '--statistic',
        'Maximum',
        '--period',
        '60',
        '--evaluation-periods',
        '1',
        '--threshold',
        '5',
        '--comparison-operator',
        'GreaterThanThreshold',
      );
      await aws(
        'cloudwatch',
        'set-alarm-state',
        '--alarm-name',
        'cli',
        '--state-value',
        'ALARM',
        '--state-reason',
        'a drill',
      );
      const alarms = await aws<{ MetricAlarms: unknown[] }>('cloudwatch', 'describe-alarms', '--alarm-names', 'cli');
      expect(alarms.MetricAlarms).toMatchObject([{ AlarmName: 'cli', StateReason: 'a drill', Threshold: 5 }]);
      const many = await run(
        'cloudwatch',
        'get-metric-statistics',
        '--namespace',
        'Cli',
        '--metric-name',
        'latency',
        '--start-time',
        at(-86_400),
        '--end-time',
        at(60),
        '--period',
        '1',
        '--statistics',
        'Sum',
      );
      expect(many.stderr).toContain('(InvalidParameterCombination) when calling the GetMetricStatistics operation');
    });

    test('dynamodb: a table, a conditional put, a read', async () => {
      const table = ['--table-name', 'cli'];
      await aws(
        'dynamodb',
        'create-table',
        ...table,
        '--attribute-definitions',
        'AttributeName=pk,AttributeType=S',
        '--key-schema',
        'AttributeName=pk,KeyType=HASH',
        '--billing-mode',
        'PAY_PER_REQUEST',
      );
      await aws('dynamodb', 'wait', 'table-exists', ...table);
      const put = (n: string) =>
        run(
          'dynamodb',
          'put-item',
          ...table,
          '--item',
          `{"pk":{"S":"event"},"n":{"N":"${n}"}}`,
          '--condition-expression',
          'attribute_not_exists(pk)',
        );
      expect((await put('1')).code).toBe(0);
      expect((await put('2')).stderr).toContain('(ConditionalCheckFailedException) when calling the PutItem operation');
      const { Item } = await aws<{ Item: unknown }>('dynamodb', 'get-item', ...table, '--key', '{"pk":{"S":"event"}}');
      expect(Item).toEqual({ pk: { S: 'event' }, n: { N: '1' } });
    });

    test('sns and sts: a topic, a pending mail, who am I', async () => {
      const { TopicArn } = await aws('sns', 'create-topic', '--name', 'cli');
      const topic = ['--topic-arn', TopicArn!];
      expect(
        await aws(
          'sns',
          'subscribe',
          ...topic,
          '--protocol',
          'email',
          '--notification-endpoint',
          'operator@example.com',
        ),
      ).toEqual({ SubscriptionArn: 'pending confirmation' });
      expect(await aws('sns', 'publish', ...topic, '--subject', 'report', '--message', 'numbers')).toHaveProperty(
        'MessageId',
      );
      const listed = await aws<{ Subscriptions: unknown[] }>('sns', 'list-subscriptions-by-topic', ...topic);
      expect(listed.Subscriptions).toMatchObject([{ SubscriptionArn: 'PendingConfirmation', Protocol: 'email' }]);
      expect(await aws('sts', 'get-caller-identity')).toMatchObject({
        Account: '000000000000',
        Arn: expect.stringContaining('arn:aws:'),
      });
    });

    test('events and scheduler: a rule and a schedule', async () => {
      const { RuleArn } = await aws('events', 'put-rule', '--name', 'cli', '--schedule-expression', 'rate(5 minutes)');
      expect(RuleArn).toBe('arn:aws:events:us-east-1:000000000000:rule/cli');
      const target = 'arn:aws:lambda:us-east-1:000000000000:function:cli';
      expect(await aws('events', 'put-targets', '--rule', 'cli', '--targets', `Id=one,Arn=${target}`)).toMatchObject({
        FailedEntryCount: 0,
      });
      const { Rules } = await aws<{ Rules: unknown[] }>('events', 'list-rules');
      expect(Rules).toMatchObject([{ Name: 'cli', State: 'ENABLED' }]);
      const { ScheduleArn } = await aws(
        'scheduler',
        'create-schedule',
        '--name',
        'cli',
        '--schedule-expression',
        'cron(0 9 ? * MON *)',
        '--schedule-expression-timezone',
        'Asia/Tokyo',
        '--flexible-time-window',
        'Mode=OFF',
        '--target',
        JSON.stringify({ Arn: target, RoleArn: 'arn:aws:iam::000000000000:role/cli' }),
      );
      expect(ScheduleArn).toBe('arn:aws:scheduler:us-east-1:000000000000:schedule/default/cli');
      expect(await aws('scheduler', 'get-schedule', '--name', 'cli')).toMatchObject({
        ScheduleExpressionTimezone: 'Asia/Tokyo',
        State: 'ENABLED',
      });
    });

    test('logs: a group, a stream, events', async () => {
      const group = ['--log-group-name', 'cli'];
      await aws('logs', 'create-log-group', ...group);
      await aws('logs', 'create-log-stream', ...group, '--log-stream-name', 's');
      await aws(
        'logs',
        'put-log-events',
        ...group,
        '--log-stream-name',
        's',
        '--log-events',
        `timestamp=${Date.now()},message="{ \\"level\\": \\"ERROR\\" }"`,
      );
      await aws('logs', 'put-retention-policy', ...group, '--retention-in-days', '14');
      const { logGroups } = await aws<{ logGroups: unknown[] }>(
        'logs',
        'describe-log-groups',
        '--log-group-name-prefix',
        'cli',
      );
      expect(logGroups).toMatchObject([{ logGroupName: 'cli', retentionInDays: 14 }]);
      const { events } = await aws<{ events: unknown[] }>(
        'logs',
        'filter-log-events',
        ...group,
        '--filter-pattern',
        '{ $.level = "ERROR" }',
      );
      expect(events).toMatchObject([{ logStreamName: 's', message: '{ "level": "ERROR" }' }]);
    });
  });
}

/** A time so many seconds from now, as the AWS CLI takes it. */
function at(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}
