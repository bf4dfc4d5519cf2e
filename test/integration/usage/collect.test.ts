import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultConfig } from '../../../src/lib/config/config.ts';
import { type Context, createContext } from '../../../src/lib/context.ts';
import { folders } from '../../../src/lib/folders.ts';
import { Redactor } from '../../../src/lib/io/redact.ts';
import { ALARMS } from '../../../src/lib/sandbox/alarms.ts';
import { operator } from '../../../src/lib/sandbox/operate.ts';
import { type Sandbox, startSandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { resolveSettings } from '../../../src/lib/settings.ts';
import { collect } from '../../../src/lib/usage/collect/collect.ts';
import { inventory } from '../../../src/lib/usage/collect/inventory.ts';
import { periodOf } from '../../../src/lib/usage/month.ts';
import type { Series } from '../../../src/lib/usage/readings.ts';
import { selfUsage } from '../../../src/lib/usage/self-usage.ts';
import { MemorySink } from '../../support/memory-sink.ts';
import { observeCalls } from '../../support/observe-calls.ts';
import { isolatedEnvironment } from '../../support/run-cli.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const HOUR = 3_600_000;

let sandbox: Sandbox;
let calls: string[] = [];
beforeAll(async () => {
  sandbox = await startSandbox({ rate: 0, now: NOW });
  observeCalls(sandbox.simulator, (operation) => calls.push(operation));
});
afterAll(() => sandbox.close());
beforeEach(() => {
  sandbox.simulator.faults.clear();
  calls = [];
});

/** As a command has it, in an environment of its own. */
function context(): Context {
  const { clock } = sandbox.simulator;
  const env = {
    ...isolatedEnvironment('/nonexistent'),
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: SYSTEM.region,
    CVOPS_ENDPOINT_URL: sandbox.endpoint,
  };
  const host = {
    streams: {
      stdin: { isTTY: false, async *read() {} },
      stdout: new MemorySink(),
      stderr: new MemorySink(),
    },
    env,
    cwd: '/nonexistent',
    clock: { now: () => clock.now(), sleep: async () => {} },
    signal: new AbortController().signal,
    version: '0.0.0-test',
  };
  return createContext(host, resolveSettings({}, env), folders(env), new Redactor(env));
}

const read = (from = context(), exact = false) =>
  collect(from.usage, inventory(defaultConfig), periodOf(undefined, sandbox.simulator.now()), {
    region: SYSTEM.region,
    exact,
  });
const sum = (series: Series | undefined) => series?.reduce((total, point) => total + point.sum, 0);

describe('the readings of the example system on the simulator', () => {
  test('take at most 45 calls, and nothing but reads that are free', async () => {
    // The second report counts the calls of the first.
    await read();
    calls = [];
    await read();
    expect(calls.length).toBeLessThanOrEqual(45);
    expect([...new Set(calls)].sort()).toEqual([
      'DescribeAlarms',
      'DescribeLogGroups',
      'DescribeTable',
      'GetMetricStatistics',
      'ListDashboards',
      'ListEventSourceMappings',
      'ListMetrics',
      'ListVersionsByFunction',
    ]);
  });

  test('are counted, with each attempt that AWS turned away', async () => {
    sandbox.simulator.faults.add({
      service: 'cloudwatch',
      operation: 'DescribeAlarms',
      times: 2,
      error: { code: 'Throttling', statusCode: 400 },
    });
    const one = context();
    const { cloudwatch } = await read(one);
    expect(cloudwatch.alarms.value).toHaveLength(ALARMS.length);
    const { apiCalls, paidCalls, costUsd, calls: counts } = selfUsage(one.callCounts());
    expect(counts).toMatchObject({ 'cloudwatch:DescribeAlarms': 3, 'dynamodb:DescribeTable': 2 });
    expect(apiCalls).toBe(calls.length);
    expect({ paidCalls, costUsd }).toEqual({ paidCalls: 0, costUsd: 0 });
  });

  test('leave a gap where AWS goes on to turn a call away', async () => {
    sandbox.simulator.faults.add({ operation: 'ListDashboards', error: { code: 'Throttling', statusCode: 400 } });
    const { cloudwatch } = await read();
    expect(cloudwatch.dashboards.gap?.code).toBe('Throttled');
    expect(cloudwatch.alarms.value).toHaveLength(ALARMS.length);
  });

  test('hold what is set up', async () => {
    const readings = await read();
    const [processor, reporter] = readings.functions;
    expect(
      processor?.versions.value?.map(({ version, memoryMb, architecture }) => [version, memoryMb, architecture]),
    ).toEqual(['$LATEST', '1', '2', '3', '4', '5'].map((version) => [version, 256, 'arm64']));
    expect(processor?.versions.value?.every(({ modifiedAt }) => modifiedAt > NOW - 11 * 24 * HOUR)).toBe(true);
    expect(processor?.sources.value).toEqual([
      { queueName: SYSTEM.queue, enabled: true, batchSize: 10, maximumConcurrency: 2 },
    ]);
    expect(reporter?.sources.value).toEqual([]);
    expect(readings.tables.map(({ name, settings }) => [name, settings.value?.billing])).toEqual([
      [SYSTEM.table, 'PROVISIONED'],
      [SYSTEM.releaseTable, 'PROVISIONED'],
    ]);
    expect(readings.cloudwatch.alarms.value).toHaveLength(ALARMS.length);
    expect(readings.cloudwatch.alarms.value).toContainEqual({
      name: SYSTEM.depthAlarm,
      metrics: 1,
      highResolution: false,
      composite: false,
    });
    expect(readings.cloudwatch.dashboards.value).toBe(0);
    expect(readings.logs.groups.value).toContainEqual(
      expect.objectContaining({ name: `/aws/lambda/${SYSTEM.processor}`, retentionDays: 14 }),
    );
  });

  test('hold what was measured, by the hour', async () => {
    const operate = operator(sandbox.simulator, SYSTEM.region, 'test');
    const { clock } = sandbox.simulator;
    const invoke = () =>
      operate('lambda', 'Invoke', { FunctionName: SYSTEM.processor, Qualifier: SYSTEM.alias, Records: [] });
    const before = sum((await read()).functions[0]?.invocations.value) ?? 0;
    await invoke();
    await clock.advance(HOUR);
    await invoke();
    await invoke();
    const { functions, allFunctions, cloudwatch } = await read();
    expect(sum(functions[0]?.invocations.value)).toBe(before + 3);
    expect(functions[0]?.invocations.value?.map(({ at }) => at % HOUR)).toEqual(
      functions[0]?.invocations.value?.map(() => 0),
    );
    expect(sum(functions[0]?.duration.value)).toBeGreaterThan(0);
    expect(sum(allFunctions.invocations.value)).toBeGreaterThanOrEqual(before + 3);
    expect(cloudwatch.calls.value?.map(({ operation }) => operation)).toContain('GetMetricStatistics');
  });

  test('hold what REPORT lines add up to, where that is asked for', async () => {
    // An environment does not last through the hour between the invocations.
    const [processor] = (await read(context(), true)).functions;
    const invocations = sum(processor?.invocations.value);
    expect(invocations).toBeGreaterThan(0);
    expect(processor?.reported?.value).toMatchObject({ invocations, coldStarts: 2, complete: true });
    const gbSeconds = processor?.reported?.value?.gbSeconds.arm64 ?? 0;
    expect(gbSeconds * 4_000).toBeGreaterThanOrEqual(sum(processor?.duration.value) ?? 0);
  });

  test('without permission for one service say so there, with the IAM action, and hold the rest', async () => {
    sandbox.simulator.faults.add({
      service: 'dynamodb',
      error: { code: 'AccessDeniedException', statusCode: 400, message: 'no' },
    });
    const { tables, queues } = await read();
    expect(tables[0]?.settings.gap).toEqual({
      code: 'AccessDenied',
      message: `not allowed to dynamodb:DescribeTable on table "${SYSTEM.table}".`,
      hint: 'allow the IAM action dynamodb:DescribeTable.',
    });
    expect(queues[0]?.sent.value).toBeDefined();
  });

  test('without credentials end the command', async () => {
    sandbox.simulator.faults.add({ error: { code: 'InvalidClientTokenId', statusCode: 403 } });
    await expect(read()).rejects.toMatchObject({ code: 'CredentialsRefused', exitCode: 4 });
  });
});
