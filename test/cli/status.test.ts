import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatAliasRecord } from '../../src/lib/release/alias-record.ts';
import { type Operate, operator } from '../../src/lib/sandbox/operate.ts';
import { type Sandbox, startSandbox } from '../../src/lib/sandbox/start-sandbox.ts';
import { SYSTEM } from '../../src/lib/sandbox/system.ts';
import { endpointEnv } from '../support/endpoint-env.ts';
import { looks } from '../support/looks.ts';
import { jsonOf, type RunCliOptions, runCli } from '../support/run-cli.ts';

const NOON = Date.UTC(2026, 5, 3, 12);

let sandbox: Sandbox;
let operate: Operate;
beforeEach(async () => {
  sandbox = await startSandbox({ rate: 0, now: NOON });
  operate = operator(sandbox.simulator, SYSTEM.region, 'test');
  await sandbox.simulator.clock.advance(150_000);
});
afterEach(() => sandbox.close());

const now = () => sandbox.simulator.clock.now();
const clock = { now, sleep: (ms: number) => sandbox.simulator.clock.advance(ms) };
const cli = (argv: readonly string[], options: RunCliOptions = {}) =>
  runCli(['status', ...argv], { env: endpointEnv(sandbox.endpoint), clock, ...options });
const json = async (...argv: string[]) => jsonOf(await cli([...argv, '--json']));

async function die(...ids: readonly string[]) {
  const { QueueUrl } = await operate('sqs', 'GetQueueUrl', { QueueName: SYSTEM.dlq });
  for (const id of ids) {
    await operate('sqs', 'SendMessage', { QueueUrl, MessageBody: id, MessageGroupId: id, MessageDeduplicationId: id });
  }
}

/** A release in steps that nobody has ended. */
const leaveSplit = () =>
  operate('lambda', 'UpdateAlias', {
    FunctionName: SYSTEM.processor,
    Name: SYSTEM.alias,
    RoutingConfig: { AdditionalVersionWeights: { 4: 0.1 } },
    Description: formatAliasRecord({
      releaseId: 'r-20260603T080000Z-0000',
      kind: 'canary',
      version: '5',
      previous: '4',
      step: 10,
      canary: '4',
      at: Date.UTC(2026, 5, 3, 8),
      by: 'ana',
      quarantined: [],
      reason: 'faster',
    }),
  });

const refuse = (service: string, operation: string) =>
  sandbox.simulator.faults.add({
    service,
    operation,
    error: { code: 'AccessDeniedException', statusCode: 403 },
  });

describe('status', () => {
  test('tells who serves, what waits, and the alarms, in seven calls', async () => {
    const result = await cli(['--json', '--debug']);
    expect(result.code).toBe(0);
    const { kind, data, next, warnings } = jsonOf(result);
    expect(kind).toBe('cvops/status');
    const empty = { visible: 0, inFlight: 0, delayed: 0, oldestAgeSeconds: null };
    expect(data).toMatchObject({
      at: new Date(now()).toISOString(),
      services: [
        { service: 'worker', alias: null, release: null, queue: { name: SYSTEM.queue, ...empty }, dlq: null },
        {
          service: 'processor',
          alias: { version: '5', weights: {}, previous: '4', changedBy: 'ci' },
          release: { kind: 'promote', by: 'ci', at: expect.stringMatching(/^2026-06-02T12:00/) },
          queue: { name: SYSTEM.queue },
          dlq: { name: SYSTEM.dlq, ...empty },
        },
        { service: 'reporter', alias: { version: '2' }, queue: null, dlq: null },
      ],
      gaps: [],
      usage: null,
    });
    expect(data.alarms).toHaveLength(8);
    expect(warnings).toEqual([]);
    expect(next).toMatchObject([{ command: 'cvops usage report' }]);
    expect(result.stderr.match(/^debug: /gm)).toHaveLength(7);
  });

  test('says what is wrong, since when and by whom, and which commands mend it, and exits 0', async () => {
    await die('a', 'b', 'c');
    await leaveSplit();
    await sandbox.simulator.clock.advance(120_000);
    const result = await cli(['--json']);
    expect(result.code).toBe(0);
    const { data, next } = jsonOf(result);
    expect(data.services[1]).toMatchObject({
      alias: { version: '5', weights: { 4: 0.1 } },
      release: { kind: 'canary', by: 'ana', at: '2026-06-03T08:00:00.000Z', reason: 'faster' },
      dlq: { visible: 3, oldestAgeSeconds: expect.any(Number) },
    });
    expect(data.alarms.find(({ name }: { name: string }) => name === SYSTEM.depthAlarm)).toMatchObject({
      state: 'ALARM',
      since: expect.stringMatching(/^2026-06-03T12:0[34]/),
      why: '3, above 0 (Maximum of 1 min)',
      service: 'processor',
    });
    expect(next).toEqual([
      { command: 'cvops dlq inspect processor', why: "why processor's messages died" },
      { command: 'cvops alias recover processor', why: "end ana's split, if nobody is at it" },
    ]);
  });

  test('is one screen of 80 columns and 24 lines, the worst in its first line', async () => {
    await die('a', 'b', 'c');
    await leaveSplit();
    await sandbox.simulator.clock.advance(120_000);
    const { stdout, stderr } = await cli([], { stdoutTTY: true, stderrTTY: true, columns: 80 });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe(`3 dead letters, 1 alarm, 1 split, at ${new Date(now()).toISOString().slice(11, 19)} UTC.`);
    expect(stdout).toMatch(/processor +5 +4 at 10 % +4 +canary +4 h ago +ana/);
    expect(stdout).toMatch(/cv-analytics-dlq\.fifo +processor \(dead\) +3 +0 +\d+ (s|min)/);
    expect(stdout).toMatch(/cv-analytics-dlq-depth +ALARM +\d+ \w+ ago +3, above 0 \(Maximum of 1 min\)/);
    expect(stdout).toContain('7 more alarms OK.');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.length + stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(23);
  });

  test('tells ages by the clock of AWS, whatever the clock of this machine says', async () => {
    await die('a');
    await sandbox.simulator.clock.advance(120_000);
    const behind = { now: () => now() - 86_400_000, sleep: clock.sleep };
    const { data } = jsonOf(await cli(['--json'], { clock: behind }));
    expect(data.at.slice(0, 16)).toBe(new Date(now()).toISOString().slice(0, 16));
    expect(data.services[1].dlq.oldestAgeSeconds).toBeGreaterThan(0);
  });

  test('looks at one service alone, and knows no other name', async () => {
    const { data } = await json('reporter');
    expect(data.services.map(({ service }: { service: string }) => service)).toEqual(['reporter']);
    expect(data.alarms.map(({ name }: { name: string }) => name)).toEqual([
      'cv-analytics-reporter-did-not-run',
      'cv-analytics-reporter-errors',
      'cv-analytics-table-write-throttles',
    ]);
    const result = await cli(['reportr', '--json']);
    expect(result.code).toBe(5);
    expect(jsonOf(result).error.hint).toContain('did you mean "reporter"?');
  });

  test.each([
    ['sqs', 'GetQueueAttributes', 'sqs:GetQueueAttributes', 2],
    ['lambda', 'GetAlias', 'lambda:GetAlias', 2],
    ['cloudwatch', 'DescribeAlarms', 'cloudwatch:DescribeAlarms', 1],
  ])(
    'says in its place what may not be read, with the IAM action, and shows the rest: %s %s',
    async (service, operation, action, parts) => {
      refuse(service, operation);
      const result = await cli(['--json']);
      expect(result.code).toBe(3);
      const { data, next } = jsonOf(result);
      expect(data.gaps).toHaveLength(parts);
      expect(data.gaps[0]).toMatchObject({ code: 'AccessDenied', hint: `allow the IAM action ${action}.` });
      expect(data.services).toHaveLength(3);
      expect(next.at(-1)?.command).toBe('cvops doctor');
      const screen = await cli([], { stdoutTTY: true, columns: 200 });
      expect(screen.stdout).toContain(`Hint: allow the IAM action ${action}.`);
      expect(screen.stdout).toContain(`${parts} part`);
    },
  );

  test('ends with one error where nothing can be read at all', async () => {
    const result = await runCli(['status'], { env: endpointEnv('http://127.0.0.1:1'), clock });
    expect(result.code).toBe(4);
    expect(result.stderr).toContain('cannot reach 127.0.0.1:1');
  });

  test('--usage adds the row that is nearest to its free limit', async () => {
    const { data } = await json('--usage');
    expect(data.usage).toMatchObject({
      month: '2026-06',
      nearest: { id: expect.any(String), projectedUtilisation: expect.any(Number) },
      costUsd: 0,
    });
    const { stdout } = await cli(['--usage'], { stdoutTTY: true, columns: 120 });
    expect(stdout).toMatch(/2026-06: .+ ends at [\d.]+ % of its free limit, \$0\.00 so far/);
  });

  test('--usage names the permission that keeps rows from being read, once', async () => {
    const error = { code: 'AccessDeniedException', statusCode: 403 };
    sandbox.simulator.faults.add({ service: 'dynamodb', operation: 'DescribeTable', error });
    const result = await cli(['--usage', '--json']);
    expect(result.code).toBe(3);
    const { unread, gaps } = jsonOf(result).data.usage;
    expect(gaps).toMatchObject([{ code: 'AccessDenied', hint: 'allow the IAM action dynamodb:DescribeTable.' }]);
    expect(gaps[0].rows).toEqual(unread);
    const { stdout } = await cli(['--usage'], { stdoutTTY: true, columns: 120 });
    expect(stdout.replace(/\s+/g, ' ').split('Hint: allow the IAM action dynamodb:DescribeTable.')).toHaveLength(2);
    expect(stdout).not.toContain('Nothing is wrong');
  });
});

describe('status --watch', () => {
  test('tells a pipe all that is known first, then a line for each change, and ends with Ctrl-C', async () => {
    const quiet = async () => {};
    const result = await cli(
      ['processor', '--watch'],
      looks(sandbox.simulator.clock, quiet, () => die('a', 'b'), leaveSplit, quiet),
    );
    expect(result.code).toBe(0);
    const lines = result.stdout.split('\n').filter((line) => !/analytics-(processor|table)-/.test(line));
    expect(lines.map((line) => line.replace(/^\S+\t/, ''))).toEqual([
      'processor\t\tversion 5',
      'cv-analytics-queue.fifo\t\t0',
      'cv-analytics-dlq.fifo\t\t0',
      'cv-analytics-dlq-depth\t\tOK',
      'cv-analytics-queue-age\t\tOK',
      'cv-analytics-dlq.fifo\t0\t2',
      'processor\tversion 5\tversion 5 with 4 at 10 %',
      'cv-analytics-dlq-depth\tOK\tALARM',
      '',
    ]);
  });

  test('is NDJSON when that is asked for, and no one document', async () => {
    const result = await cli(
      ['--watch', '--output', 'ndjson'],
      looks(sandbox.simulator.clock, () => die('a')),
    );
    const changes = result.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(changes.at(-1)).toEqual({
      at: expect.stringMatching(/^2026-06-03T12:02:4/),
      what: SYSTEM.dlq,
      from: '0',
      to: '1',
    });
    const refused = await cli(['--watch', '--json']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--watch has no end, and json is one document.');
  });

  test('draws on a terminal when something changed, and leaves the last picture', async () => {
    const result = await cli(['--watch', '--interval', '1s'], {
      ...looks(
        sandbox.simulator.clock,
        () => die('a'),
        async () => {},
      ),
      stdoutTTY: true,
    });
    const pictures = result.stdout.split('\u001b[H').slice(1);
    expect(pictures[0]).toContain('Nothing is wrong');
    expect(pictures[1]).toContain('1 dead letter, at');
    expect(result.stderr).toContain('cvops dlq inspect processor');
  });

  test('asks once where the queues are', async () => {
    const quiet = async () => {};
    const result = await cli(['--watch', '--debug'], looks(sandbox.simulator.clock, quiet, quiet));
    expect(result.stderr.match(/sqs:GetQueueUrl/g)).toHaveLength(2);
    expect(result.stderr.match(/sqs:GetQueueAttributes/g)).toHaveLength(6);
  });

  test('goes on when a look fails for a while', async () => {
    const away = async () => {
      sandbox.simulator.faults.add({ error: { code: 'ExpiredToken', statusCode: 400 } });
    };
    const back = async () => sandbox.simulator.faults.clear();
    const result = await cli(
      ['--watch'],
      looks(
        sandbox.simulator.clock,
        away,
        back,
        () => die('a'),
        async () => {},
      ),
    );
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('Trying again.');
    expect(result.stdout).toContain('cv-analytics-dlq.fifo\t0\t1');
  });

  test.each([
    [['--interval', '5s'], 'add --watch'],
    [['--watch', '--interval', '100ms'], 'shorter than a second'],
  ])('%j: %s', async (argv, words) => {
    const result = await cli(argv);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(words);
  });
});
