import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ALARMS } from '../../../src/lib/sandbox/alarms.ts';
import { type Operate, operator } from '../../../src/lib/sandbox/operate.ts';
import { type Sandbox, startSandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { endpointEnv } from '../../support/endpoint-env.ts';
import { passingTime } from '../../support/passing-time.ts';
import { jsonOf, runCli } from '../../support/run-cli.ts';

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:cv-analytics-alerts';

let sandbox: Sandbox;
let operate: Operate;
beforeEach(async () => {
  sandbox = await startSandbox({ rate: 0, now: Date.UTC(2026, 5, 3, 12) });
  operate = operator(sandbox.simulator, SYSTEM.region, 'test');
  await sandbox.simulator.clock.advance(150_000);
});
afterEach(() => sandbox.close());

/** Waiting is time of the simulator, which stands still otherwise. */
const clock = () => passingTime(sandbox.simulator.clock);
const cli = (...argv: string[]) => runCli(['alarms', ...argv], { env: endpointEnv(sandbox.endpoint), clock: clock() });
const json = async (...argv: string[]) => jsonOf(await cli(...argv, '--json'));
const mails = () => sandbox.simulator.region(SYSTEM.region).sns.outbox.map(({ subject }) => subject);
const put = (name: string, more: object = {}) =>
  operate('cloudwatch', 'PutMetricAlarm', {
    AlarmName: name,
    Namespace: 'Other',
    MetricName: 'Things',
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanThreshold',
    AlarmActions: [TOPIC],
    ...more,
  });
const stateOf = async (name: string) =>
  (await operate('cloudwatch', 'DescribeAlarms', { AlarmNames: [name] })).MetricAlarms[0].StateValue;
/** A subscriber who has not answered AWS's mail; the other one is taken away. */
async function leaveOnlyPending() {
  const { Subscriptions } = await operate('sns', 'ListSubscriptions', {});
  for (const { SubscriptionArn } of Subscriptions) await operate('sns', 'Unsubscribe', { SubscriptionArn });
  await operate('sns', 'Subscribe', { TopicArn: TOPIC, Protocol: 'email', Endpoint: 'late@example.com' });
}

describe('alarms list', () => {
  test('shows each alarm of the system with its state, since when, why in words, and whom it tells', async () => {
    const { data, warnings, next } = await json('list');
    expect(data.alarms.map(({ name }: { name: string }) => name)).toEqual(ALARMS.map(({ name }) => name).sort());
    expect(data.alarms.find(({ name }: { name: string }) => name === SYSTEM.depthAlarm)).toMatchObject({
      state: 'OK',
      since: '2026-06-03T12:01:00.000Z',
      why: '0, not above 0 (Maximum of 1 min)',
      watches: 'ApproximateNumberOfMessagesVisible of cv-analytics-dlq.fifo',
      actionsEnabled: true,
      actions: { alarm: [TOPIC], ok: [TOPIC], insufficientData: [] },
      topics: [{ name: 'cv-analytics-alerts', confirmed: 1, pending: 0, problem: null }],
    });
    expect(data.alarms.find(({ name }: { name: string }) => name === 'cv-analytics-processor-errors')).toMatchObject({
      state: 'OK',
      why: 'no data in 1 min, which counts as fine',
    });
    expect(warnings).toEqual([]);
    expect(next).toMatchObject([{ command: expect.stringContaining('cvops alarms test ') }]);
  });

  test('says why an alarm is off, with the value and the threshold', async () => {
    const { QueueUrl } = await operate('sqs', 'GetQueueUrl', { QueueName: SYSTEM.dlq });
    for (const id of ['a', 'b', 'c']) {
      await operate('sqs', 'SendMessage', {
        QueueUrl,
        MessageBody: id,
        MessageGroupId: id,
        MessageDeduplicationId: id,
      });
    }
    await sandbox.simulator.clock.advance(120_000);
    const result = await runCli(['alarms', 'list'], {
      env: endpointEnv(sandbox.endpoint),
      clock: clock(),
      stdoutTTY: true,
      columns: 240,
    });
    expect(result.stdout).toMatch(/^ALARM +STATE +SINCE +WATCHES +WHY +TELLS/);
    expect(result.stdout).toMatch(
      /cv-analytics-dlq-depth +ALARM +\d+ \w+ ago +Approx\S+ of cv-analytics-dlq\.fifo +3, above 0 \(Maximum of 1 min\) +cv-analytics-alerts/,
    );
    expect(result.stderr).toContain('see why they died: cvops dlq inspect processor');
  });

  test('warns of mails that were never confirmed, of actions that are disabled, of alarms that tell nobody', async () => {
    await leaveOnlyPending();
    await operate('cloudwatch', 'DisableAlarmActions', { AlarmNames: [SYSTEM.depthAlarm] });
    await put('deaf', { AlarmActions: [], Dimensions: [{ Name: 'QueueName', Value: SYSTEM.queue }] });
    const result = await cli('list', '--json');
    expect(result.code).toBe(0);
    const { data, warnings } = jsonOf(result);
    expect(data.alarms[0].topics).toMatchObject([{ confirmed: 0, pending: 1 }]);
    const words = warnings.map(({ code, message }) => `${code}: ${message}`);
    expect(words).toContain(
      "SubscriptionPending: 1 subscription to cv-analytics-alerts is not confirmed and gets nothing: follow the link in AWS's mail.",
    );
    expect(words).toContain('ActionsDisabled: nobody hears of cv-analytics-dlq-depth: its actions are disabled.');
    expect(words).toContain('NoActions: nobody hears of deaf: it has no action for ALARM.');
    const others = ALARMS.map(({ name }) => name).filter((name) => name !== SYSTEM.depthAlarm);
    const some = others.toSorted().slice(0, 3).join(', ');
    expect(words).toContain(
      `NobodyTold: nobody hears of ${others.length} alarms (${some} and ${others.length - 3} more): nobody has confirmed a subscription to cv-analytics-alerts (1 pending).`,
    );
  });

  test('says a reason once, however many alarms have it, and names all of them as data', async () => {
    await operate('cloudwatch', 'DisableAlarmActions', { AlarmNames: ['cv-analytics-queue-age', SYSTEM.depthAlarm] });
    for (const name of ['deaf-1', 'deaf-2', 'deaf-3', 'deaf-4', 'deaf-5']) {
      await put(name, { AlarmActions: [], Dimensions: [{ Name: 'QueueName', Value: SYSTEM.queue }] });
    }
    expect((await json('list')).warnings).toEqual([
      {
        code: 'ActionsDisabled',
        message:
          'nobody hears of 2 alarms (cv-analytics-dlq-depth, cv-analytics-queue-age): their actions are disabled.',
        alarms: ['cv-analytics-dlq-depth', 'cv-analytics-queue-age'],
      },
      {
        code: 'NoActions',
        message: 'nobody hears of 5 alarms (deaf-1, deaf-2, deaf-3 and 2 more): they have no action for ALARM.',
        alarms: ['deaf-1', 'deaf-2', 'deaf-3', 'deaf-4', 'deaf-5'],
      },
    ]);
    expect((await cli('list')).stderr.match(/Warning:/g)).toHaveLength(2);
  });

  test('leaves other people’s alarms out, and says that there are some', async () => {
    await put('theirs', { AlarmActions: [] });
    expect((await json('list')).data).toMatchObject({ others: 1 });
    const { data } = await json('list', '--all');
    expect(data.alarms.at(-1)).toMatchObject({ name: 'theirs', why: 'not looked at yet' });
  });

  test('names the test of an alarm whose name looks like a flag so that it can be run as it stands', async () => {
    await put('-x', { Dimensions: [{ Name: 'QueueName', Value: SYSTEM.queue }] });
    const [next] = (await json('list', '--region', SYSTEM.region)).next;
    expect(next?.command).toBe(`cvops --region ${SYSTEM.region} alarms test -- -x`);
    expect((await json('list')).next[0]?.command).toBe('cvops alarms test -- -x');
    const words = next!.command.split(' ').slice(1);
    const tried = await runCli(['--yes', '--json', ...words], { env: endpointEnv(sandbox.endpoint), clock: clock() });
    expect(jsonOf(tried).data.alarms).toMatchObject([{ name: '-x', test: { restored: true } }]);
  });

  test('is partial where a topic may not be read, and an empty list is no failure', async () => {
    sandbox.simulator.faults.add({
      operation: 'GetTopicAttributes',
      error: { code: 'AuthorizationError', statusCode: 403 },
    });
    const denied = await cli('list', '--json');
    expect(denied.code).toBe(3);
    expect(jsonOf(denied)).toMatchObject({
      data: { alarms: expect.arrayContaining([]) },
      warnings: [
        { code: 'AccessDenied', message: expect.stringMatching(/\. Allow the IAM action sns:GetTopicAttributes\.$/) },
      ],
    });
    await operate('cloudwatch', 'DeleteAlarms', { AlarmNames: ALARMS.map(({ name }) => name) });
    expect(await cli('list')).toMatchObject({ code: 0, stdout: '' });
  });

  test('says so when the topic is gone', async () => {
    await operate('sns', 'DeleteTopic', { TopicArn: TOPIC });
    const { warnings } = await json('list');
    expect(warnings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^nobody hears of \d+ alarms \(.+\): their topic cv-analytics-alerts does not exist\.$/),
    );
  });
});

describe('alarms test', () => {
  test('puts the alarm off for real, sees that the topic was told, and sets it back: two mails', async () => {
    const before = mails().length;
    const result = await cli('test', 'dlq-depth', '--yes', '--json');
    expect(result.code).toBe(0);
    expect(jsonOf(result)).toMatchObject({
      kind: 'cvops/alarms.test',
      data: {
        alarms: [
          {
            name: SYSTEM.depthAlarm,
            state: 'OK',
            topics: [{ confirmed: 1 }],
            test: { before: 'OK', restored: true, toldKnown: true, told: [{ action: TOPIC, succeeded: true }] },
          },
        ],
      },
      warnings: [],
    });
    expect(mails().slice(before)).toEqual([
      'ALARM: "cv-analytics-dlq-depth" in US East (N. Virginia)',
      'OK: "cv-analytics-dlq-depth" in US East (N. Virginia)',
    ]);
    const mail = sandbox.simulator.region(SYSTEM.region).sns.outbox.at(-2)!;
    expect(mail.body).toContain('Test by cvops alarms test: nothing is wrong.');
    expect(await stateOf(SYSTEM.depthAlarm)).toBe('OK');
  });

  test('walks the same path in a dry run and changes nothing; without --yes nobody can be asked', async () => {
    const before = mails().length;
    const dry = await runCli(['alarms', 'test', 'dlq-depth', '--dry-run'], {
      env: endpointEnv(sandbox.endpoint),
      stdoutTTY: true,
      columns: 200,
    });
    expect(dry.stdout).toContain(
      'Would put cv-analytics-dlq-depth into ALARM, which tells cv-analytics-alerts (1 confirmed subscription), and back into OK.',
    );
    expect(await cli('test', 'dlq-depth')).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect(mails()).toHaveLength(before);
    expect(await stateOf(SYSTEM.depthAlarm)).toBe('OK');
  });

  test('is refused with the reason when no mail could reach anyone: exit 6, nothing done', async () => {
    await leaveOnlyPending();
    const result = await cli('test', 'dlq-depth', '--yes', '--json');
    expect(result.code).toBe(6);
    expect(jsonOf(result).error).toMatchObject({
      code: 'NobodyTold',
      message: expect.stringContaining('(1 pending); nothing was done.'),
      hint: 'confirm it with the link in the mail that AWS sent.',
    });
    await operate('cloudwatch', 'DisableAlarmActions', { AlarmNames: [SYSTEM.depthAlarm] });
    expect(jsonOf(await cli('test', 'dlq-depth', '--yes', '--json')).error).toMatchObject({
      code: 'ActionsDisabled',
      hint: expect.stringContaining('--alarm-names cv-analytics-dlq-depth'),
    });
    expect(await stateOf(SYSTEM.depthAlarm)).toBe('OK');
  });

  test('tells that CloudWatch could not publish, as the alarm’s history has it', async () => {
    await put('to-nowhere', { AlarmActions: [TOPIC, 'arn:aws:sns:us-east-1:000000000000:gone'] });
    const result = await cli('test', 'to-nowhere', '--yes', '--json');
    expect(result.code).toBe(6);
    expect(jsonOf(result).warnings.map(({ code }) => code)).toContain('ActionFailed');
    expect(await stateOf('to-nowhere')).toBe('INSUFFICIENT_DATA');
  });

  test('leaves an alarm alone that is off already, and one that does more than tell', async () => {
    await operate('cloudwatch', 'SetAlarmState', {
      AlarmName: SYSTEM.depthAlarm,
      StateValue: 'ALARM',
      StateReason: 'x',
    });
    expect(jsonOf(await cli('test', 'dlq-depth', '--yes', '--json')).error).toMatchObject({
      code: 'AlarmIsOff',
      exitCode: 1,
    });
    const stop = 'arn:aws:automate:us-east-1:ec2:stop';
    await put('stopper', { AlarmActions: [TOPIC, stop] });
    expect(jsonOf(await cli('test', 'stopper', '--yes', '--json')).error).toMatchObject({
      code: 'AlarmUntestable',
      exitCode: 2,
      message: expect.stringContaining(stop),
    });
  });

  test('says how to set it back when AWS refuses that', async () => {
    sandbox.simulator.faults.add({
      operation: 'SetAlarmState',
      bodyContains: 'Set back',
      error: { code: 'AccessDenied', statusCode: 403, message: 'no' },
    });
    const result = await cli('test', 'dlq-depth', '--yes', '--json');
    expect(result.code).toBe(1);
    expect(jsonOf(result).error).toMatchObject({
      code: 'AlarmLeftOff',
      message: expect.stringContaining('cloudwatch:SetAlarmState'),
      hint: expect.stringContaining('--alarm-name cv-analytics-dlq-depth --state-value OK'),
    });
  });

  test('goes on without the history where it may not be read, and says that it does not know', async () => {
    sandbox.simulator.faults.add({
      operation: 'DescribeAlarmHistory',
      error: { code: 'AccessDenied', statusCode: 403, message: 'no' },
    });
    const result = await cli('test', 'dlq-depth', '--yes', '--json');
    expect(result.code).toBe(0);
    expect(jsonOf(result)).toMatchObject({
      data: { alarms: [{ test: { toldKnown: false, restored: true } }] },
      warnings: [{ code: 'HistoryUnreadable', message: expect.stringContaining('cloudwatch:DescribeAlarmHistory') }],
    });
  });

  test('names what is not there: an alarm, a permission, a duration', async () => {
    expect(jsonOf(await cli('test', 'dlq-deth', '--yes', '--json')).error).toMatchObject({
      code: 'AlarmNotFound',
      exitCode: 5,
      hint: expect.stringContaining('did you mean "cv-analytics-dlq-depth"?'),
    });
    expect(await cli('test', 'dlq-depth', '--yes', '--wait', 'soon')).toMatchObject({ code: 2 });
    sandbox.simulator.faults.add({
      operation: 'SetAlarmState',
      error: { code: 'AccessDenied', statusCode: 403, message: 'no' },
    });
    expect(jsonOf(await cli('test', 'dlq-depth', '--yes', '--json')).error).toMatchObject({
      code: 'AccessDenied',
      exitCode: 4,
      hint: 'allow the IAM action cloudwatch:SetAlarmState.',
    });
  });
});
