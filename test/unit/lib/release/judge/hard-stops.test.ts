import { describe, expect, it } from 'vitest';
import type { QueueSignals } from '../../../../../src/lib/release/judge/evidence.ts';
import { judgeCanary } from '../../../../../src/lib/release/judge/judge-canary.ts';
import { evidence, firstOfFive, side, step } from './counts.ts';

const verdict = (...input: Parameters<typeof evidence>) => judgeCanary(evidence(...input), firstOfFive).verdict;
const first = (...input: Parameters<typeof evidence>) => judgeCanary(evidence(...input), firstOfFive).reasons[0];

describe('a canary whose every invocation fails', () => {
  it('is stopped at the fifth, long before the minimum sample', () => {
    expect(verdict([4, 4], [36, 0])).toBe('INCONCLUSIVE');
    expect(verdict([5, 5], [45, 1])).toBe('FAIL');
    expect(verdict([5, 4], [45, 1])).toBe('INCONCLUSIVE');
    expect(first([5, 5], [45, 1])?.text).toBe(
      'all 5 invocations of the canary failed; a version as healthy as the baseline does that with a chance of under 0.0001',
    );
  });

  it('is not stopped while the baseline fails as well', () => {
    expect(verdict([5, 5], [45, 45])).toBe('INCONCLUSIVE');
    expect(verdict([5, 5], [45, 23])).toBe('INCONCLUSIVE');
    expect(verdict([12, 12], [108, 50])).toBe('FAIL');
  });

  it('needs more of them where the baseline has shown little', () => {
    expect(verdict([5, 5], [1, 0])).toBe('INCONCLUSIVE');
    expect(verdict([7, 7], [1, 0])).toBe('FAIL');
  });

  it('is never a pass without a baseline, and stopped by the one from before the release', () => {
    expect(first([5, 5], [0, 0])).toMatchObject({ code: 'no-baseline', weight: 'wait' });
    const reference = { ...side(1_000, 20), seconds: 3_600 };
    expect(verdict([5, 5], [0, 0], { reference })).toBe('FAIL');
  });

  it('is not stopped by the time before while the baseline fails now', () => {
    const steps = [step([30, 30], [6, 6], { weight: 0.9 })];
    const reference = { ...side(1_000, 0), seconds: 3_600 };
    expect(judgeCanary({ steps, reference }, firstOfFive).verdict).toBe('INCONCLUSIVE');
  });
});

describe('throttles', () => {
  const throttled = (canary: number, baseline: number) => [
    step([100, 1], [900, 9], { canary: side(100, 1, canary), baseline: side(900, 9, baseline) }),
  ];
  const before = (throttles: number | null) => ({ ...side(6_000, 60, 0), throttles, seconds: 3_600 });
  const judged = (canary: number, baseline: number, throttles?: number | null) =>
    judgeCanary(
      {
        steps: throttled(canary, baseline),
        ...(throttles === undefined ? {} : { reference: before(throttles) }),
      },
      firstOfFive,
    );

  it('stop the release when they rise over what was before it, on whichever side', () => {
    expect(judged(4, 0, 0).verdict).toBe('FAIL');
    expect(judged(0, 4, 0).verdict).toBe('FAIL');
    expect(judged(0, 4, 0).reasons[0]?.text).toBe(
      '4 throttled requests since the release began, where 0 were to be expected',
    );
  });

  it('are let be as far as they were there before, with what chance adds', () => {
    expect(judged(1, 2, 0).verdict).toBe('PASS');
    expect(judged(5, 100, 600).verdict).toBe('PASS');
    expect(judged(5, 140, 600).verdict).toBe('FAIL');
  });

  it('are measured by the baseline when nothing is known from before', () => {
    expect(judged(20, 0).verdict).toBe('FAIL');
    expect(judged(20, 0, null).verdict).toBe('FAIL');
    expect(judged(0, 3).verdict).toBe('PASS');
    expect(judged(10, 90)).toMatchObject({
      verdict: 'INCONCLUSIVE',
      reasons: [{ code: 'throttles-unexplained' }, {}, {}],
    });
  });
});

describe('the queues', () => {
  const healthy = [step([100, 1], [900, 9])];
  const judged = (queue: QueueSignals, steps = healthy) => judgeCanary({ steps, queue }, firstOfFive);

  it('stop the release when dead letters pile up', () => {
    expect(judged({ dlqDepth: { before: 10, now: 13 } }).verdict).toBe('PASS');
    expect(judged({ dlqDepth: { before: 10, now: 14 } })).toMatchObject({
      verdict: 'FAIL',
      reasons: [
        {
          code: 'dlq-rose',
          text: 'the dead-letter queue grew from 10 to 14 messages, where 0 more were to be expected',
        },
        {},
        {},
      ],
    });
  });

  it('stop it far below the minimum sample', () => {
    expect(judged({ dlqDepth: { before: 0, now: 5 } }, [step([3, 2], [27, 0])]).verdict).toBe('FAIL');
  });

  it('do not stop a fix while dead letters pile up as they did before', () => {
    const growthPerSecond = 0.1;
    expect(judged({ dlqDepth: { before: 500, now: 560, growthPerSecond } }).verdict).toBe('PASS');
    expect(judged({ dlqDepth: { before: 500, now: 620, growthPerSecond } }).verdict).toBe('FAIL');
    expect(judged({ dlqDepth: { before: 500, now: 300, growthPerSecond: -1 } }).verdict).toBe('PASS');
    expect(judged({ dlqDepth: { before: 0, now: 9, growthPerSecond: Number.NaN } }).verdict).toBe('FAIL');
  });

  it('blame no dead letter on a canary that is known to have failed at nothing', () => {
    const spotless = { ...side(100, 0), batchFailures: 0 };
    const steps = [step([100, 0], [900, 9], { canary: spotless, baseline: { ...side(900, 9), batchFailures: 0 } })];
    expect(judged({ dlqDepth: { before: 0, now: 9 } }, steps)).toMatchObject({ verdict: 'PASS' });
    expect(judged({ dlqDepth: { before: 0, now: 9 } }, [step([100, 0], [900, 9])]).verdict).toBe('FAIL');
    const throttled = [{ ...steps[0]!, canary: { ...spotless, throttles: 1 } }];
    expect(judged({ dlqDepth: { before: 0, now: 9 } }, throttled).verdict).toBe('FAIL');
  });

  it('stop the release when messages wait longer than before it', () => {
    expect(judged({ oldestAgeSeconds: { before: 20, now: 320 } }).verdict).toBe('PASS');
    expect(judged({ oldestAgeSeconds: { before: 20, now: 321 } })).toMatchObject({
      verdict: 'FAIL',
      reasons: [
        { code: 'age-rose', text: 'the oldest message is 5 minutes old, 20 seconds before the release' },
        {},
        {},
      ],
    });
    expect(judged({ oldestAgeSeconds: { before: 20, now: 900, growthPerSecond: 1 } }).verdict).toBe('PASS');
  });

  it('blame nothing on a canary that has had no request', () => {
    const judgement = judged({ dlqDepth: { before: 0, now: 90 } }, [step([0, 0], [20, 9])]);
    expect([judgement.verdict, judgement.reasons[0]?.code]).toEqual(['INCONCLUSIVE', 'dlq-rose']);
  });
});
