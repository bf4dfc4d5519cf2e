import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** The arguments of a command line: split at blanks; a value stays whole, and what is no text becomes JSON. */
function line(strings: TemplateStringsArray, ...values: readonly unknown[]): readonly string[] {
  return strings
    .map((text, n) => (n < values.length ? `${text}\0${n}\0` : text))
    .join('')
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/\0(\d+)\0/g, (_, n: string) => asText(values[Number(n)])));
}

const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

// A stranger's client: another language, another HTTP stack, other protocols for some services, and its own idea of what
// an answer must hold.
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
    });

    afterAll(async () => {
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Runs one command line; nothing of this machine's configuration is seen. */
    function run(args: readonly string[]): Promise<CliAnswer> {
      const general = ['--endpoint-url', simulator.endpoint, '--output', 'json'];
      const child = spawn(command, [...leading, ...args, ...general], {
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
        },
      });
      const answer = { stdout: '', stderr: '' };
      child.stdout.on('data', (data) => {
        answer.stdout += data;
      });
      child.stderr.on('data', (data) => {
        answer.stderr += data;
      });
      return new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code) => resolve({ code: code ?? 1, ...answer }));
      });
    }

    /** Runs a command that must succeed; its JSON, or undefined where it prints nothing. */
    // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes, each looked at by its test
    async function aws(args: readonly string[]): Promise<any> {
      const { code, stdout, stderr } = await run(args);
      if (code !== 0) throw new Error(`aws ${args.join(' ')} ended with ${code}: ${stderr}`);
      return stdout.trim() === '' ? undefined : JSON.parse(stdout);
    }

    /** Runs a command that must be refused with this error. */
    async function refused(error: string, args: readonly string[]): Promise<void> {
      const { code, stderr } = await run(args);
      expect(stderr).toContain(error);
      expect(code).not.toBe(0);
    }

    test('sqs: create, send, receive, delete, batch', async () => {
      const { QueueUrl: url } = await aws(line`sqs create-queue --queue-name cli`);
      const attributes = { kind: { DataType: 'String', StringValue: 'v' } };
      const sent = await aws(
        line`sqs send-message --queue-url ${url} --message-body hello --message-attributes ${attributes}`,
      );
      const { Messages } = await aws(
        line`sqs receive-message --queue-url ${url} --attribute-names All --message-attribute-names All`,
      );
      expect(Messages).toMatchObject([
        {
          MessageId: sent.MessageId,
          Body: 'hello',
          MD5OfBody: sent.MD5OfMessageBody,
          MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
          Attributes: { ApproximateReceiveCount: '1' },
          MessageAttributes: { kind: { StringValue: 'v' } },
        },
      ]);
      await aws(line`sqs delete-message --queue-url ${url} --receipt-handle ${Messages[0].ReceiptHandle}`);
      const entries = [
        { Id: 'a', MessageBody: '1' },
        { Id: 'b', MessageBody: '2', DelaySeconds: 901 },
      ];
      expect(await aws(line`sqs send-message-batch --queue-url ${url} --entries ${entries}`)).toMatchObject({
        Successful: [{ Id: 'a' }],
        Failed: [{ Id: 'b', SenderFault: true }],
      });
      await refused(
        '(AWS.SimpleQueueService.NonExistentQueue) when calling the GetQueueUrl operation',
        line`sqs get-queue-url --queue-name absent`,
      );
    });

    test('sqs: a dead letter goes round and back', async () => {
      const { QueueUrl: dlq } = await aws(line`sqs create-queue --queue-name dead.fifo --attributes FifoQueue=true`);
      const arn = 'arn:aws:sqs:us-east-1:000000000000:dead.fifo';
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 1 });
      const { QueueUrl: url } = await aws(
        line`sqs create-queue --queue-name source.fifo --attributes ${{ FifoQueue: 'true', RedrivePolicy }}`,
      );
      const sent = await aws(
        line`sqs send-message --queue-url ${url} --message-body bad --message-group-id g --message-deduplication-id d`,
      );
      await aws(line`sqs receive-message --queue-url ${url} --visibility-timeout 0`);
      expect(await aws(line`sqs receive-message --queue-url ${url}`)).toBeUndefined();
      expect(await aws(line`sqs list-dead-letter-source-queues --queue-url ${dlq}`)).toEqual({ queueUrls: [url] });
      await aws(line`sqs start-message-move-task --source-arn ${arn}`);
      const { Messages } = await aws(line`sqs receive-message --queue-url ${url} --wait-time-seconds 5`);
      expect(Messages).toMatchObject([{ Body: 'bad' }]);
      expect(Messages[0].MessageId).not.toBe(sent.MessageId);
    });

    test('lambda: create, publish, alias, invoke, and 412 for a stale revision', async () => {
      await aws(
        line`lambda create-function --function-name cli --runtime nodejs22.x --handler index.handler --role arn:aws:iam::000000000000:role/cli --zip-file fileb://one.zip`,
      );
      await aws(line`lambda wait function-active-v2 --function-name cli`);
      expect(await aws(line`lambda publish-version --function-name cli`)).toMatchObject({ Version: '1' });
      const alias = await aws(line`lambda create-alias --function-name cli --name live --function-version 1`);
      const update = line`lambda update-alias --function-name cli --name live --revision-id ${alias.RevisionId}`;
      const moved = await aws([
        ...update,
        ...line`--description moved --routing-config ${{ AdditionalVersionWeights: {} }}`,
      ]);
      expect(moved).toMatchObject({ FunctionVersion: '1', Description: 'moved' });
      await refused(
        '(PreconditionFailedException) when calling the UpdateAlias operation: The Revision Id provided does not match',
        update,
      );
      expect(await aws(line`lambda invoke --function-name cli --qualifier live answer.json`)).toMatchObject({
        StatusCode: 200,
        ExecutedVersion: '1',
      });
      expect(readFileSync(join(folder, 'answer.json'), 'utf8')).toBe('"one"');
      // What the calls left behind in the other services.
      const { events } = await aws(
        line`logs filter-log-events --log-group-name /aws/lambda/cli --filter-pattern START`,
      );
      expect(events[0].message).toContain('Version: 1');
      const { Events } = await aws(
        line`cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=UpdateAlias20150331`,
      );
      const codes = Events.map((event: { CloudTrailEvent: string }) => JSON.parse(event.CloudTrailEvent).errorCode);
      expect(codes).toEqual(['PreconditionFailedException', undefined]);
    });

    test('cloudwatch: data in, statistics out, an alarm', async () => {
      const data = [{ MetricName: 'latency', Unit: 'Milliseconds', Values: [1, 2, 6] }];
      await aws(line`cloudwatch put-metric-data --namespace Cli --metric-data ${data}`);
      const ask = line`cloudwatch get-metric-statistics --namespace Cli --metric-name latency --start-time ${inSeconds(-86_400)} --end-time ${inSeconds(60)} --statistics Sum SampleCount Maximum --period`;
      expect((await aws([...ask, '172800'])).Datapoints).toMatchObject([
        { Sum: 9, SampleCount: 3, Maximum: 6, Unit: 'Milliseconds' },
      ]);
      await refused('(InvalidParameterCombination) when calling the GetMetricStatistics operation', [...ask, '1']);
      await aws(
        line`cloudwatch put-metric-alarm --alarm-name cli --namespace Cli --metric-name latency --statistic Maximum --period 60 --evaluation-periods 1 --threshold 50 --comparison-operator GreaterThanThreshold`,
      );
      expect((await aws(line`cloudwatch describe-alarms --alarm-names cli`)).MetricAlarms).toMatchObject([
        // On a slow machine a minute may have passed, and with it the first evaluation.
        { AlarmName: 'cli', Threshold: 50, StateValue: expect.stringMatching(/^(INSUFFICIENT_DATA|OK)$/) },
      ]);
    });

    test('dynamodb: a table, a conditional put, a read', async () => {
      await aws(
        line`dynamodb create-table --table-name cli --attribute-definitions AttributeName=pk,AttributeType=S --key-schema AttributeName=pk,KeyType=HASH --billing-mode PAY_PER_REQUEST`,
      );
      await aws(line`dynamodb wait table-exists --table-name cli`);
      const item = { pk: { S: 'event' }, n: { N: '1' } };
      const put = line`dynamodb put-item --table-name cli --item ${item} --condition-expression attribute_not_exists(pk)`;
      await aws(put);
      await refused('(ConditionalCheckFailedException) when calling the PutItem operation', put);
      expect(await aws(line`dynamodb get-item --table-name cli --key ${{ pk: item.pk }}`)).toEqual({ Item: item });
    });

    test('sns and sts: a topic, a pending mail, who am I', async () => {
      const { TopicArn } = await aws(line`sns create-topic --name cli`);
      expect(
        await aws(line`sns subscribe --topic-arn ${TopicArn} --protocol email --notification-endpoint me@example.com`),
      ).toEqual({ SubscriptionArn: 'pending confirmation' });
      expect(await aws(line`sns publish --topic-arn ${TopicArn} --message numbers`)).toHaveProperty('MessageId');
      const identity = await aws(line`sts get-caller-identity`);
      expect(identity).toMatchObject({ Account: '000000000000', Arn: expect.stringMatching(/^arn:aws:/) });
    });

    test('events and scheduler: a rule and a schedule', async () => {
      const Arn = 'arn:aws:lambda:us-east-1:000000000000:function:cli';
      expect(await aws(line`events put-rule --name cli --schedule-expression ${'rate(5 minutes)'}`)).toEqual({
        RuleArn: 'arn:aws:events:us-east-1:000000000000:rule/cli',
      });
      expect(await aws(line`events put-targets --rule cli --targets Id=one,Arn=${Arn}`)).toMatchObject({
        FailedEntryCount: 0,
      });
      const target = { Arn, RoleArn: 'arn:aws:iam::000000000000:role/cli' };
      await aws(
        line`scheduler create-schedule --name cli --schedule-expression ${'cron(0 9 ? * MON *)'} --schedule-expression-timezone Asia/Tokyo --flexible-time-window Mode=OFF --target ${target}`,
      );
      expect(await aws(line`scheduler get-schedule --name cli`)).toMatchObject({
        Arn: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/cli',
        ScheduleExpressionTimezone: 'Asia/Tokyo',
        State: 'ENABLED',
      });
    });

    test('freetier: what was used, page after page, and the plan of the account', async () => {
      const [first, second] = ['AWS Lambda', 'Amazon DynamoDB'].map((service) => ({ service, actualUsageAmount: 1.5 }));
      simulator.freeTier.steer({ usages: [first!, second!], pageSize: 1 });
      expect(await aws(line`freetier get-free-tier-usage`)).toEqual({ freeTierUsages: [first, second] });
      const filter = { Dimensions: { Key: 'SERVICE', Values: ['Dynamo'], MatchOptions: ['CONTAINS'] } };
      expect(await aws(line`freetier get-free-tier-usage --filter ${filter}`)).toEqual({ freeTierUsages: [second] });
      expect(await aws(line`freetier get-account-plan-state`)).toMatchObject({
        accountPlanType: 'FREE',
        accountPlanRemainingCredits: { amount: 100, unit: 'USD' },
        accountPlanExpirationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      });
    });

    test('logs: a group, a stream, events', async () => {
      await aws(line`logs create-log-group --log-group-name cli`);
      await aws(line`logs create-log-stream --log-group-name cli --log-stream-name s`);
      const message = '{"level":"ERROR"}';
      const events = [{ timestamp: Date.now(), message }];
      await aws(line`logs put-log-events --log-group-name cli --log-stream-name s --log-events ${events}`);
      const found = await aws(
        line`logs filter-log-events --log-group-name cli --filter-pattern ${'{ $.level = "ERROR" }'}`,
      );
      expect(found.events).toMatchObject([{ logStreamName: 's', message }]);
    });
  });
}
