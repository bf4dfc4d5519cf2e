import { beforeEach, describe, expect, test } from 'vitest';
import type { GaugeQuery, GaugeReading } from '../../../../../src/lib/aws/ports/metrics.ts';
import type { Queue, Queues } from '../../../../../src/lib/aws/ports/queues.ts';
import { CvopsError } from '../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';
import { type MeasurePorts, measure, measureBefore } from '../../../../../src/lib/release/canary/measure.ts';
import { judgeCanary } from '../../../../../src/lib/release/judge/judge-canary.ts';

const MINUTE_MS = 60_000;
const NOON = Date.UTC(2026, 10, 1, 12);
const SERVICE = {
  functionName: 'processor',
  alias: 'live',
  stable: '5',
  canary: '6',
  queue: 'queue',
  dlq: 'dlq',
  reportsBatchItemFailures: false,
};

/** The queues as they stand, and the past that CloudWatch tells of. */
let depth: number;
let age: number;
let past: (query: GaugeQuery) => readonly GaugeReading[];
let asked: GaugeQuery[];
beforeEach(() => {
  depth = 0;
  age = 0;
  past = () => [];
  asked = [];
});

const ports: MeasurePorts = {
  metrics: {
    invocationCounts: async () => ({ invocations: 500, errors: 1, throttles: 0 }),
    queueReadings: async (query) => {
      asked.push(query);
      return past(query);
    },
  },
  queues: async () => {
    const describeQueue = async (name: string) =>
      ({ name, attributes: { visible: depth, visibilityTimeoutSeconds: 30, redrive: null } }) as unknown as Queue;
    return { describe: describeQueue, oldestAgeSeconds: async () => age } as unknown as Queues;
  },
  logs: () => Promise.reject(new Error('no logs')),
};

/** An hour in which the gauge grew by so much a minute. */
const grew = (perMinute: number) => () =>
  Array.from({ length: 60 }, (_, minute) => ({ at: NOON - (60 - minute) * MINUTE_MS, value: minute * perMinute }));

/** A canary at half the traffic for ten minutes, and the verdict on it. */
async function judged(after: { depth?: number; age?: number }) {
  const baseline = await measureBefore(ports, SERVICE, NOON, undefined);
  depth = after.depth ?? depth;
  age = after.age ?? age;
  const steps = [{ weight: 0.5, fromMs: NOON }];
  const evidence = await measure(ports, SERVICE, baseline, steps, NOON + 10 * MINUTE_MS);
  const { verdict, reasons } = judgeCanary(evidence, { look: 1, looksLeft: 0, alphaSpent: 0 });
  return { verdict, fails: reasons.filter(({ weight }) => weight === 'fail').map(({ code }) => code) };
}

describe('what was going on before a canary', () => {
  test('is read over the hour before, of the dead-letter queue its depth, of the queue its age', async () => {
    await measureBefore(ports, SERVICE, NOON + 20_000, undefined);
    const hour = { fromMs: NOON - 59 * MINUTE_MS, toMs: NOON + MINUTE_MS };
    expect(asked).toEqual([
      { queue: 'dlq', gauge: 'visible', ...hour },
      { queue: 'queue', gauge: 'oldestAge', ...hour },
    ]);
  });

  test('is that of the version in charge only: nothing from before the alias was moved', async () => {
    await measureBefore(ports, SERVICE, NOON, NOON - 10 * MINUTE_MS - 1);
    expect(asked.map(({ fromMs }) => fromMs)).toEqual([NOON - 10 * MINUTE_MS, NOON - 10 * MINUTE_MS]);
  });

  test('is no queue’s where the service has none', async () => {
    await measureBefore(ports, { ...SERVICE, queue: undefined, dlq: undefined }, NOON, undefined);
    expect(asked).toEqual([]);
  });

  test('a dead-letter queue that grew before may grow on, and no faster', async () => {
    depth = 100;
    expect(await judged({ depth: 150 })).toMatchObject({ verdict: 'FAIL', fails: ['dlq-rose'] });
    depth = 100;
    past = grew(5);
    expect(await judged({ depth: 150 })).toMatchObject({ verdict: 'PASS' });
    depth = 100;
    expect(await judged({ depth: 250 })).toMatchObject({ verdict: 'FAIL', fails: ['dlq-rose'] });
  });

  test('a message that was getting older before may get older, and no faster', async () => {
    age = 400;
    expect(await judged({ age: 1_000 })).toMatchObject({ verdict: 'FAIL', fails: ['age-rose'] });
    age = 400;
    past = grew(60);
    expect(await judged({ age: 1_000 })).toMatchObject({ verdict: 'PASS' });
    age = 400;
    expect(await judged({ age: 2_000 })).toMatchObject({ verdict: 'FAIL', fails: ['age-rose'] });
  });

  test('that cannot be read excuses nothing, and hinders nothing', async () => {
    past = () => {
      throw new CvopsError('AccessDenied', ExitCode.setup, 'not allowed.');
    };
    expect(await judged({})).toMatchObject({ verdict: 'PASS' });
    expect(await judged({ depth: 150 })).toMatchObject({ verdict: 'FAIL', fails: ['dlq-rose'] });
  });
});
