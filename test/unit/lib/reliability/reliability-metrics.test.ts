import { describe, expect, test } from 'vitest';
import type { AliasReadings, PipelineReadings, ReliabilityReadings } from '../../../../src/lib/reliability/readings.ts';
import { reliabilityMetrics } from '../../../../src/lib/reliability/reliability-metrics.ts';

const MINUTE = 60_000;
const GAP = { code: 'AccessDenied', message: 'not permitted.' };
const span = { fromMs: 0, toMs: 86_400_000 };

const pipeline = (changes: Partial<PipelineReadings> = {}): PipelineReadings => ({
  queue: 'q',
  sent: { value: 100 },
  deleted: { value: 90 },
  depth: { value: { before: 0, now: 4 } },
  deadLetters: { queue: 'dlq', deleted: { value: 0 }, depth: { value: { before: null, now: 9 } } },
  ...changes,
});
const alias = (changes: Partial<AliasReadings> = {}): AliasReadings => ({
  service: 'processor',
  function: 'f',
  alias: 'live',
  invocations: { value: 50 },
  failed: { value: [] },
  moves: { value: [] },
  ...changes,
});
const metricsOf = (readings: Partial<ReliabilityReadings>) =>
  Object.fromEntries(
    reliabilityMetrics({ span, pipelines: [], functions: [], aliases: [], ...readings }).map((metric) => [
      metric.id,
      metric,
    ]),
  );

describe('dead letters', () => {
  test('are what came in and neither went nor stayed, where nobody knows what the DLQ held before', () => {
    const metrics = metricsOf({ pipelines: [pipeline()] });
    expect(metrics['success-rate']).toMatchObject({ value: 90 / 96, sample: 96, gap: null });
    expect(metrics['dlq-rate']!.value).toBe((6 * 10_000) / 96);
  });

  test('are what the DLQ grew by and what was deleted from it, where that is known', () => {
    const deadLetters = { queue: 'dlq', deleted: { value: 5 }, depth: { value: { before: 3, now: 8 } } };
    expect(metricsOf({ pipelines: [pipeline({ deadLetters })] })['success-rate']!.value).toBe(0.9);
  });

  test('are counted the other way where the DLQ may not be looked at', () => {
    const deadLetters = { queue: 'dlq', deleted: { gap: GAP }, depth: { value: { before: 3, now: 8 } } };
    expect(metricsOf({ pipelines: [pipeline({ deadLetters })] })['success-rate']).toMatchObject({
      value: 90 / 96,
      gap: null,
    });
  });

  test('are never fewer than none: a message that was delivered twice is deleted twice', () => {
    const twice = pipeline({ deleted: { value: 120 } });
    expect(metricsOf({ pipelines: [twice] })).toMatchObject({ 'success-rate': { value: 1 }, 'dlq-rate': { value: 0 } });
  });

  test('of several queues are added up, and unknown when one of them is', () => {
    expect(metricsOf({ pipelines: [pipeline(), pipeline()] })['success-rate']).toMatchObject({
      value: 180 / 192,
      sample: 192,
    });
    expect(metricsOf({ pipelines: [pipeline(), pipeline({ sent: { gap: GAP } })] })['success-rate']).toMatchObject({
      value: null,
      gap: GAP,
    });
  });

  test('are unknown without a queue that has a DLQ', () => {
    expect(metricsOf({})['success-rate']).toMatchObject({ value: null, gap: null });
  });
});

describe('downtime', () => {
  const failedAt = (minute: number, errors: number, invocations: number, ms = MINUTE) => ({
    at: minute * MINUTE,
    ms,
    errors,
    invocations,
  });
  const move = { fromMs: 10 * MINUTE, toMs: 12 * MINUTE };

  test('is a failed invocation while the alias moved; before and after it is not', () => {
    const failed = { value: [failedAt(9, 1, 5), failedAt(11, 1, 5), failedAt(12, 1, 5)] };
    expect(metricsOf({ aliases: [alias({ failed, moves: { value: [move] } })] })).toMatchObject({
      downtime: { value: MINUTE },
      'failed-moves': { value: MINUTE },
      'only-errors': { value: 0 },
    });
  });

  test('counts a minute once, whatever failed in it', () => {
    const failed = { value: [failedAt(10, 5, 5), failedAt(30, 2, 2)] };
    const both = [alias({ failed, moves: { value: [move] } }), alias({ failed, alias: 'other' })];
    expect(metricsOf({ aliases: both })).toMatchObject({
      downtime: { value: 2 * MINUTE },
      'failed-moves': { value: MINUTE },
      'only-errors': { value: 2 * MINUTE },
    });
  });

  test('counts five minutes where they are not told apart any more, and says so', () => {
    const failed = { value: [failedAt(0, 3, 3, 5 * MINUTE)] };
    const { downtime } = metricsOf({ aliases: [alias({ failed })] });
    expect(downtime!.value).toBe(5 * MINUTE);
    expect(downtime!.basis).toContain('CloudWatch tells by five minutes');
  });

  test('is unknown where nothing was invoked', () => {
    expect(metricsOf({ aliases: [alias({ invocations: { value: 0 } })] })['downtime']).toMatchObject({
      value: null,
      gap: null,
    });
  });

  test('is unknown without the ledger of releases; what answered nothing but errors is not', () => {
    const failed = { value: [failedAt(3, 2, 2)] };
    expect(metricsOf({ aliases: [alias({ failed, moves: { gap: GAP } })] })).toMatchObject({
      downtime: { value: null, gap: GAP },
      'failed-moves': { value: null, gap: GAP },
      'only-errors': { value: MINUTE, gap: null },
    });
  });
});

describe('functions', () => {
  const one = (service: string) => ({
    service,
    name: `f-${service}`,
    invocations: { value: [{ at: 0, sum: 60, average: 1, maximum: 1, samples: 60 }] },
    duration: { value: { p50: 1, p95: 2, p99: 3 } },
    starts: { value: { read: 50, cold: 1, fromMs: 0 } },
  });

  test('have their cold starts added up, and each its own durations', () => {
    const metrics = metricsOf({ functions: [one('a'), one('b')] });
    expect(metrics['cold-start-rate']).toMatchObject({ value: 0.02, sample: 100 });
    expect(metrics['cold-start-rate']!.basis).toBe(
      '2 with an Init Duration in 100 REPORT lines read of 120 invocations',
    );
    expect(metrics['p95-b']).toMatchObject({ value: 2, label: 'duration p95, b', sample: 60 });
    expect(metrics['p95']).toBeUndefined();
  });

  test('alone need no name', () => {
    expect(metricsOf({ functions: [one('a')] })['p99']).toMatchObject({ value: 3, label: 'duration p99' });
  });
});

describe('what could not be read', () => {
  test('is not told as if there had been nothing', () => {
    const metrics = metricsOf({
      pipelines: [pipeline({ deleted: { gap: GAP } })],
      functions: [{ service: 's', name: 'f', invocations: { gap: GAP }, duration: { gap: GAP }, starts: { gap: GAP } }],
      aliases: [alias({ invocations: { gap: GAP } })],
    });
    expect(metrics['p50']!.basis).toBe('of all invocations of s as one; a batch of messages is one invocation');
    expect(metrics['dlq-rate']!.basis).toBe('of those that came to an end.');
    expect(metrics['downtime']!.basis).toBe('the time of the next two rows together.');
  });
});
