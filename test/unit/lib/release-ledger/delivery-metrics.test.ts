import { describe, expect, test } from 'vitest';
import { deliveryMetrics } from '../../../../src/lib/release-ledger/delivery-metrics.ts';
import type { ReleaseEntry } from '../../../../src/lib/release-ledger/release-entry.ts';
import { DAY_1, entry, MINUTE_MS } from './support/entries.ts';

const DAY_MS = 86_400_000;
const figures = (entries: readonly ReleaseEntry[], windowMs = 30 * DAY_MS) =>
  Object.fromEntries(deliveryMetrics(entries, windowMs).map(({ id, value }) => [id, value]));

const at = (minutes: number) => DAY_1 + minutes * MINUTE_MS;
const probe = (failures: number, invocations = 3) => ({ invocations, failures, settled: true });
const step = (percent: number, startedAt: number) => ({
  percent,
  startedAt,
  endedAt: startedAt + MINUTE_MS,
  verdict: 'FAIL',
  canary: null,
  baseline: null,
});

const first = entry({ id: 'a', at: at(0), durationMs: 2 * MINUTE_MS, kind: 'deploy', from: '1', to: '2' });
const second = entry({ id: 'b', at: at(10), durationMs: 4 * MINUTE_MS, from: '2', to: '3' });
const back = entry({ id: 'c', at: at(20), durationMs: 0, kind: 'rollback', from: '3', to: '2', undoes: 'b' });

describe('the delivery figures', () => {
  test('nothing released: counts are 0, everything else is unknown rather than perfect', () => {
    expect(figures([])).toEqual({
      deployments: 0,
      succeeded: 0,
      failed: 0,
      'success-rate': null,
      'average-time': null,
      'zero-downtime': null,
      'conflicts-prevented': 0,
      frequency: 0,
      'lead-time': null,
      'change-fail-rate': null,
      'recovery-time': null,
    });
  });

  test('two releases, the second rolled back by hand', () => {
    expect(figures([back, second, first], 10 * DAY_MS)).toMatchObject({
      deployments: 2,
      succeeded: 2,
      failed: 0,
      'success-rate': 1,
      'average-time': 3 * MINUTE_MS,
      frequency: 0.2,
      'change-fail-rate': 0.5,
      // From minute 14, when all traffic had moved, to minute 20.
      'recovery-time': 6 * MINUTE_MS,
    });
  });

  test('a rollback that does not say what it undoes takes back the last release of that version', () => {
    const again = entry({ ...second, id: 'b2', at: at(15), durationMs: MINUTE_MS, from: '2', to: '3' });
    expect(figures([first, second, again, { ...back, undoes: null }])).toMatchObject({
      'change-fail-rate': 1 / 3,
      'recovery-time': 4 * MINUTE_MS,
    });
  });

  test('a canary that the judge took back is a failed deployment and a failed change, mended by itself', () => {
    const canary = entry({
      outcome: 'rolled-back',
      strategy: 'steps',
      at: at(0),
      durationMs: 7 * MINUTE_MS,
      steps: [step(10, at(2))],
    });
    expect(figures([canary])).toMatchObject({
      deployments: 1,
      succeeded: 0,
      failed: 1,
      'success-rate': 0,
      'change-fail-rate': 1,
      'recovery-time': 5 * MINUTE_MS,
    });
  });

  test.each([
    ['a failed smoke test is a failed deployment but no failed change: it never got traffic', 'failed', 1, null],
    ['no verdict in time is a failed deployment but no failed change', 'inconclusive', 1, 0],
    ['a conflict is neither', 'conflict', 0, null],
  ] as const)('%s', (_sentence, outcome, failed, rate) => {
    expect(figures([entry({ outcome })])).toMatchObject({ failed, deployments: failed, 'change-fail-rate': rate });
  });

  test('conflicts are counted of rollbacks too', () => {
    const lost = { outcome: 'conflict' } as const;
    expect(figures([first, { ...back, ...lost }, { ...second, ...lost }])).toMatchObject({
      deployments: 1,
      'conflicts-prevented': 2,
    });
  });

  test('zero downtime is a share of what was probed: unknown is neither good nor bad', () => {
    const probed = (probe: ReleaseEntry['probe']) => entry({ probe });
    expect(figures([probed(probe(0)), probed(probe(1)), probed(probe(0)), probed(null)])).toMatchObject({
      'zero-downtime': 2 / 3,
    });
    const unseen = [probed(null), probed(probe(0, 0)), probed({ invocations: 3, failures: 0, settled: false })];
    expect(figures(unseen)['zero-downtime']).toBeNull();
  });

  test('zero downtime is measured where there was traffic, and says what it rests on', () => {
    const quiet = entry({ id: 'quiet' });
    const busy = entry({ id: 'busy' });
    const broken = entry({ id: 'broken', probe: probe(0) });
    const probedWell = entry({ id: 'probed', probe: probe(0) });
    const moves = new Map([
      [quiet, { invocations: 0, failures: 0 }],
      [busy, { invocations: 400, failures: 0 }],
      [broken, { invocations: 400, failures: 1 }],
    ]);
    const metric = deliveryMetrics([quiet, busy, broken, probedWell], DAY_MS, moves).find(
      ({ id }) => id === 'zero-downtime',
    );
    expect(metric).toMatchObject({
      value: 2 / 3,
      sample: 3,
      basis:
        'nothing failed or throttled in the minutes of the move; of 4 succeeded, 2 had traffic that CloudWatch counted, 1 only cvops’ own probes, the others are unknown',
    });
  });

  test('traffic without a failure does not outweigh a probe that failed', () => {
    const failed = entry({ probe: probe(1) });
    const moves = new Map([[failed, { invocations: 400, failures: 0 }]]);
    expect(deliveryMetrics([failed], DAY_MS, moves).find(({ id }) => id === 'zero-downtime')?.value).toBe(0);
  });

  test('lead time is the median from commit to 100 %; a promote knows it from the deploy of the same code', () => {
    const git = { sha: 'f'.repeat(40), committedAt: at(-60) };
    const deployed = entry({ ...first, codeSha256: 'x', git, outcome: 'failed' });
    const promoted = entry({ ...second, codeSha256: 'x' });
    expect(figures([deployed, promoted])['lead-time']).toBe(74 * MINUTE_MS);
    const other = entry({ ...first, git: { ...git, committedAt: at(-8) } });
    expect(figures([deployed, promoted, other])['lead-time']).toBe(42 * MINUTE_MS);
  });

  test('a commit from the future is left out', () => {
    expect(figures([entry({ git: { sha: 'f', committedAt: at(999) } })])['lead-time']).toBeNull();
  });

  test('a rollback of another alias takes nothing back', () => {
    const other = { ...back, undoes: null, alias: 'next', aliasArn: 'arn:aws:lambda:us-east-1:1:function:f:next' };
    expect(figures([first, second, other])['change-fail-rate']).toBe(0);
  });

  test('stands beside the article’s number where the article has one', () => {
    const article = Object.fromEntries(deliveryMetrics([], DAY_MS).map((metric) => [metric.id, metric.article]));
    expect(article).toMatchObject({
      deployments: 36,
      'average-time': 192_000,
      'conflicts-prevented': 2,
      'lead-time': null,
    });
  });
});
