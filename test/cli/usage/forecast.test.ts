import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { jsonOf, makeHome, removeHome, runCli } from '../../support/run-cli.ts';

let home: string;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => removeHome(home));

const AT = Date.parse('2026-11-23T12:00:00Z');
const clock = { now: () => AT, sleep: async () => {} };
const cli = (...argv: string[]) =>
  runCli(['usage', ...argv], { home, clock, env: { AWS_REGION: 'us-east-1' }, columns: 120 });
const terminal = (...argv: string[]) =>
  runCli(['usage', ...argv], { home, clock, env: { AWS_REGION: 'us-east-1' }, stdoutTTY: true, columns: 120 });
const configure = (config: object) => {
  const path = join(home, 'config', 'cvops', 'cvops.config.json');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(config));
};
const rowOf = (data: { scenarios: readonly { rows: readonly { id: string; used: number }[] }[] }, id: string) =>
  data.scenarios[0]!.rows.find((row) => row.id === id)!;

describe('usage forecast', () => {
  test('tells a million and ten million queries beside the article, without credentials', async () => {
    const result = await cli('forecast', '--json');
    const { data, kind, warnings } = jsonOf(result);
    expect(result.code).toBe(0);
    expect(kind).toBe('cvops/usage.forecast');
    expect(warnings).toEqual([]);
    expect(data.scenarios.map((each: { queriesPerMonth: number }) => each.queriesPerMonth)).toEqual([
      1_000_000, 10_000_000,
    ]);
    expect(data.scenarios[0].totals.costUsd).toBeCloseTo(1.13, 2);
    expect(data.scenarios[1].totals.awsUsd).toBeCloseTo(26.55, 1);
    expect(data.scenarios[0].article.articleUsd).toBeCloseTo(0.82, 9);
    expect(data.scenarios[0].totals.display).toBeNull();
  });

  test('shows scenarios side by side with their sums, and the reasons of each difference', async () => {
    const { stdout } = await terminal('forecast');
    expect(stdout).toMatch(/^A MONTH +FREE +1M +USD +10M +USD/);
    expect(stdout).toMatch(/SQS requests +1M +3\.27M +\$1\.13/);
    expect(stdout).toMatch(/total +\$1\.13 \(0\.99–6\.26\)/);
    expect(stdout).toMatch(/of it AWS +\$1\.13/);
    expect(stdout).toMatch(/AT 1M +ARTICLE +OURS +WHY/);
    expect(stdout).toMatch(/Lambda +\$0\.20 +\$0\.00 +The article charges every request/);
  });

  test('gives a pipe a line a row, and NDJSON a line a row and scenario', async () => {
    const { stdout } = await cli('forecast', '--queries', '10k');
    expect(stdout.split('\n')[0]).toMatch(/^Lambda requests\t1000000\t10004\.\d+\t0$/);
    const lines = (await cli('forecast', '--output', 'ndjson')).stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(26);
    expect(JSON.parse(lines[0]!)).toMatchObject({ queriesPerMonth: 1_000_000, id: 'lambda-requests' });
  });

  test.each([
    ['10k', [10_000]],
    ['2.5M', [2_500_000]],
    ['1_000_000', [1_000_000]],
    ['1.1m,3B', [1_100_000, 3_000_000_000]],
    ['1M, 1000000', [1_000_000]],
  ])('reads --queries %s', async (text, queries) => {
    const { data } = jsonOf(await cli('forecast', '--queries', text, '--json'));
    expect(data.scenarios.map((each: { queriesPerMonth: number }) => each.queriesPerMonth)).toEqual(queries);
  });

  test('answers what if: pollers, batch, memory, duration, billing, peak, item and retention', async () => {
    const { data } = jsonOf(
      await cli(
        'forecast',
        ...['--queries', '10M', '--pollers', '2', '--batch', '1', '--memory', '1024', '--duration', '1s'],
        ...['--billing', 'on-demand', '--peak', '2.5', '--item-bytes', '2000', '--retention-days', '7', '--json'],
      ),
    );
    expect(data.model).toMatchObject({
      peak: 2.5,
      queue: { pollers: 2, batchSize: 1 },
      processor: { memoryMb: 1_024, durationMs: 1_000 },
      table: { billing: 'on-demand', itemBytes: 2_000, retentionDays: 7 },
    });
    expect(rowOf(data, 'dynamodb-write-units').used).toBe(20_000_000);
    expect(rowOf(data, 'lambda-compute').used).toBeGreaterThan(10_000_000);
  });

  test('takes the standard price for a queue that is configured as one', async () => {
    const before = jsonOf(await cli('forecast', '--queries', '1M', '--json')).data;
    configure({ services: { worker: { function: 'my-worker', queue: 'my-queue' } } });
    const { data } = jsonOf(await cli('forecast', '--queries', '1M', '--json'));
    expect(before.model.queue.fifo).toBe(true);
    expect(data.model.queue.fifo).toBe(false);
    expect(data.scenarios[0].totals.costUsd).toBeCloseTo(before.scenarios[0].totals.costUsd * 0.8, 6);
  });

  test('shows the configured currency beside dollars', async () => {
    configure({ usage: { currency: { code: 'GBP', rate: 0.75, asOf: '2026-11-02' } }, services: {} });
    const { data } = jsonOf(await cli('forecast', '--queries', '1M', '--json'));
    expect(data.scenarios[0].totals.display).toMatchObject({ currency: 'GBP', rate: 0.75, asOf: '2026-11-02' });
    expect(data.scenarios[0].totals.display.cost).toBeCloseTo(data.scenarios[0].totals.costUsd * 0.75, 9);
    expect((await terminal('forecast', '--queries', '1M')).stdout).toMatch(/1 USD = 0\.75 GBP, 2026-11-02 +0\.85 GBP/);
  });

  test('explains one row with the numbers in its formula', async () => {
    const argv = ['forecast', '--queries', '1M', '--explain', 'sqs-requests'];
    const { stdout } = await terminal(...argv);
    expect(stdout).toMatch(/^sqs-requests: SQS requests, at 1,000,000 queries a month/);
    expect(stdout).toContain('sends + receives + deletes + empty receives');
    expect(stdout).toMatch(/empty receives +271,770 +requests/);
    expect(stdout).toMatch(/cost +\$1\.13 \(0\.99–1\.26\)/);
    const { data } = jsonOf(await cli(...argv, '--json'));
    expect(data.scenarios[0].rows.map((row: { id: string }) => row.id)).toEqual(['sqs-requests']);
    expect(data.scenarios[0].rows[0].formula.terms.length).toBeGreaterThan(3);
  });

  test('says how many of the prices nobody has verified', async () => {
    const london = await terminal('forecast', '--region', 'eu-west-2');
    expect(london.stdout).toMatch(/2026-11-01\s+\(\d+\s+unverified:\s+`cvops\s+usage\s+prices`\)\./);
    expect((await terminal('headroom')).stdout).toMatch(/us-east-1,\s+2026-11-01\./);
  });

  test('reckons with the prices of the region', async () => {
    const { data } = jsonOf(await cli('forecast', '--queries', '100M', '--region', 'eu-west-2', '--json'));
    expect(data.region).toBe('eu-west-2');
    const logs = data.scenarios[0].rows.find((row: { id: string }) => row.id === 'cloudwatch-logs');
    const there = jsonOf(await cli('forecast', '--queries', '100M', '--json')).data.scenarios[0].rows.find(
      (row: { id: string }) => row.id === 'cloudwatch-logs',
    );
    expect(logs.costUsd / there.costUsd).toBeGreaterThan(1.1);
  });
});

describe('usage headroom', () => {
  test('names the traffic of the first penny and the row that binds', async () => {
    const { data, next } = jsonOf(await cli('headroom', '--json'));
    expect(data.binding).toMatchObject({ id: 'sqs-requests', queriesPerMonth: 139_833 });
    expect(data.rows[0].id).toBe('sqs-requests');
    expect(next[0]!.command).toContain('cvops usage forecast --queries 1398330');
  });

  test('and forecast name each other with the same what-if flags, so that both tell of one system', async () => {
    const flags = [
      '--pollers',
      '2',
      '--batch',
      '5',
      '--memory',
      '512',
      '--duration',
      '20 ms',
      '--billing',
      'on-demand',
    ];
    const more = ['--peak', '2', '--item-bytes', '900', '--retention-days', '7'];
    const said =
      "--pollers 2 --batch 5 --memory 512 --duration '20 ms' --billing on-demand --peak 2 --item-bytes 900 --retention-days 7";
    const forecast = jsonOf(await cli('forecast', '--queries', '5M', ...flags, ...more, '--json'));
    expect(forecast.next).toMatchObject([{ command: `cvops usage headroom ${said}` }]);
    const headroom = jsonOf(await cli('headroom', '--retention-days', '7', '--pollers', '2', '--json'));
    expect(headroom.next[0]!.command).toMatch(/^cvops usage forecast --queries \d+ --pollers 2 --retention-days 7$/);
  });

  test('says it in one line and as a table', async () => {
    const { stdout } = await terminal('headroom');
    expect(stdout).toMatch(/^Free up to 139,833 queries a month; then SQS requests cost\./);
    expect(stdout).toMatch(/SQS requests +1,000,000 +648,000 +139,833/);
    expect(stdout).toMatch(/CloudWatch alarms +10 +8 +any/);
  });

  test('says when the first penny has fallen', async () => {
    const { stdout } = await terminal('headroom', '--billing', 'on-demand');
    expect(stdout).toMatch(/^DynamoDB write units cost from the first query on\./);
  });
});

describe('a wrong value is refused with one line', () => {
  const whole = 'is not a whole number from 1 to 1_000_000_000_000.';
  test.each([
    [['forecast', '--queries', 'abc'], `--queries "abc" ${whole}`],
    [['forecast', '--queries=-5'], `--queries "-5" ${whole}`],
    [['forecast', '--queries', '0'], `--queries "0" ${whole}`],
    [['forecast', '--queries', '1e400'], `--queries "1e400" ${whole}`],
    [['forecast', '--queries', '1.5'], `--queries "1.5" ${whole}`],
    [['forecast', '--queries', '1M,'], `--queries "" ${whole}`],
    [['forecast', '--queries', ''], `--queries "" ${whole}`],
    [['forecast', '--queries', '1,000,000'], `--queries "000" ${whole}`],
    [['forecast', '--queries', '9999999999999'], `--queries "9999999999999" ${whole}`],
    [['forecast', '--queries', '1,2,3,4,5,6,7,8,9'], '--queries names 9 numbers; 8 fit beside one another.'],
    [['forecast', '--explain', 'sqs-request'], '--explain "sqs-request": there is no such row.'],
    [['forecast', '--billing', 'x'], '--billing'],
    [['forecast', '--pollers', '0'], '--pollers "0" is not a whole number from 1 to 1000.'],
    [['forecast', '--batch', '11'], '--batch "11" is not a whole number from 1 to 10.'],
    [['headroom', '--memory', '64'], '--memory "64" is not a whole number from 128 to 10240.'],
    [['headroom', '--duration', '12'], '--duration "12" is not a duration.'],
    [['headroom', '--duration', '0ms'], '--duration "0ms" is not from 1ms to 15m.'],
    [['headroom', '--duration', '16m'], '--duration "16m" is not from 1ms to 15m.'],
    [['headroom', '--peak', '0.5'], '--peak "0.5" is not a number from 1 to 10000.'],
    [['headroom', '--peak', 'Infinity'], '--peak "Infinity" is not a number from 1 to 10000.'],
    [['headroom', '--item-bytes', '409601'], '--item-bytes "409601" is not a whole number from 1 to 409600.'],
    [['headroom', '--retention-days', 'x'], '--retention-days "x" is not a whole number from 1 to 36500.'],
  ])('%j', async (argv, message) => {
    const { code, stdout, stderr } = await cli(...argv);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.split('\n')[0]).toContain(message);
  });
});
