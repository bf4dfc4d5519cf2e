import { PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareProgram, type RunningEmulator, startEmulator } from '../../scripts/emulators.mjs';
import { RELEASE_TABLE } from '../../src/lib/sandbox/release-table.ts';
import { SYSTEM } from '../../src/lib/sandbox/system.ts';
import { TABLE } from '../../src/lib/sandbox/table.ts';
import { endpointEnv } from '../support/endpoint-env.ts';
import { COMMAND_PERMISSIONS } from '../support/permissions/command-permissions.ts';
import { inSystem, operatorPolicies, type PolicyStatement } from '../support/permissions/operator-policies.ts';
import { makeHome, removeHome, runCli } from '../support/run-cli.ts';
import { absent } from './absent.ts';
import { type Clients, makeClients } from './backends/clients.ts';
import { answering, zipOf } from './suite/functions.ts';

/** moto knows operations, not the actions that allow them. */
const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  'sqs:SendMessage': ['sqs:SendMessage', 'sqs:SendMessageBatch'],
  'sqs:DeleteMessage': ['sqs:DeleteMessage', 'sqs:DeleteMessageBatch'],
  'sqs:ChangeMessageVisibility': ['sqs:ChangeMessageVisibility', 'sqs:ChangeMessageVisibilityBatch'],
};

/** What moto 5.2.1 judges by a queue's ARN; all else it judges as `*`, so other ARNs of a policy are not tried here. */
const BY_QUEUE = new Set(Object.keys(OPERATIONS)).add('sqs:ReceiveMessage').add('sqs:GetQueueAttributes');

const { queue, dlq, processor } = SYSTEM;
/**
 * What each command is run with. The others are tried on the simulator alone: moto has no move tasks (`dlq cancel`, the
 * native engine), no RevisionId in GetFunctionConfiguration (`deploy`), runs functions in Docker only, keeps no log lines
 * of theirs, and tells nothing of the free tier. It answers a refusal in XML where AWS answers JSON: cvops then says whose
 * answer it is and to which action, and no gap is left open for it.
 */
const COMMAND_LINES: Readonly<Record<string, (run: number) => readonly string[]>> = {
  'dlq list': () => [],
  'dlq export': () => ['--to', 'dead.ndjson', '--force'],
  'dlq import': () => ['--from', 'letters.ndjson', '--again', '--yes'],
  'dlq replay': () => ['--no-verify', '--yes'],
  'alias list': () => [],
  'alias show': () => ['processor'],
  'alias rollback': (run) => ['processor', '--to', run === 0 ? '1' : '3', '--yes'],
  'alias history': () => ['processor'],
  'alias prune': () => ['processor', '--keep', '1', '--force', '--confirm', processor, '--yes'],
  'report deployments': () => [],
  'alarms list': () => [],
};

/** 1 and 3: a batch call takes moto's XML for the answer of something else than AWS. */
const REFUSED = [1, 3, 4];
const ACCOUNT = '123456789012';

const ADMIN: readonly PolicyStatement[] = [{ Effect: 'Allow', Action: ['*'], Resource: ['*'] }];

/** The policy as moto reads it. */
function asMotoReads(statements: readonly PolicyStatement[]): readonly PolicyStatement[] {
  return statements.flatMap(({ Effect, Action, Resource }) =>
    Action.map((action) => ({
      Effect,
      // CloudWatch signs as `monitoring`, which moto takes for its name.
      Action: OPERATIONS[action] ?? [action.replace(/^cloudwatch:/, 'monitoring:')],
      Resource: BY_QUEUE.has(action) ? Resource : ['*'],
    })),
  );
}

interface Operator {
  readonly name: string;
  readonly env: Record<string, string>;
}

const prepared = await prepareProgram('moto').catch((cause: Error) => cause);
if (prepared instanceof Error) absent('the policies under moto’s IAM', prepared.message);

describe.skipIf(prepared instanceof Error)('under moto’s IAM', () => {
  let moto: RunningEmulator;
  let clients: Clients;
  let iam: IAMClient;
  let home: string;
  let operator: Operator;

  beforeAll(async () => {
    home = makeHome();
    moto = await startEmulator('moto');
    const region = SYSTEM.region;
    iam = new IAMClient({
      region,
      endpoint: moto.endpoint,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const admin = await userOf('admin', ADMIN);
    operator = await userOf('operator', []);
    await setUp(makeClients({ region, endpoint: moto.endpoint }));
    // From here on moto checks every signature and every permission.
    await fetch(`${moto.endpoint}/moto-api/reset-auth`, { method: 'POST', body: '0' });
    iam.destroy();
    const credentials = {
      accessKeyId: admin.env['AWS_ACCESS_KEY_ID']!,
      secretAccessKey: admin.env['AWS_SECRET_ACCESS_KEY']!,
    };
    iam = new IAMClient({ region, endpoint: moto.endpoint, credentials });
    clients = makeClients({ region, endpoint: moto.endpoint, credentials });
    await die('to be imported');
    await runCli(['dlq', 'export', '--to', 'letters.ndjson'], { home, env: admin.env });
  });
  afterAll(async () => {
    clients?.destroy();
    iam?.destroy();
    removeHome(home);
    await moto?.stop();
  });

  async function userOf(UserName: string, statements: readonly PolicyStatement[]): Promise<Operator> {
    await iam.send(new CreateUserCommand({ UserName }));
    if (statements.length > 0) await allow(UserName, statements);
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const env = endpointEnv(moto.endpoint);
    env['AWS_ACCESS_KEY_ID'] = AccessKey!.AccessKeyId!;
    env['AWS_SECRET_ACCESS_KEY'] = AccessKey!.SecretAccessKey!;
    return { name: UserName, env };
  }

  async function allow(UserName: string, Statement: readonly PolicyStatement[]): Promise<void> {
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'operator', PolicyDocument }));
  }

  async function setUp({ sqs, lambda, dynamodb, sns, cloudwatch }: Clients): Promise<void> {
    const fifo = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
    await sqs.send(new CreateQueueCommand({ QueueName: dlq, Attributes: fifo }));
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:${ACCOUNT}:${dlq}`;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 });
    await sqs.send(new CreateQueueCommand({ QueueName: queue, Attributes: { ...fifo, RedrivePolicy } }));
    for (const definition of [RELEASE_TABLE, TABLE.definition]) {
      const { KeySchema, AttributeDefinitions, ...table } = definition;
      await dynamodb.send(
        new CreateTableCommand({
          ...table,
          KeySchema: [...KeySchema],
          AttributeDefinitions: [...AttributeDefinitions],
        }),
      );
    }
    await iam.send(new CreateRoleCommand({ RoleName: 'cv-analytics', AssumeRolePolicyDocument: '{"Statement":[]}' }));
    for (const FunctionName of [processor, SYSTEM.reporter]) {
      await lambda.send(
        new CreateFunctionCommand({
          FunctionName,
          Role: `arn:aws:iam::${ACCOUNT}:role/cv-analytics`,
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Code: { ZipFile: zipOf(answering('1')) },
        }),
      );
      await lambda.send(new PublishVersionCommand({ FunctionName }));
      for (const number of ['2', '3', '4', '5']) await publish(lambda, FunctionName, number);
      await lambda.send(new CreateAliasCommand({ FunctionName, Name: SYSTEM.alias, FunctionVersion: '2' }));
    }
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: SYSTEM.topic }));
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: SYSTEM.depthAlarm,
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Statistic: 'Maximum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
        AlarmActions: [TopicArn!],
      }),
    );
  }

  async function publish(lambda: Clients['lambda'], FunctionName: string, answer: string): Promise<void> {
    const ZipFile = zipOf(answering(answer));
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
    await lambda.send(new PublishVersionCommand({ FunctionName }));
  }

  async function die(body: string): Promise<void> {
    const QueueUrl = `${moto.endpoint}/${ACCOUNT}/${dlq}`;
    await clients.sqs.send(
      new SendMessageCommand({ QueueUrl, MessageBody: body, MessageGroupId: body.replaceAll(' ', '-') }),
    );
  }

  /** Runs the command line as the operator, with a dead letter to work on. */
  async function play(command: string, statements: readonly PolicyStatement[], run: number) {
    await allow(operator.name, asMotoReads(statements));
    await die(`${command} ${run}`);
    if (command === 'alias prune') await publish(clients.lambda, processor, `a${run}`);
    return await runCli([...command.split(' '), ...COMMAND_LINES[command]!(run), '--json'], {
      home,
      env: operator.env,
    });
  }

  test.each(Object.keys(COMMAND_LINES))(
    '%s passes with its policy, and without an action it needs says which',
    async (command) => {
      const { policies, needs } = COMMAND_PERMISSIONS[command]!;
      const system = { partition: 'aws', region: SYSTEM.region, account: ACCOUNT, prefix: 'cv-analytics' };
      const statements = inSystem(operatorPolicies()[policies[0]!], system);
      const needed = Object.keys(needs).filter(
        (action) => needs[action]!.without === undefined && needs[action]!.option === undefined,
      );
      for (const [run, action] of [undefined, ...needed].entries()) {
        const less = statements.map((each) => ({ ...each, Action: each.Action.filter((name) => name !== action) }));
        const { code, stdout, stderr } = await play(command, less, run);
        if (action === undefined) expect(code, stderr).toBe(0);
        else {
          expect(REFUSED, action).toContain(code);
          expect(`${stdout}${stderr}`).toContain(action);
        }
      }
    },
  );

  test('a queue that is not of the system is not replayed from', async () => {
    const statements = inSystem(operatorPolicies().replayer, {
      partition: 'aws',
      region: SYSTEM.region,
      account: ACCOUNT,
      prefix: 'other',
    });
    const { code, stdout } = await play('dlq export', statements, 0);
    expect({ code, stdout }).toEqual({ code: 4, stdout: expect.stringContaining('sqs:GetQueueAttributes') });
  });
});
