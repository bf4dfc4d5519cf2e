import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { ListMessageMoveTasksCommand, StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CvopsError } from '../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../src/lib/errors/exit-code.ts';
import { DeadLetterScene } from '../../integration/dlq/support/dead-letter-scene.ts';
import { type CliResult, jsonOf, makeHome, removeHome, runCli } from '../../support/run-cli.ts';

let scene: DeadLetterScene;
let home: string;
beforeEach(async () => {
  home = makeHome();
  scene = await DeadLetterScene.start({ fifo: false });
  const services = { processor: { queue: scene.sourceName, dlq: scene.dlqName } };
  writeFileSync(join(home, 'cvops.config.json'), JSON.stringify({ services }));
});
afterEach(async () => {
  await scene.stop();
  removeHome(home);
});

const cvops = (argv: readonly string[], signal = new AbortController().signal): Promise<CliResult> =>
  runCli(argv, { env: scene.env, clock: scene.clock, home, signal });
const replay = (...argv: string[]) => cvops(['dlq', 'replay', 'processor', '--yes', '--json', ...argv]);
const native = (...argv: string[]) => replay('--engine', 'native', ...argv);

/** Dead letters as SQS moves them: with the queue that they died in. */
async function die(count: number): Promise<void> {
  const messages = Array.from({ length: count }, (_, n) => ({
    body: JSON.stringify({ n }),
    receiveCount: 2,
    deadLetterSource: arns.source,
  }));
  scene.simulator.region('us-east-1').sqs.plant(scene.dlqName, messages);
}

const arns = {
  source: 'arn:aws:sqs:us-east-1:000000000000:cv-analytics-queue',
  dlq: 'arn:aws:sqs:us-east-1:000000000000:cv-analytics-dlq',
};

async function tasks() {
  const { Results = [] } = await scene.client.send(
    new ListMessageMoveTasksCommand({ SourceArn: arns.dlq, MaxResults: 10 }),
  );
  return Results;
}

async function begin(rate: number): Promise<void> {
  await scene.client.send(new StartMessageMoveTaskCommand({ SourceArn: arns.dlq, MaxNumberOfMessagesPerSecond: rate }));
}

/** Waits until a task has moved something; then Ctrl-C, a kill or an alarm come half-way. */
async function half(): Promise<void> {
  for (;;) {
    const [task] = await tasks();
    if ((task?.ApproximateNumberOfMessagesMoved ?? 0) > 0) return;
    await scene.clock.sleep(200);
  }
}

/** Waits until so many runs have a ledger. */
async function ledgers(count: number): Promise<void> {
  const folder = join(home, 'state', 'cvops', 'runs');
  while (!existsSync(folder) || readdirSync(folder).length < count) await scene.clock.sleep(200);
}

async function alarm(state?: 'OK' | 'ALARM', name = 'errors'): Promise<void> {
  const client = new CloudWatchClient(scene.setup.options);
  if (state === undefined) {
    await client.send(
      new PutMetricAlarmCommand({
        AlarmName: name,
        Namespace: 'test',
        MetricName: 'errors',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
        // Stays in the state that it is set to.
        TreatMissingData: 'ignore',
      }),
    );
  } else {
    await client.send(new SetAlarmStateCommand({ AlarmName: name, StateValue: state, StateReason: 'a drill.' }));
  }
  client.destroy();
}

describe('dlq replay --engine native', () => {
  test('lets AWS move everything and says so', async () => {
    await die(30);
    const result = await native('--no-verify');
    expect(result.code).toBe(0);
    const { data, next } = jsonOf(result);
    expect(data).toMatchObject({
      service: 'processor',
      engine: 'native',
      matched: 30,
      replayed: 30,
      remaining: 0,
      verified: null,
      stopped: null,
      taskGoesOn: false,
    });
    expect(next).toEqual([{ command: `cvops dlq verify ${data.runId}`, why: 'the verdict' }]);
    // 30 messages in 9 calls at best, in 90 at worst.
    expect(data.taskCostUsd).toEqual({ atLeast: 0.0000036, atMost: 0.000036 });
    expect(await scene.depth(scene.sourceUrl)).toMatchObject({ visible: 30 });
    expect(result.stderr).toContain('Ctrl-C cancels its task, and what was moved stays moved.');
  });

  test('calls approximate what is', async () => {
    await die(3);
    const result = await cvops([
      ...['dlq', 'replay', 'processor', '--engine', 'native', '--yes', '--no-verify', '--output', 'table'],
    ]);
    expect(result.stdout).toContain('✓ AWS moved about 3 of 3 messages.');
    expect(result.stdout).toMatch(/billed +the task, \$0\.000000 to \$0\.000004/);
  });

  test('--dry-run of either engine keeps the alarms in the command that does it', async () => {
    await die(1);
    await alarm();
    const asked = ['--no-verify', '--stop-on-alarm', 'errors', '--dry-run'];
    const command = (result: CliResult) => jsonOf(result).next[0]?.command;
    expect(command(await native(...asked))).toBe(
      'cvops dlq replay processor --engine native --no-verify --stop-on-alarm errors',
    );
    expect(command(await replay('--engine', 'client', ...asked))).toBe(
      'cvops dlq replay processor --engine client --no-verify --stop-on-alarm errors',
    );
  });

  test('--dry-run shows the plan and starts nothing', async () => {
    await die(30);
    const result = await native('--dry-run', '--rate', '10/s');
    expect(result.code).toBe(0);
    expect(jsonOf(result).data).toMatchObject({ dryRun: true, engine: 'native', matched: 30, plan: { seconds: 3 } });
    expect(await tasks()).toEqual([]);
    expect(await scene.depth(scene.dlqUrl)).toEqual({ visible: 30, inFlight: 0 });
  });

  test.each([
    ['--filter', 'body.n'],
    ['--group', 'g'],
    ['--max', '5'],
    ['--edit', '{body: {n: `1`}}'],
    ['--canary', '2'],
    ['--max-returns', '5'],
    ['--plan', 'plan.json'],
    ['--expiring-first'],
    ['--out-of-order'],
    ['--resend-uncertain'],
    ['--concurrency', '4'],
  ])('refuses %s before the first call', async (...flags) => {
    // Where a plan may not come with a service.
    const words =
      flags[0] === '--plan' ? ['dlq', 'replay', '--yes', '--json'] : ['dlq', 'replay', 'processor', '--yes', '--json'];
    const result = await cvops([...words, '--engine', 'native', ...flags]);
    expect(result.code).toBe(2);
    expect(jsonOf(result).error.message).toContain(`--engine native does not go with ${flags[0]}: a move task `);
  });

  test('is refused before it starts where the client would be: a target of the other type', async () => {
    await die(2);
    await scene.create('other.fifo', { FifoQueue: 'true' });
    const result = await native('--to', 'other.fifo');
    expect(result.code).toBe(ExitCode.gate);
    expect(jsonOf(result).error).toMatchObject({
      code: 'PreflightFailed',
      message: expect.stringContaining('is FIFO'),
    });
    expect(await tasks()).toEqual([]);
  });

  test('refuses a rate above 500 a second', async () => {
    const result = await native('--rate', '501/s');
    expect(result.code).toBe(2);
    expect(jsonOf(result).error.message).toBe(
      '--rate 501/s does not go with --engine native: a move task takes a whole number from 1 to 500.',
    );
  });

  test('beside a running task is refused with its state; --attach watches that to its end', async () => {
    await die(2_000);
    await begin(5);
    const refused = await native();
    expect(refused.code).toBe(ExitCode.gate);
    expect(jsonOf(refused).error).toMatchObject({
      code: 'MoveTaskRunning',
      hint: 'watch it with `cvops dlq replay processor --engine native --attach`, or end it with `cvops dlq cancel processor`.',
    });
    expect(jsonOf(refused).error.message).toMatch(/\(RUNNING, about [\d,]+ of 2,000 messages moved, since 2/);
    const watching = native('--attach', '--no-verify');
    await ledgers(1);
    await scene.simulator.clock.advance(500_000);
    const attached = await watching;
    expect(attached.code).toBe(0);
    expect(jsonOf(attached).data).toMatchObject({ replayed: 2_000, remaining: 0, stopped: null });
    expect(await tasks()).toHaveLength(1);
  });

  test.each([
    ['dlq replay --attach', '--attach watches a move task of AWS.'],
    ['dlq replay --engine native --attach --rate 5/s', '--attach watches a task as it was started; leave out --rate.'],
    ['dlq replay --engine native --attach --to other', '--attach watches a task as it was started; leave out --to.'],
    ['dlq replay --engine native --attach --dry-run', '--attach changes nothing; leave out --dry-run.'],
    ['dlq replay --stop-on-alarm ,', '--stop-on-alarm names no alarm.'],
  ])('refuses `%s`', async (line, message) => {
    const result = await cvops([...line.split(' '), '--yes', '--json']);
    expect(result.code).toBe(2);
    expect(jsonOf(result).error.message).toBe(message);
  });

  test('--attach without a task says what the last one did', async () => {
    const result = await native('--attach');
    expect(result.code).toBe(ExitCode.notFound);
    expect(jsonOf(result).error.message).toBe('no move task runs on "cv-analytics-dlq".');
  });

  test('Ctrl-C cancels the task; exit code 130, the numbers, and the way on', async () => {
    await die(2_000);
    const stop = new AbortController();
    const running = cvops(['dlq', 'replay', '--engine', 'native', '--rate', '2/s', '--yes', '--json'], stop.signal);
    await half();
    stop.abort(new CvopsError('Interrupted', ExitCode.interrupted, 'interrupted.'));
    const result = await running;
    expect(result.code).toBe(ExitCode.interrupted);
    const { data, next } = jsonOf(result);
    expect(data.stopped.message).toMatch(/^cancelled on request; about \d+ of 2,000 messages had been moved, and stay/);
    expect(data.taskGoesOn).toBe(false);
    expect(await tasks()).toMatchObject([{ Status: 'CANCELLED', ApproximateNumberOfMessagesMoved: data.replayed }]);
    expect(next.map(({ command }) => command)).toEqual([
      'cvops dlq replay processor --engine native',
      `cvops dlq verify ${data.runId}`,
    ]);
  });

  test('of a queue without a source for its messages ends as failed, with the way out', async () => {
    await scene.send(scene.dlqUrl, 2);
    const result = await native();
    expect(result.code).toBe(ExitCode.failed);
    expect(jsonOf(result).error).toMatchObject({ code: 'MoveTaskFailed', hint: expect.stringContaining('--to') });
  });

  test('where the server has no move tasks names the client', async () => {
    await die(1);
    scene.simulator.faults.add({
      service: 'sqs',
      operation: 'ListDeadLetterSourceQueues',
      error: { code: 'InvalidAction', statusCode: 400 },
    });
    scene.simulator.faults.add({
      service: 'sqs',
      operation: 'ListMessageMoveTasks',
      error: { code: 'UnsupportedOperation', statusCode: 400 },
    });
    const result = await native();
    expect(result.code).toBe(ExitCode.failed);
    expect(jsonOf(result).error).toMatchObject({
      code: 'MoveTasksUnsupported',
      hint: 'replay with --engine client.',
    });
  });
});

describe('--engine auto', () => {
  /** One more than what counts as a large backlog. */
  const LARGE = 100_001;
  const auto = (signal: AbortSignal) =>
    cvops(['dlq', 'replay', '--engine', 'auto', '--no-verify', '--rate', '10/s', '--yes', '--json'], signal);

  test('takes the move task for a large backlog that goes back as it is, when no verdict is wanted', async () => {
    await die(LARGE);
    const stop = new AbortController();
    const running = auto(stop.signal);
    await half();
    stop.abort(new CvopsError('Interrupted', ExitCode.interrupted, 'interrupted.'));
    const { data } = jsonOf(await running);
    expect(data).toMatchObject({ engine: 'native', matched: LARGE, stopped: { code: 'Interrupted' } });
    expect(await tasks()).toMatchObject([{ Status: 'CANCELLED', MaxNumberOfMessagesPerSecond: 10 }]);
  });

  test('takes the client where the server has no move tasks, and says so', async () => {
    await die(LARGE);
    scene.simulator.faults.add({
      service: 'sqs',
      operation: 'ListMessageMoveTasks',
      error: { code: 'InvalidAction', statusCode: 400 },
    });
    const stop = new AbortController();
    const running = auto(stop.signal);
    await ledgers(1);
    stop.abort(new CvopsError('Interrupted', ExitCode.interrupted, 'interrupted.'));
    const result = await running;
    expect(result.stderr).toContain('has no move tasks here (InvalidAction). The client moves them instead.');
    expect(jsonOf(result).data).toMatchObject({ engine: 'client', stopped: { code: 'Interrupted' } });
  });
});

describe('a run whose process was killed', () => {
  /** Starts a run and leaves it as kill -9 does: its ledger stays open, its task goes on. */
  async function killed(): Promise<string> {
    const stop = new AbortController();
    scene.simulator.faults.add({
      service: 'sqs',
      operation: 'CancelMessageMoveTask',
      error: { code: 'AccessDenied', statusCode: 403 },
      times: 1,
    });
    const running = cvops(['dlq', 'replay', '--engine', 'native', '--rate', '5/s', '--yes', '--json'], stop.signal);
    await half();
    stop.abort();
    const { data, next } = jsonOf(await running);
    expect(data.taskGoesOn).toBe(true);
    expect(next.map(({ command }) => command)).toEqual([
      `cvops dlq replay --resume ${data.runId}`,
      'cvops dlq cancel processor',
    ]);
    return data.runId;
  }

  test('is listed as interrupted, cannot be judged yet, and is watched to its end by --resume', async () => {
    await die(2_000);
    const runId = await killed();
    const listed = await cvops(['dlq', 'runs', '--json']);
    expect(jsonOf(listed).data.runs).toMatchObject([{ runId, engine: 'native', status: 'interrupted' }]);
    expect(jsonOf(listed).next).toEqual([
      { command: `cvops dlq replay --resume ${runId}`, why: 'watch its move task, which goes on in AWS by itself' },
    ]);
    const verdict = await cvops(['dlq', 'verify', runId, '--json']);
    expect(verdict.code).toBe(ExitCode.pending);
    expect(jsonOf(verdict).error.code).toBe('MoveTaskRunning');
    const other = await cvops(['dlq', 'replay', '--resume', runId, '--engine', 'client', '--yes', '--json']);
    expect(jsonOf(other).error.message).toBe(`run ${runId} is one of the native engine; leave out --engine client.`);
    await scene.simulator.clock.advance(500_000);
    const resumed = await cvops(['dlq', 'replay', '--resume', runId, '--yes', '--json', '--no-verify']);
    expect(resumed.code).toBe(0);
    expect(jsonOf(resumed).data).toMatchObject({ runId, engine: 'native', replayed: 2_000, stopped: null });
    expect(await tasks()).toHaveLength(1);
    const after = await cvops(['dlq', 'runs', '--json']);
    expect(jsonOf(after).data.runs).toMatchObject([{ runId, status: 'done', replayed: 2_000 }]);
  });

  test('is told of by a replay with the client, which the task does not stop', async () => {
    await die(2_000);
    await killed();
    const dry = await cvops(['dlq', 'replay', '--engine', 'client', '--dry-run', '--json']);
    const check = expect.objectContaining({
      id: 'move-task',
      status: 'NG',
      hint: '`cvops dlq cancel processor` ends it',
    });
    expect(jsonOf(dry).data.plan.checks).toContainEqual(check);
    await scene.simulator.clock.advance(500_000);
    const after = await cvops(['dlq', 'replay', '--engine', 'client', '--dry-run', '--json']);
    expect(jsonOf(after).data.plan.checks).not.toContainEqual(check);
  });

  test('can be ended from another shell by dlq cancel', async () => {
    await die(2_000);
    await killed();
    const dry = await cvops(['dlq', 'cancel', '--dry-run', '--json']);
    expect(jsonOf(dry).data).toMatchObject({ dryRun: true, status: 'RUNNING', cancelled: false });
    const result = await cvops(['dlq', 'cancel', '--yes', '--json']);
    expect(result.code).toBe(0);
    expect(jsonOf(result).data).toMatchObject({ status: 'CANCELLED', cancelled: true, toMove: 2_000 });
    expect(await tasks()).toMatchObject([{ Status: 'CANCELLED' }]);
  });
});

test('dlq cancel without a task has nothing to do', async () => {
  const result = await cvops(['dlq', 'cancel', 'processor', '--yes', '--output', 'table']);
  expect(result.code).toBe(0);
  expect(result.stdout).toContain('No move task runs on cv-analytics-dlq.');
});

describe('--stop-on-alarm', () => {
  test('cancels the task with exit code 6 when the alarm goes off', async () => {
    await die(2_000);
    await alarm();
    await alarm('OK');
    const running = native('--rate', '2/s', '--stop-on-alarm', 'errors');
    await half();
    await alarm('ALARM');
    const result = await running;
    expect(result.code).toBe(ExitCode.gate);
    expect(jsonOf(result).data.stopped).toMatchObject({
      code: 'AlarmFired',
      message: expect.stringMatching(/^alarm "errors" went to ALARM: a drill; cancelled; about \d+ of 2,000 messages/),
    });
    expect(await tasks()).toMatchObject([{ Status: 'CANCELLED' }]);
  });

  test('stops the client too, which gives back what it has not sent', async () => {
    await die(2_000);
    await alarm();
    await alarm('OK');
    const running = replay('--engine', 'client', '--rate', '2/s', '--stop-on-alarm', 'errors');
    while ((await scene.depth(scene.sourceUrl)).visible === 0) await scene.clock.sleep(500);
    await alarm('ALARM');
    const result = await running;
    expect(result.code).toBe(ExitCode.gate);
    const { data } = jsonOf(result);
    expect(data.stopped).toMatchObject({ code: 'AlarmFired', exitCode: ExitCode.gate });
    expect(await scene.depth(scene.dlqUrl)).toEqual({ visible: 2_000 - data.replayed, inFlight: 0 });
  });

  test.each(['native', 'client'])('refuses an unknown alarm before %s starts anything', async (engine) => {
    await die(3);
    const result = await replay('--engine', engine, '--stop-on-alarm', 'erors');
    expect(result.code).toBe(ExitCode.notFound);
    expect(jsonOf(result).error.message).toBe('alarm "erors" does not exist here.');
    expect(await tasks()).toEqual([]);
    expect(await scene.depth(scene.dlqUrl)).toEqual({ visible: 3, inFlight: 0 });
  });

  test.each(['native', 'client'])('refuses %s while the alarm is in ALARM already, unless forced', async (engine) => {
    await die(3);
    await alarm();
    await alarm('ALARM');
    const flags = ['--engine', engine, '--no-verify', '--stop-on-alarm', 'errors'];
    const refused = await replay(...flags);
    expect(refused.code).toBe(ExitCode.gate);
    expect(jsonOf(refused).error.message).toBe('alarm "errors" is in ALARM already: a drill.');
    expect(await scene.depth(scene.sourceUrl)).toMatchObject({ visible: 0 });
    expect((await replay(...flags, '--force')).code).toBe(0);
    expect(await scene.depth(scene.sourceUrl)).toMatchObject({ visible: 3 });
  });
});
