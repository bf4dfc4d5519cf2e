import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ReliabilityMetric } from '../../../src/lib/reliability/reliability-metrics.ts';
import { operator } from '../../../src/lib/sandbox/operate.ts';
import { type Sandbox, startSandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { trafficEvents } from '../../../src/lib/sandbox/traffic.ts';
import { endpointEnv } from '../../support/endpoint-env.ts';
import { observeCalls } from '../../support/observe-calls.ts';
import { type CliResult, jsonOf, runCli } from '../../support/run-cli.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ rate: 0, now: NOW });
});
afterEach(() => sandbox.close());

const region = () => sandbox.simulator.region(SYSTEM.region);
const cli = (...argv: string[]) =>
  runCli(argv, {
    env: endpointEnv(sandbox.endpoint),
    clock: { now: () => sandbox.simulator.now(), sleep: async () => {} },
  });
const reliability = (...flags: string[]) => cli('report', 'reliability', '--json', ...flags);
const metricsOf = (result: CliResult): Record<string, ReliabilityMetric> =>
  Object.fromEntries(jsonOf(result).data.metrics.map((metric: ReliabilityMetric) => [metric.id, metric]));
const valuesOf = (result: CliResult) =>
  Object.fromEntries(Object.entries(metricsOf(result)).map(([id, { value }]) => [id, value]));

const ofQueue = (queue: string, metric: string, points: readonly { at: number; sum: number }[]) => ({
  namespace: 'AWS/SQS',
  metric,
  dimensions: { QueueName: queue },
  points,
});
const ofFunction = (
  metric: string,
  points: readonly { at: number; sum: number; samples?: number }[],
  alias = false,
) => ({
  namespace: 'AWS/Lambda',
  metric,
  dimensions: {
    FunctionName: SYSTEM.processor,
    ...(alias ? { Resource: `${SYSTEM.processor}:${SYSTEM.alias}` } : {}),
  },
  unit: metric === 'Duration' ? 'Milliseconds' : 'Count',
  points,
});

describe('report reliability', () => {
  test('says what became of messages, though no batch that failed in part is an error of Lambda’s', async () => {
    const operate = operator(sandbox.simulator, SYSTEM.region, 'test');
    const { QueueUrl } = await operate('sqs', 'GetQueueUrl', { QueueName: SYSTEM.queue });
    const events = [...trafficEvents({ events: 9, sessions: 9, poison: 0, seed: 1 }, () => NOW)];
    const bodies = [...events.map((event) => JSON.stringify(event)), 'no event'];
    for (const [index, MessageBody] of bodies.entries()) {
      const id = String(index);
      await operate('sqs', 'SendMessage', { QueueUrl, MessageBody, MessageGroupId: id, MessageDeduplicationId: id });
    }
    await sandbox.simulator.clock.advance(10 * MINUTE);
    const result = await reliability('--days', '1');
    expect(result.code).toBe(0);
    expect(valuesOf(result)).toMatchObject({ processed: 9, 'success-rate': 0.9, 'dlq-rate': 1_000, downtime: 0 });
    const { 'cold-start-rate': cold, p50, p99 } = metricsOf(result);
    const { events: lines } = await operate('logs', 'FilterLogEvents', {
      logGroupName: `/aws/lambda/${SYSTEM.processor}`,
      filterPattern: '"Init Duration"',
    });
    expect(cold!.value! * cold!.sample).toBeCloseTo(lines.length);
    expect(cold!.basis).toBe(
      `${lines.length} with an Init Duration in ${cold!.sample} REPORT lines read of ${cold!.sample} invocations`,
    );
    expect(cold!.sample).toBeGreaterThan(lines.length);
    expect(p50!.value).toBeGreaterThan(0);
    expect(p99!.value).toBeGreaterThanOrEqual(p50!.value!);
  });

  test('agrees with a month of which the truth is known', async () => {
    const days = Array.from({ length: 20 }, (_, day) => NOW - (day + 1) * DAY);
    region().cloudwatch.plant([
      ofQueue(
        SYSTEM.queue,
        'NumberOfMessagesSent',
        days.map((at) => ({ at, sum: 500 })),
      ),
      // Of yesterday's, three never came to an end of their own.
      ofQueue(
        SYSTEM.queue,
        'NumberOfMessagesDeleted',
        days.map((at, day) => ({ at, sum: day === 0 ? 497 : 500 })),
      ),
      ofFunction(
        'Invocations',
        days.map((at) => ({ at, sum: 100 })),
      ),
      ofFunction('Invocations', [{ at: NOW - DAY, sum: 100 }], true),
      ofFunction(
        'Duration',
        days.map((at, day) => ({ at, sum: day === 19 ? 900 : 100 * 12, samples: day === 19 ? 1 : 100 })),
      ),
    ]);
    const result = await reliability();
    expect(result.code).toBe(0);
    expect(valuesOf(result)).toMatchObject({
      processed: 9_997,
      'success-rate': 0.9997,
      'dlq-rate': 3,
      p50: 12,
      p95: 12,
      p99: 12,
    });
    const shown = await runCli(['report', 'reliability'], {
      env: endpointEnv(sandbox.endpoint),
      clock: { now: () => sandbox.simulator.now(), sleep: async () => {} },
      stdoutTTY: true,
      columns: 250,
    });
    expect(shown.stdout).toMatch(/^METRIC +LAST 30 DAYS +ARTICLE +BASIS/);
    expect(shown.stdout).toMatch(/processing success rate +99\.97 % +99\.97 %/);
    expect(shown.stdout).toMatch(/moved to the DLQ +3 per 10,000 +3 per 10,000/);
    expect(shown.stdout).toMatch(/duration p95 +12 ms +12 ms/);
    expect(shown.stdout).toMatch(/downtime +0 ms +0 ms/);
  });

  test('goes by the DLQ itself where its depth at the beginning is known: what lay there before is no new failure', async () => {
    const beginning = NOW - 30 * DAY;
    region().cloudwatch.plant([
      ofQueue(SYSTEM.queue, 'NumberOfMessagesDeleted', [{ at: NOW - DAY, sum: 95 }]),
      ofQueue(SYSTEM.dlq, 'ApproximateNumberOfMessagesVisible', [{ at: beginning - 30 * MINUTE, sum: 4 }]),
      ofQueue(SYSTEM.dlq, 'NumberOfMessagesDeleted', [{ at: NOW - DAY, sum: 6 }]),
    ]);
    region().sqs.plant(
      SYSTEM.dlq,
      ['a', 'b', 'c'].map((groupId) => ({ body: '{}', groupId, receiveCount: 3 })),
    );
    const metrics = metricsOf(await reliability());
    expect(metrics['success-rate']).toMatchObject({ value: 0.95, sample: 100 });
    expect(metrics['dlq-rate']!.basis).toContain('5 dead letters: what the DLQ grew by, and what was deleted from it.');
  });

  test('counts the minutes in which an alias failed while it was moved, or answered nothing but errors', async () => {
    const { entries } = jsonOf(await cli('alias', 'history', 'processor', '--json')).data;
    const moved = Math.floor(Date.parse(entries[0].at) / MINUTE) * MINUTE;
    const calm = moved - 5 * HOUR;
    region().cloudwatch.plant([
      ofFunction(
        'Invocations',
        [moved, calm, calm + MINUTE, calm + 2 * MINUTE].map((at) => ({ at, sum: 10 })),
        true,
      ),
      ofFunction(
        'Errors',
        [
          { at: moved, sum: 1 },
          { at: calm, sum: 9 },
          { at: calm + MINUTE, sum: 10 },
          { at: calm + 2 * MINUTE, sum: 10 },
        ],
        true,
      ),
    ]);
    expect(valuesOf(await reliability())).toMatchObject({
      downtime: 3 * MINUTE,
      'failed-moves': MINUTE,
      'only-errors': 2 * MINUTE,
    });
  });

  test('leaves a gap where something may not be read, names the action, and exits 3', async () => {
    sandbox.simulator.faults.add({
      service: 'logs',
      operation: 'FilterLogEvents',
      error: { code: 'AccessDeniedException', statusCode: 400 },
    });
    region().cloudwatch.plant([ofQueue(SYSTEM.queue, 'NumberOfMessagesDeleted', [{ at: NOW - DAY, sum: 10 }])]);
    const result = await reliability();
    expect(result.code).toBe(3);
    const { 'cold-start-rate': cold, ...others } = metricsOf(result);
    expect(cold).toMatchObject({ value: null, gap: { code: 'AccessDenied' } });
    expect(others['success-rate']).toMatchObject({ value: 1, gap: null });
    expect(jsonOf(result).warnings).toEqual([
      {
        code: 'AccessDenied',
        message: expect.stringMatching(/^cold start rate: .*\. Allow the IAM action logs:FilterLogEvents\.$/),
      },
    ]);
  });

  test('makes no call that is paid for', async () => {
    const calls: string[] = [];
    observeCalls(sandbox.simulator, (operation) => calls.push(operation));
    await reliability();
    expect([...new Set(calls)].sort()).toEqual([
      'FilterLogEvents',
      'GetMetricStatistics',
      'GetQueueAttributes',
      'GetQueueUrl',
      'Query',
    ]);
    expect(calls.length).toBeLessThan(40);
  });

  test('refuses a window that CloudWatch does not reach back to', async () => {
    const result = await reliability('--days', '455');
    expect(result.code).toBe(2);
    expect(jsonOf(result).error.message).toBe('--days "455" is not a whole number from 1 to 454.');
  });
});
