import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { operator } from '../../../src/lib/sandbox/operate.ts';
import { type Sandbox, startSandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { ROW_IDS } from '../../../src/lib/usage/row-ids.ts';
import type { UsageRow } from '../../../src/lib/usage/usage-row.ts';
import { observeCalls } from '../../support/observe-calls.ts';
import { jsonOf, makeHome, type RunCliOptions, removeHome, runCli } from '../../support/run-cli.ts';

const HOUR_MS = 3_600_000;
const MONTH = Date.UTC(2026, 10, 1);
const HOURS = 15 * 24 + 12;
const NOW = MONTH + HOURS * HOUR_MS;

let sandbox: Sandbox;
let home: string;
let calls: string[] = [];
beforeAll(async () => {
  home = makeHome();
  sandbox = await startSandbox({ rate: 0, now: NOW });
  // How many alarms the example system has is nothing to these tests but a share near a limit.
  const operate = operator(sandbox.simulator, SYSTEM.region, 'test');
  const { MetricAlarms } = await operate('cloudwatch', 'DescribeAlarms', {});
  const AlarmNames = MetricAlarms.slice(1).map(({ AlarmName }: { AlarmName: string }) => AlarmName);
  if (AlarmNames.length > 0) await operate('cloudwatch', 'DeleteAlarms', { AlarmNames });
  observeCalls(sandbox.simulator, (operation) => calls.push(operation));
  plant('AWS/Lambda', 'Invocations', { FunctionName: SYSTEM.processor }, 100);
  plant('AWS/Lambda', 'Duration', { FunctionName: SYSTEM.processor }, 1_000);
  plant('AWS/SQS', 'NumberOfMessagesSent', { QueueName: SYSTEM.queue }, 50);
  plant('AWS/SQS', 'NumberOfMessagesReceived', { QueueName: SYSTEM.queue }, 500);
  plant('AWS/SQS', 'NumberOfEmptyReceives', { QueueName: SYSTEM.queue }, 900);
});
afterAll(async () => {
  await sandbox.close();
  removeHome(home);
});
beforeEach(() => {
  sandbox.simulator.faults.clear();
  calls = [];
});

/** The same in each hour of the month so far, and of the month before. */
function plant(namespace: string, metric: string, dimensions: Record<string, string>, sum: number): void {
  const points = Array.from({ length: 30 * 24 + HOURS }, (_, index) => ({
    at: MONTH + (index - 30 * 24) * HOUR_MS,
    sum,
    samples: 100,
  }));
  sandbox.simulator.region(SYSTEM.region).cloudwatch.plant([{ namespace, metric, dimensions, points }]);
}

function cli(argv: readonly string[], options: RunCliOptions & { at?: number } = {}) {
  const at = options.at ?? NOW;
  return runCli(['usage', 'report', ...argv], {
    home,
    clock: { now: () => at, sleep: async () => {} },
    ...options,
    env: {
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: SYSTEM.region,
      CVOPS_ENDPOINT_URL: sandbox.endpoint,
      ...options.env,
    },
  });
}

const rowIn = (data: { rows: readonly UsageRow[] }, id: string) => data.rows.find((row) => row.id === id)!;

describe('usage report', () => {
  test('counts the month so far, tells where it ends, and says what it cost itself', async () => {
    const result = await cli(['--json']);
    expect(result.code).toBe(0);
    const { kind, data, warnings } = jsonOf(result);
    expect(kind).toBe('cvops/usage.report');
    expect(warnings).toEqual([]);
    expect(data.period).toEqual({
      month: '2026-11',
      from: '2026-11-01T00:00:00.000Z',
      until: new Date(NOW).toISOString(),
      days: 30,
      elapsed: HOURS / 720,
      isOver: false,
    });
    expect(rowIn(data, 'lambda-requests')).toMatchObject({
      service: 'Lambda',
      metric: 'requests',
      used: 100 * HOURS,
      limit: 1_000_000,
      utilisation: (100 * HOURS) / 1_000_000,
      projected: expect.closeTo(72_000, 3),
      confidence: 'high',
      costUsd: 0,
    });
    expect(rowIn(data, 'lambda-requests').daily).toHaveLength(16);
    const sqs = rowIn(data, 'sqs-requests');
    expect(sqs.used).toBeCloseTo(HOURS * (50 + 200 + 900), 3);
    expect(sqs.parts.map(({ name }) => name)).toEqual(['traffic', 'polling']);
    expect(data.totals).toMatchObject({ costUsd: 0, unread: [], display: null });
    expect(data.totals.nearest.id).toBe('sqs-requests');
    expect(data.self).toMatchObject({ apiCalls: calls.length, paidCalls: 0, costUsd: 0 });
    expect(calls.length).toBeLessThanOrEqual(45);
  });

  test('has the fields that are promised in each row', async () => {
    const { data } = jsonOf(await cli(['--json']));
    expect(data.rows.map(({ id }: UsageRow) => id)).toEqual(ROW_IDS.slice(0, 17));
    for (const row of data.rows) {
      expect(Object.keys(row)).toEqual(
        expect.arrayContaining([
          ...['id', 'service', 'metric', 'used', 'limit', 'unit', 'utilisation', 'projected', 'projectedUtilisation'],
          ...['confidence', 'basis', 'costUsd', 'source'],
        ]),
      );
    }
  });

  test('fits a terminal of 80 columns, with bars, the days, and the footer', async () => {
    const { stdout, stderr } = await cli([], { stdoutTTY: true, stderrTTY: true, columns: 80 });
    expect(stdout).toMatch(/^✓ November 2026 in us-east-1: inside the free limits, nothing to pay\.$/m);
    expect(stdout).toMatch(/^ROW +USED +FREE +NOW +END +COST$/m);
    expect(stdout).toMatch(/^lambda-requests +37,200 +1M +3\.7 % +7\.2 % +\$0\.00 +▒·········$/m);
    expect(stdout).toMatch(/^ {2}polling +334,800$/m);
    expect(stdout).toMatch(/^lambda-requests +█{15}▄ +2,400 on 1 Nov$/m);
    expect(stdout.replace(/\n/g, ' ')).toMatch(/This report: \d+ calls, 0 paid, \$0\.00\./);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(stderr).toContain('cvops usage report --explain sqs-requests');
  });

  test('is a table for a pull request, and a list for a pipe', async () => {
    const markdown = await cli(['--output', 'markdown']);
    expect(markdown.stdout).toContain('| lambda-requests | 37,200 | 1M | 3.7 % | 7.2 % | $0.00 | ▒········· |');
    const tsv = await cli([]);
    expect(tsv.stdout.split('\n')[0]?.split('\t').slice(0, 4)).toEqual([
      'lambda-requests',
      '37200',
      '1000000',
      '0.0372',
    ]);
    const lines = (await cli(['--output', 'ndjson'])).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(ROW_IDS.slice(0, 17));
  });

  test('tells a month that is over, whole', async () => {
    const { data } = jsonOf(await cli(['--month', '2026-10', '--json']));
    expect(data.period).toMatchObject({ month: '2026-10', days: 31, elapsed: 1, isOver: true });
    // The planted 30 days before November; on the 31st nothing ran.
    expect(rowIn(data, 'lambda-requests')).toMatchObject({ used: 72_000, projected: 72_000, confidence: 'high' });
  });

  test('has nothing to tell in the first moment of a month, and does not fail', async () => {
    const result = await cli(['--json'], { at: MONTH });
    expect(result.code).toBe(0);
    const { data } = jsonOf(result);
    expect(rowIn(data, 'lambda-requests')).toMatchObject({ used: 0, projected: null, projectedUtilisation: null });
    expect(data.period.elapsed).toBe(0);
  });

  test('knows no time zone but UTC', async () => {
    const before = process.env['TZ'];
    try {
      const reports = [];
      for (const zone of ['Pacific/Kiritimati', 'Pacific/Niue']) {
        process.env['TZ'] = zone;
        const { data } = jsonOf(await cli(['--json'], { at: MONTH + 60_000 }));
        reports.push({ ...data, self: null });
      }
      expect(reports[0].period.from).toBe('2026-11-01T00:00:00.000Z');
      expect(rowIn(reports[0], 'lambda-requests')).toMatchObject({ used: 100, confidence: 'low' });
      expect(reports[1].period).toEqual(reports[0].period);
    } finally {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    }
  });
});

describe('usage report --explain', () => {
  test('puts the numbers into the formula and says where they are from', async () => {
    const { stdout, code } = await cli(['--explain', 'lambda-compute'], { stdoutTTY: true, columns: 100 });
    expect(code).toBe(0);
    const text = stdout.replace(/\s+/g, ' ');
    // 1 s an hour at 256 MB.
    expect(text).toContain('(372 s + 0.0005 s × 37,200) × 256 / 1024 = 97.7 GB-seconds');
    expect(text).toContain('AWS/Lambda Duration, Sum,');
    expect(text).toContain('https://aws.amazon.com/lambda/pricing/');
  });

  test('has no end to tell of a month that is over', async () => {
    const { stdout } = await cli(['--explain', 'lambda-requests', '--month', '2026-10'], {
      stdoutTTY: true,
      columns: 100,
    });
    expect(stdout).toMatch(/^used +72,000 requests \(7\.2 %\)$/m);
    expect(stdout).toMatch(/^cost +\$0\.00, before credits$/m);
    expect(stdout).not.toContain('at the end');
  });

  test('answers one row as data', async () => {
    const { data } = jsonOf(await cli(['--explain', 'sqs-requests', '--json']));
    expect(data.rows).toHaveLength(1);
    expect(data.rows[0].formula.terms.length).toBeGreaterThan(3);
  });

  test('refuses a row that there is not, with the nearest', async () => {
    const result = await cli(['--explain', 'sqs', '--json']);
    expect(result.code).toBe(2);
    expect(jsonOf(result).error.message).toBe('--explain "sqs": there is no such row.');
    const near = await cli(['--explain', 'lambda-request']);
    expect(near.stderr).toContain('did you mean "lambda-requests"?');
    expect(calls).toEqual([]);
  });

  test('refuses a row that nothing here is counted in', async () => {
    const result = await cli(['--explain', 'github-minutes']);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('this report has no such row');
  });
});

describe('usage report --fail-over', () => {
  test('passes below the limit and fails over it, by name', async () => {
    const passed = await cli(['--fail-over', '95', '--json']);
    expect(passed.code).toBe(0);
    expect(jsonOf(passed).data.gate).toEqual({ failOver: 0.95, passed: true, over: [] });
    const failed = await cli(['--fail-over', '80', '--json']);
    expect(failed.code).toBe(6);
    expect(jsonOf(failed).data.gate).toEqual({ failOver: 0.8, passed: false, over: ['sqs-requests'] });
    expect(jsonOf(failed).warnings[0]?.message).toContain('sqs-requests is at 82.8 % of its limit');
  });

  test('half an hour into a month does not take that half hour for all of it', async () => {
    const result = await cli(['--fail-over', '95', '--json'], { at: MONTH + HOUR_MS / 2 });
    expect(result.code).toBe(0);
    const { rows, gate } = jsonOf(result).data as { rows: UsageRow[]; gate: object };
    expect(rows.find(({ id }) => id === 'sqs-requests')?.projectedUtilisation).toBeGreaterThan(1);
    expect(gate).toMatchObject({ passed: true });
  });

  test('has not passed where something could not be read', async () => {
    refuse('ListDashboards');
    expect((await cli(['--fail-over', '95'])).code).toBe(3);
  });

  test.each(['101', '-1', 'eighty'])('refuses %s', async (value) => {
    const result = await cli([`--fail-over=${value}`]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(`--fail-over "${value}" is not a percentage.`);
  });
});

function refuse(operation: string): void {
  sandbox.simulator.faults.add({
    operation,
    error: { code: 'AccessDeniedException', statusCode: 403, message: 'not authorized' },
  });
}

describe('what cannot be read', () => {
  test('says so in its row, with the IAM action, and the rest stands', async () => {
    refuse('DescribeAlarms');
    const result = await cli(['--json']);
    expect(result.code).toBe(3);
    const { data, warnings } = jsonOf(result);
    expect(rowIn(data, 'cloudwatch-alarms')).toMatchObject({ used: null, utilisation: null, costUsd: null });
    expect(rowIn(data, 'lambda-requests').used).toBe(100 * HOURS);
    expect(data.totals.unread).toEqual(['cloudwatch-alarms']);
    expect(rowIn(data, 'cloudwatch-alarms').gap).toMatchObject({
      code: 'AccessDenied',
      hint: 'allow the IAM action cloudwatch:DescribeAlarms.',
    });
    expect(warnings).toEqual([
      { code: 'RowsNotRead', message: '1 row could not be read, or not wholly: cloudwatch-alarms.' },
    ]);
    const { stdout } = await cli([], { stdoutTTY: true, columns: 80 });
    expect(stdout).toMatch(/^cloudwatch-alarms +not read/m);
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).toContain(
      'November 2026 in us-east-1: inside the free limits, nothing to pay; 1 of 17 rows could not be read.',
    );
    expect(text).not.toContain('✓');
    expect(text).toContain('Hint: allow the IAM action cloudwatch:DescribeAlarms.');
  });
});

describe('what one permission keeps from many rows', () => {
  test('is said once, with all of their names', async () => {
    refuse('GetMetricStatistics');
    const { code, stdout } = await cli([], { stdoutTTY: true, columns: 80 });
    expect(code).toBe(3);
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).toContain('lambda-requests, lambda-compute, sqs-requests, dynamodb-write-capacity,');
    expect(text.match(/Hint: allow the IAM action cloudwatch:GetMetricStatistics\./g)).toHaveLength(2);
    expect(text).toContain('cloudwatch-logs was, in part, not read');
  });

  test('and nothing at all is no success', async () => {
    sandbox.simulator.faults.add({ error: { code: 'AccessDeniedException', statusCode: 403, message: 'no' } });
    const { code, stdout } = await cli([], { stdoutTTY: true, columns: 80 });
    expect(code).toBe(3);
    expect(stdout).toMatch(/^November 2026 in us-east-1: nothing could be read\.$/m);
  });
});

describe('a month that is none', () => {
  test.each([
    ['2026-13', 'takes YYYY-MM'],
    ['november', 'takes YYYY-MM'],
    ['2026-12', 'has not begun'],
    ['2024-01', 'too long ago'],
  ])('%s is refused before the first call', async (month, words) => {
    const result = await cli(['--month', month]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(words);
    expect(calls).toEqual([]);
  });
});

describe('the configuration', () => {
  test('declares what AWS does not know, and a currency beside the dollar', async () => {
    const file = join(home, 'usage.json');
    writeFileSync(
      file,
      JSON.stringify({
        services: { processor: { function: SYSTEM.processor } },
        usage: {
          currency: { code: 'GBP', rate: 0.5, asOf: '2026-11-01' },
          declared: { hcpManagedResources: 18, githubMinutes: 3_000 },
        },
      }),
    );
    const result = await cli(['--config', file, '--json']);
    expect(result.code).toBe(0);
    const { data } = jsonOf(result);
    expect(rowIn(data, 'hcp-resources')).toMatchObject({
      used: 18,
      limit: 500,
      basis: 'declared in the configuration',
    });
    expect(rowIn(data, 'github-minutes').utilisation).toBe(1.5);
    expect(rowIn(data, 'sqs-requests')).toBeUndefined();
    expect(data.totals.display).toEqual({ currency: 'GBP', rate: 0.5, asOf: '2026-11-01', cost: 0, projectedCost: 0 });
    const { stdout } = await cli(['--config', file], { stdoutTTY: true, columns: 120 });
    expect(stdout).toContain('1 row beyond the free limit');
    expect(stdout).toContain('$0.00 is 0.00 GBP (a dollar is 0.5, 2026-11-01)');
  });
});

describe('usage report --html', () => {
  test('writes the page beside the report', async () => {
    const path = join(home, 'usage.html');
    const { data } = jsonOf(await cli(['--html', path, '--json']));
    expect(data.page).toBe(path);
    expect(existsSync(path)).toBe(true);
    expect(readFileSync(path, 'utf8')).toContain('November 2026');
  });

  test.each([
    ['a folder that is not there', 'nowhere/usage.html', 1, '(no such folder).'],
    ['a folder', 'home', 2, 'is a folder.'],
  ])('refuses %s before the first call', async (_, name, code, words) => {
    const path = name === 'home' ? home : join(home, name);
    const result = await cli(['--html', path, '--json']);
    expect(result.code).toBe(code);
    expect(jsonOf(result).error.message).toContain(words);
    expect(calls).toEqual([]);
  });

  test('leaves nothing beside the page where the report itself fails', async () => {
    const folder = mkdtempSync(join(home, 'pages-'));
    const result = await cli(['--html', join(folder, 'usage.html'), '--explain', 'github-minutes']);
    expect(result.code).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });
});

test('usage report --exact says when the logs do not hold every invocation', async () => {
  const { data, warnings } = jsonOf(await cli(['--exact', '--json']));
  expect(warnings.map(({ code }) => code)).toEqual(['NotExact']);
  expect(rowIn(data, 'lambda-compute').notes.join(' ')).toContain('could not be counted exactly');
});

describe('usage report --reconcile', () => {
  const usage = (usageType: string, actualUsageAmount: number) => ({
    service: 'Amazon Simple Queue Service',
    operation: '',
    usageType,
    region: 'global',
    actualUsageAmount,
    forecastedUsageAmount: actualUsageAmount * 2,
    limit: 1_000_000,
    unit: 'Requests',
    freeTierType: 'Always Free',
  });

  test('sets AWS’s own count beside ours, and never takes silence for zero', async () => {
    sandbox.simulator.freeTier.steer({ usages: [usage('Requests', 425_000)] });
    const result = await cli(['--reconcile', '--json']);
    expect(result.code).toBe(0);
    const { data } = jsonOf(result);
    const rows: readonly { id: string; aws: number | null; state: string }[] = data.reconciliation.rows;
    expect(rows.find(({ id }) => id === 'sqs-requests')).toMatchObject({ aws: 425_000, state: 'agrees' });
    expect(rows.find(({ id }) => id === 'lambda-requests')).toMatchObject({ aws: null, state: 'not reported' });
    expect(data.self.paidCalls).toBe(0);
  });

  test('warns where AWS counts far less', async () => {
    sandbox.simulator.freeTier.steer({ usages: [usage('Requests', 100_000)] });
    const result = await cli(['--reconcile', '--json']);
    expect(jsonOf(result).warnings.map(({ code }) => code)).toEqual(['DiffersFromAws']);
  });

  test('says that it may not', async () => {
    refuse('GetFreeTierUsage');
    const result = await cli(['--reconcile'], { stdoutTTY: true, columns: 80 });
    expect(result.code).toBe(3);
    expect(result.stdout.replace(/\s+/g, ' ')).toContain('Hint: allow the IAM action freetier:GetFreeTierUsage.');
  });

  test('says so in a pipe and as data, too: neither the count nor the plan is left out in silence', async () => {
    refuse('GetFreeTierUsage');
    refuse('GetAccountPlanState');
    const piped = await cli(['--reconcile']);
    expect(piped.code).toBe(3);
    expect(piped.stderr).toContain('freetier:GetFreeTierUsage');
    expect(jsonOf(await cli(['--reconcile', '--json'])).warnings).toMatchObject([
      { code: 'NotReconciled', message: expect.stringContaining('Allow the IAM action freetier:GetFreeTierUsage.') },
      { code: 'PlanNotRead', message: expect.stringContaining('Allow the IAM action freetier:GetAccountPlanState.') },
    ]);
  });
});

test('old prices warn', async () => {
  const { warnings } = jsonOf(await cli(['--json'], { at: Date.UTC(2027, 3, 1) }));
  expect(warnings.map(({ code }) => code)).toContain('StalePrices');
});
