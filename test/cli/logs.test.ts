import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Operate, operator } from '../../src/lib/sandbox/operate.ts';
import { SimulatedClock } from '../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../src/lib/simulator/simulator.ts';
import { endpointEnv } from '../support/endpoint-env.ts';
import { looks } from '../support/looks.ts';
import { observeCalls } from '../support/observe-calls.ts';
import { passingTime } from '../support/passing-time.ts';
import { ReleasedFunction } from '../support/released-function.ts';
import { jsonOf, type RunCliOptions, runCli } from '../support/run-cli.ts';

const NOON = Date.UTC(2026, 5, 3, 12);
const GROUP = '/aws/lambda/cv-analytics-processor';
const STREAM = '2026/06/03/[6]0f1e2d3c4b5a69788796a5b4c3d2e1f0';
const REQUEST = '11111111-2222-4333-8444-555555555555';

let simulator: Simulator;
let operate: Operate;
beforeEach(async () => {
  simulator = await Simulator.start({ clock: new SimulatedClock({ start: NOON, rate: 0 }) });
  operate = operator(simulator, 'us-east-1', 'test');
  await operate('logs', 'CreateLogGroup', { logGroupName: GROUP });
  await operate('logs', 'CreateLogStream', { logGroupName: GROUP, logStreamName: STREAM });
});
afterEach(() => simulator.close());

const now = () => simulator.clock.now();
/** Lines with their age in seconds. */
const log = (...lines: readonly (readonly [ageSeconds: number, message: string])[]) =>
  operate('logs', 'PutLogEvents', {
    logGroupName: GROUP,
    logStreamName: STREAM,
    logEvents: lines.map(([age, message]) => ({ timestamp: now() - age * 1000, message })),
  });
const cli = (argv: readonly string[], options: RunCliOptions = {}) =>
  runCli(['logs', 'processor', ...argv], {
    env: endpointEnv(simulator.endpoint),
    clock: passingTime(simulator.clock),
    ...options,
  });
const events = async (...argv: string[]) => jsonOf(await cli([...argv, '--json'])).data.events;

describe('logs', () => {
  test('tells one line an event, whatever the format, and leaves out what Lambda says of good runs', async () => {
    await log(
      [50, `START RequestId: ${REQUEST} Version: 6`],
      [49, JSON.stringify({ level: 'INFO', message: 'stored', requestId: REQUEST })],
      [
        48,
        `2026-06-03T11:59:12.000Z\t${REQUEST}\tERROR\tTypeError: no price\n    at normalise (/var/task/index.js:10:3)`,
      ],
      [
        47,
        JSON.stringify({ level: 'error', message: 'event failed', error: { name: 'TypeError', message: 'no price' } }),
      ],
      [46, 'plain words'],
      [45, `${now()} ${REQUEST} Task timed out after 10.00 seconds`],
      [
        44,
        `REPORT RequestId: ${REQUEST}\tDuration: 5.00 ms\tBilled Duration: 5 ms\tMemory Size: 128 MB\tMax Memory Used: 60 MB`,
      ],
    );
    const result = await cli([], { stdoutTTY: true, columns: 100 });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout.trimEnd().split('\n')).toEqual([
      '11:59:11.000  INFO   v6  stored',
      '11:59:12.000  ERROR  v6  TypeError: no price',
      '11:59:13.000  ERROR  v6  event failed (TypeError: no price)',
      '11:59:14.000  –      v6  plain words',
      '11:59:15.000  ERROR  v6  Task timed out after 10.00 seconds',
    ]);
    expect(await events()).toMatchObject([
      { at: '2026-06-03T11:59:11.000Z', level: 'INFO', version: '6', requestId: REQUEST, error: null },
      { error: { name: 'TypeError', message: 'no price', stack: expect.stringContaining('normalise') } },
      { error: { name: 'TypeError' } },
      { level: null, message: 'plain words', platform: false },
      { error: { name: 'TimedOut' }, platform: true },
    ]);
    expect(await events('--all')).toHaveLength(7);
  });

  test('folds a stack trace that was logged line by line', async () => {
    await log(
      [9, 'Traceback (most recent call last):'],
      [9, '  File "/var/task/app.py", line 3, in go'],
      [9, 'KeyError: price'],
    );
    const found = await events();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      level: 'ERROR',
      error: { name: 'KeyError' },
      raw: expect.stringContaining('line 3'),
    });
  });

  test('takes what --since and --filter leave', async () => {
    await log([7_000, 'old one'], [3_000, 'new one'], [2_000, 'new two']);
    const messages = async (...argv: string[]) =>
      (await events(...argv)).map(({ message }: { message: string }) => message);
    expect(await messages()).toEqual(['new one', 'new two']);
    expect(await messages('--since', '2h')).toEqual(['old one', 'new one', 'new two']);
    expect(await messages('--since', '2h', '--filter', 'one')).toEqual(['old one', 'new one']);
    const { stdout } = await cli(['--filter', 'three'], { stdoutTTY: true });
    expect(stdout).toBe('processor logged nothing that contains "three" in 1 h.\n');
  });

  test('shows the newest where there are more than the limit, and says so', async () => {
    await log(...Array.from({ length: 30 }, (_, i) => [300 - i, `line ${i}`] as const));
    const { data, warnings } = jsonOf(await cli(['--limit', '10', '--json']));
    expect(data.events.map(({ message }: { message: string }) => message)).toEqual(
      Array.from({ length: 10 }, (_, i) => `line ${i + 20}`),
    );
    expect(data.complete).toBe(false);
    expect(warnings).toMatchObject([{ code: 'OlderLeftOut', message: expect.stringContaining('the newest 10') }]);
  });

  test('a pipe gets tab-separated fields, NDJSON a line an event, and nothing written by others acts on a terminal', async () => {
    await log([5, 'a\tb \u001b[31mred'], [4, 'c']);
    expect((await cli([])).stdout).toBe(
      '2026-06-03T11:59:55.000Z\t\t6\ta b \\x1b[31mred\n2026-06-03T11:59:56.000Z\t\t6\tc\n',
    );
    const lines = (await cli(['--output', 'ndjson'])).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).message)).toEqual(['a b \u001b[31mred', 'c']);
  });

  test('tells a log that is not there from one that may not be read', async () => {
    const missing = await runCli(['logs', 'reporter'], { env: endpointEnv(simulator.endpoint) });
    expect(missing.code).toBe(5);
    expect(missing.stderr).toContain('log group "/aws/lambda/cv-analytics-reporter" does not exist');
    simulator.faults.add({ service: 'logs', error: { code: 'AccessDeniedException', statusCode: 400 } });
    const refused = await cli([]);
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('Hint: allow the IAM action logs:FilterLogEvents.');
  });
});

describe('logs of a function', () => {
  let released: ReleasedFunction;
  beforeEach(async () => {
    released = await ReleasedFunction.start(1);
  });
  afterEach(() => released.stop());
  const read = (...argv: string[]) => runCli(['logs', 'processor', ...argv, '--json'], { ...released.host });

  test('that never ran has no group, and is told from one that is not there', async () => {
    const result = await read();
    expect(result.code).toBe(5);
    expect(jsonOf(result).error).toMatchObject({
      code: 'LogGroupNotFound',
      hint: expect.stringContaining('its first run makes the group'),
    });
  });

  test('reach back no further than the time of logs begins', async () => {
    await released.operate('logs', 'CreateLogGroup', { logGroupName: GROUP });
    const froms: number[] = [];
    observeCalls(released.simulator, (operation, _, { startTime }) => {
      if (operation === 'FilterLogEvents') froms.push(Number(startTime));
    });
    expect(jsonOf(await read('--since', '99999999999d'))).toMatchObject({ data: { events: [], complete: true } });
    expect(Math.min(...froms)).toBe(0);
  });

  test('are read in the default group, with a warning, where it may not be asked for its own', async () => {
    const error = { code: 'AccessDeniedException', statusCode: 403 };
    released.simulator.faults.add({ service: 'lambda', error });
    expect(jsonOf(await read()).error).toMatchObject({
      code: 'LogGroupNotFound',
      hint: expect.stringContaining('lambda:GetFunctionConfiguration'),
    });
    await released.operate('logs', 'CreateLogGroup', { logGroupName: GROUP });
    const { warnings } = jsonOf(await read());
    expect(warnings).toMatchObject([
      { code: 'LogGroupUnknown', message: expect.stringContaining('lambda:GetFunctionConfiguration') },
    ]);
  });
});

describe('logs --follow', () => {
  const messages = (stdout: string) =>
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t').at(-1));

  test('tells each line once, the late ones too, until Ctrl-C', async () => {
    await log([20, 'before'], [10, 'twice'], [10, 'twice']);
    const result = await cli(
      ['--follow'],
      looks(
        simulator.clock,
        async () => {},
        () => log([0, 'new']),
        () => log([15, 'late'], [0, 'newer']),
        () => log([0, 'same'], [0, 'same']),
        async () => {},
      ),
    );
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(messages(result.stdout)).toEqual(['before', 'twice', 'twice', 'new', 'late', 'newer', 'same', 'same']);
  });

  test('goes on after a failure, and misses nothing', async () => {
    const result = await cli(
      ['--follow', '--output', 'ndjson'],
      looks(
        simulator.clock,
        async () => {},
        async () => {
          await log([0, 'while away']);
          simulator.faults.add({ error: { code: 'AccessDeniedException', statusCode: 400 } });
        },
        async () => {
          simulator.faults.clear();
          await simulator.clock.advance(10 * 60_000);
          await log([0, 'back']);
        },
        async () => {},
      ),
    );
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('Trying again.');
    expect(
      result.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).message),
    ).toEqual(['while away', 'back']);
  });

  test('is no one document', async () => {
    expect((await cli(['--follow', '--json'])).code).toBe(2);
  });
});
