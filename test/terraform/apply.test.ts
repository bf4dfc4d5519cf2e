import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetAliasCommand, InvokeCommand, ListFunctionsCommand, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import { SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { prepareProgram } from '../../scripts/emulators.mjs';
import { prepareTerraform, ROOTS } from '../../scripts/terraform.mjs';
import { buildServices } from '../../scripts/zip-services.mjs';
import { MAX_EVENTS } from '../../services/shared/event.ts';
import { handleRequest } from '../../services/worker/handle-request.ts';
import { DEFAULT_RELEASE_TABLE, defaultConfig } from '../../src/lib/config/config.ts';
import { type TrafficEvent, trafficEvents } from '../../src/lib/sandbox/traffic.ts';
import { absent } from '../conformance/absent.ts';
import { MiniStack } from '../conformance/support/describe-on-ministack.ts';
import { jsonOf } from '../support/run-cli.ts';
import { DIVERGENCES } from './divergences.ts';
import { POLICIES } from './policies.ts';
import { EARLIER, writeEarlier } from './support/earlier-state.ts';
import { allowedIn } from './support/looking.ts';
import { changesOf, movesOf, type Plan } from './support/plan.ts';
import { stateOf } from './support/system.ts';
import { TerraformWorkspace } from './support/terraform-workspace.ts';

const TITLE = 'the three roots on MiniStack';
/** A bound for what hangs: each SQS resource alone costs the provider 25 s of waiting. */
const STEP_MS = 600_000;
const POLL = { timeout: 300_000, interval: 250 };
/** The shortest that the processor takes: a message that fails is seen again after six times as long. */
const TIMEOUT_SECONDS = 3;
const EVENTS = 400;
const POISON = 2;
const OCCURRED_AT = Date.now();
const WEEK_MS = 7 * 24 * 60 * 60 * 1000;
const TOPIC_ARN = 'arn:aws:sns:us-east-1:000000000000:cv-analytics-alerts';

const terraform = await prepareTerraform().catch((cause: Error) => cause);
const emulator = await prepareProgram('ministack').catch((cause: Error) => cause);
if (terraform instanceof Error) absent(TITLE, terraform.message);
else if (emulator instanceof Error) absent(TITLE, emulator.message);
else {
  describe(TITLE, () => {
    const workspace = new TerraformWorkspace(terraform);
    const ministack = new MiniStack();
    const packages = join(workspace.folder, 'packages');
    const variables = {
      worker: [`processor_timeout_seconds=${TIMEOUT_SECONDS}`],
      processor: [
        `timeout_seconds=${TIMEOUT_SECONDS}`,
        `queue_visibility_timeout_seconds=${6 * TIMEOUT_SECONDS}`,
        // The release with the bug comes first.
        `package_file=${join(packages, 'processor-broken.zip')}`,
        'deletion_protection=false',
      ],
      reporter: [
        `processor_timeout_seconds=${TIMEOUT_SECONDS}`,
        `package_file=${join(packages, 'reporter.zip')}`,
        'alert_email=ops@example.com',
      ],
    };
    type Root = keyof typeof variables;
    const withVariables = (root: Root) => ['-no-color', ...variables[root].map((each) => `-var=${each}`)];
    const apply = (root: Root) => workspace.must(root, 'apply', '-auto-approve', ...withVariables(root));
    const eachRoot = <Result>(step: (root: Root) => Promise<Result>) => Promise.all(ROOTS.map(step));

    const queueUrl = async (QueueName: string) =>
      (await ministack.clients.sqs.send(new GetQueueUrlCommand({ QueueName })).catch(() => undefined))?.QueueUrl;
    const depth = async (name: string) => {
      const QueueUrl = await queueUrl(name);
      const { Attributes } = await ministack.clients.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
      );
      return Number(Attributes!['ApproximateNumberOfMessages']);
    };
    const rows = async () =>
      (await ministack.clients.dynamodb.send(new ScanCommand({ TableName: 'cv-analytics-events', Select: 'COUNT' })))
        .Count;
    /** Subjects of the mails that the topic sent, as a second subscriber sees them. */
    const subjects = new Set<string>();
    const mailed = async () => {
      const QueueUrl = await queueUrl('outbox');
      const { Messages = [] } = await ministack.clients.sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      for (const { Body } of Messages) subjects.add(String((JSON.parse(Body!) as { Subject?: string }).Subject));
      return [...subjects];
    };

    beforeAll(async () => {
      await Promise.all([ministack.start(), buildServices({ outDir: packages })]);
      workspace.useAws(ministack.endpoint);
      for (const { override } of DIVERGENCES) if (override !== undefined) workspace.write(override.file, override.text);
      await eachRoot(async (root) => {
        await workspace.initLocally(root);
        await workspace.keepProvider(root, [root]);
      });
    }, STEP_MS);
    afterAll(async () => {
      await ministack.stop();
      await workspace.remove();
    });

    // Each step stands on the one before: after a failure the rest would only wait for what never comes.
    let failed = false;
    beforeEach(({ skip, onTestFailed }) => {
      if (failed) skip('a step before it failed');
      onTestFailed(() => {
        failed = true;
      });
    });

    test('are applied, each when what it needs is there', async () => {
      // It alarms on names: what has them may come later.
      const reporter = apply('reporter');
      const worker = apply('worker');
      // The provider waits for long after the queue is there.
      await Promise.race([worker, expect.poll(() => queueUrl('cv-analytics-queue.fifo'), POLL).toBeDefined()]);
      await Promise.all([worker, apply('processor'), reporter]);

      const { sqs, sns } = ministack.clients;
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'outbox' }));
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
      const [TopicArn, Endpoint] = [TOPIC_ARN, Attributes!['QueueArn']];
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
    });

    test('tell cvops init the services that it has built in', async () => {
      const outputs = await eachRoot(async (root) => {
        const file = join(ministack.home, `${root}.json`);
        writeFileSync(file, await workspace.must(root, 'output', '-json', '-no-color'));
        return file;
      });
      const found = await ministack.cvops('init', '--from', 'terraform', ...outputs, '--dry-run');
      expect(found.code, found.stderr).toBe(0);
      const { services } = defaultConfig;
      expect(jsonOf(found).data).toMatchObject({ services, releaseTable: DEFAULT_RELEASE_TABLE, ambiguous: [] });
    });

    test('take events from the Worker to the table, and leave what cannot be processed to the dead letters', async () => {
      const { sqs } = ministack.clients;
      const url = await queueUrl('cv-analytics-queue.fifo');
      const QUEUE_URL = await workspace.must('worker', 'output', '-raw', 'queue_url');
      expect(QUEUE_URL).toBe(url);
      const events = [...trafficEvents({ events: EVENTS, sessions: 40, poison: POISON, seed: 7 }, () => OCCURRED_AT)];
      const isPoison = (event: TrafficEvent) => String(event['query']).includes('100%');
      await sendThroughWorker(
        QUEUE_URL,
        events.filter((event) => !isPoison(event)),
      );
      await expect.poll(rows, POLL).toBe(EVENTS - POISON);
      // Three deliveries would take three times 18 s; the second plan finds it as it was.
      const visibility = (seconds: number) =>
        sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { VisibilityTimeout: String(seconds) } }));
      await visibility(1);
      await sendThroughWorker(QUEUE_URL, events.filter(isPoison));
      await expect.poll(() => depth('cv-analytics-dlq.fifo'), POLL).toBe(POISON);
      await visibility(6 * TIMEOUT_SECONDS);
    });

    test('raise the alarm on dead letters, which mails', async () => {
      await ministack.clients.cloudwatch.send(
        new PutMetricDataCommand({
          Namespace: 'AWS/SQS',
          MetricData: [
            {
              MetricName: 'ApproximateNumberOfMessagesVisible',
              Dimensions: [{ Name: 'QueueName', Value: 'cv-analytics-dlq.fifo' }],
              Value: await depth('cv-analytics-dlq.fifo'),
            },
          ],
        }),
      );
      await expect.poll(mailed, POLL).toEqual(['ALARM: "cv-analytics-dlq-depth" in us-east-1']);
    });

    test('have the dead letters replayed by cvops once the mended release is live', async () => {
      const deployed = await ministack.cvops(
        ...['deploy', 'processor', '--zip', join(packages, 'processor.zip'), '--no-smoke', '--yes'],
      );
      expect(deployed.code, deployed.stderr).toBe(0);
      expect(jsonOf(deployed).data).toMatchObject({ from: '1', to: '2', published: true });
      const replayed = await ministack.cvops('dlq', 'replay', '--yes', '--no-verify');
      expect(replayed.code, replayed.stderr).toBe(0);
      expect(jsonOf(replayed).data).toMatchObject({ matched: POISON, replayed: POISON, failed: 0, remaining: 0 });
      await expect.poll(rows, POLL).toBe(EVENTS);
      expect(await depth('cv-analytics-dlq.fifo')).toBe(0);
    });

    test('report the week by mail', async () => {
      const { FunctionError, Payload } = await ministack.clients.lambda.send(
        new InvokeCommand({
          FunctionName: 'cv-analytics-reporter',
          Qualifier: 'live',
          Payload: JSON.stringify({ time: new Date(OCCURRED_AT + WEEK_MS).toISOString() }),
        }),
      );
      expect(FunctionError, new TextDecoder().decode(Payload)).toBeUndefined();
      await expect.poll(mailed, POLL).toContainEqual(expect.stringContaining(`: ${EVENTS} events`));
    });

    test('are left as they are by a second plan on an older state, while a canary is in flight, but for what MiniStack forgets', async () => {
      const alias = { FunctionName: 'cv-analytics-processor', Name: 'live' };
      const canary = { FunctionVersion: '1', RoutingConfig: { AdditionalVersionWeights: { 2: 0.1 } } };
      const { lambda } = ministack.clients;
      await lambda.send(new UpdateAliasCommand({ ...alias, ...canary }));
      expect(await lambda.send(new GetAliasCommand(alias))).toMatchObject({
        ...canary,
        Description: expect.stringMatching(/./),
      });
      // As if the package had been built anew.
      const built = [`-var=package_file=${join(packages, 'processor.zip')}`];
      const planned = await eachRoot(async (root) => {
        const state = join(workspace.folder, root, 'earlier.tfstate');
        writeEarlier(join(workspace.folder, root, 'terraform.tfstate'), state);
        const options = ['-detailed-exitcode', '-out=second.tfplan', `-state=${state}`, ...withVariables(root)];
        const { code, all } = await workspace.run(root, 'plan', ...options, ...(root === 'processor' ? built : []));
        expect([0, 2], all).toContain(code);
        return JSON.parse(await workspace.must(root, 'show', '-json', 'second.tfplan')) as Plan;
      });
      expect(Object.assign({}, ...planned.map(movesOf))).toEqual(EARLIER);
      const known = (address: string) =>
        DIVERGENCES.find(({ planned }) => planned?.address === address.replace(/\[.*\]$/, ''))?.planned;
      const unexpected = planned
        .flatMap(changesOf)
        .flatMap(({ address, attributes }) =>
          attributes
            .filter((name) => known(address)?.attributes.includes(name) !== true)
            .map((name) => `${address}: ${name}`),
        );
      expect(unexpected).toEqual([]);
    });

    const applied = () => ROOTS.flatMap((root) => stateOf(join(workspace.folder, root, 'terraform.tfstate')));

    test('tell each function what its handler reads', () => {
      const told = applied().flatMap(({ type, values }) => {
        const [environment] = (values['environment'] ?? []) as readonly { readonly variables: object }[];
        return type === 'aws_lambda_function' ? [[values['function_name'], environment?.variables]] : [];
      });
      expect(Object.fromEntries(told)).toEqual({
        'cv-analytics-processor': { TABLE_NAME: 'cv-analytics-events', RETENTION_DAYS: '90' },
        'cv-analytics-reporter': { TABLE_NAME: 'cv-analytics-events', TOPIC_ARN },
      });
    });

    test('leave no secret in their state, and allow each identity what it needs and no more', () => {
      const resources = applied();
      expect(resources.filter(({ address }) => address.includes('module.worker'))).not.toEqual([]);
      for (const { title, check } of POLICIES) {
        if (/secret|named actions/.test(title)) expect(check({ resources, written: [] }), title).toEqual([]);
      }
      const allowed = resources.flatMap(({ type, values }) =>
        /^aws_iam_(role|user)_policy$/.test(type) ? [[values['name'], allowedIn(values['policy'])]] : [],
      );
      const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:000000000000:${name}`;
      const logs = (name: string) => [
        `logs:CreateLogStream ${arn('logs', `log-group:/aws/lambda/cv-analytics-${name}:*`)}`,
        `logs:PutLogEvents ${arn('logs', `log-group:/aws/lambda/cv-analytics-${name}:*`)}`,
      ];
      const queue = arn('sqs', 'cv-analytics-queue.fifo');
      const table = arn('dynamodb', 'table/cv-analytics-events');
      expect(Object.fromEntries(allowed)).toEqual({
        'send-events': [`sqs:SendMessage ${queue}`],
        processor: [
          `sqs:ReceiveMessage ${queue}`,
          `sqs:DeleteMessage ${queue}`,
          `sqs:GetQueueAttributes ${queue}`,
          `dynamodb:PutItem ${table}`,
          ...logs('processor'),
        ],
        reporter: [`dynamodb:Query ${table}`, `sns:Publish ${TOPIC_ARN}`, ...logs('reporter')],
        'invoke-reporter': [
          `lambda:InvokeFunction ${arn('lambda', 'function:cv-analytics-reporter:live')}`,
          `sqs:SendMessage ${arn('sqs', 'cv-analytics-schedule-dlq')}`,
        ],
      });
    });

    test('are destroyed without a trace', async () => {
      await eachRoot((root) =>
        workspace.must(root, 'destroy', '-auto-approve', '-refresh=false', ...withVariables(root)),
      );
      const { sqs, lambda } = ministack.clients;
      expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'cv-analytics' }))).QueueUrls ?? []).toEqual([]);
      expect((await lambda.send(new ListFunctionsCommand({}))).Functions).toEqual([]);
    });
  });
}

/** Events as a browser would send them, by the Worker's own code. */
async function sendThroughWorker(QUEUE_URL: string, events: readonly TrafficEvent[]): Promise<void> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const bindings = {
    QUEUE_URL,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    ALLOWED_ORIGIN: '*',
  };
  for (let start = 0; start < events.length; start += MAX_EVENTS) {
    const sending: Promise<unknown>[] = [];
    const answer = await handleRequest(
      new Request('http://worker.test/events', {
        method: 'POST',
        headers: { origin: 'https://cv.example', 'content-type': 'application/json' },
        body: JSON.stringify(events.slice(start, start + MAX_EVENTS)),
      }),
      bindings,
      { waitUntil: (work) => sending.push(work) },
    );
    expect(answer.status).toBe(202);
    await Promise.all(sending);
  }
  log.mockRestore();
}
