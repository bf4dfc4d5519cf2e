import { describe, expect, it } from 'vitest';
import type { Evidence, SideCounts } from '../../../../../src/lib/release/judge/evidence.ts';
import { judgeCanary } from '../../../../../src/lib/release/judge/judge-canary.ts';
import type { Judgement } from '../../../../../src/lib/release/judge/judgement.ts';
import { evidence, firstOfFive, onlyLook, side, step } from './counts.ts';

const codes = (judgement: Judgement) => judgement.reasons.map((reason) => reason.code);
const words = (judgement: Judgement) => judgement.reasons.map((reason) => reason.text).join('\n');

describe('a canary with enough traffic', () => {
  it('passes when it fails no more often than the baseline', () => {
    const judgement = judgeCanary(evidence([100, 2], [900, 18]), firstOfFive);
    expect(judgement.verdict).toBe('PASS');
    expect(words(judgement)).toBe(
      '2 of 100 (2 %) failed, 18 of 900 (2 %) of the baseline (p = 0.61)\n5 points more would have failed it 55 times of 100; 155 invocations make that 80',
    );
  });

  it('fails when it fails more often than chance explains', () => {
    const judgement = judgeCanary(evidence([60, 6], [540, 11]), firstOfFive);
    expect(judgement.verdict).toBe('FAIL');
    expect(codes(judgement)).toEqual(['failed-more-often', 'power']);
    expect(judgement.reasons[0]?.text).toBe(
      '6 of 60 (10 %) failed, 11 of 540 (2 %) of the baseline: more than chance explains (p = 0.004, level of this look 0.015)',
    );
  });

  it('gives the figures behind the verdict', () => {
    const { numbers, alpha, power, sample } = judgeCanary(evidence([60, 6], [540, 11]), firstOfFive);
    expect(numbers).toMatchObject({
      basis: 'same-minutes',
      canary: { invocations: 60, failures: 6, rate: 0.1 },
      baseline: { invocations: 540, failures: 11 },
      floor: 0.01,
    });
    expect(numbers.pValue).toBeCloseTo(0.004025, 6);
    expect(numbers.difference?.low).toBeCloseTo(0.024, 3);
    expect(numbers.difference?.high).toBeCloseTo(0.1815, 3);
    expect(alpha).toEqual({ total: 0.05, look: alpha.look, spent: alpha.look });
    expect(alpha.look).toBeCloseTo(0.01477, 5);
    expect(power?.detect.effect).toBe(0.05);
    expect(power?.detect.chance).toBeCloseTo(0.34, 1);
    expect(power?.detect.invocationsFor80).toBeGreaterThan(100);
    expect(power?.floor.effect).toBe(0.01);
    expect(sample).toEqual({ have: 60, need: 50, etaSeconds: 0 });
  });

  it('is suspicious while a later look can settle it, and passes with the suspicion said at the last', () => {
    const seen = evidence([60, 5], [540, 11]);
    const early = judgeCanary(seen, firstOfFive);
    expect([early.verdict, codes(early)]).toEqual(['INCONCLUSIVE', ['suspicious', 'power']]);
    const late = judgeCanary(seen, { look: 5, looksLeft: 0, alphaSpent: 0.04 });
    expect([late.verdict, codes(late)]).toEqual(['PASS', ['suspicious', 'power']]);
    expect(judgeCanary(seen, onlyLook).verdict).toBe('FAIL');
  });

  it('cannot fail on rates, nor pass on suspicion, once the error budget is spent', () => {
    const judgement = judgeCanary(evidence([600, 60], [5_400, 110]), { look: 6, looksLeft: 0, alphaSpent: 0.05 });
    expect([judgement.verdict, codes(judgement)]).toEqual(['INCONCLUSIVE', ['suspicious', 'power']]);
    expect(judgement.alpha).toMatchObject({ look: 0, spent: 0.05 });
  });

  it('lets a difference pass that is proven and trivial', () => {
    const judgement = judgeCanary(evidence([1_000_000, 20_900], [9_000_000, 180_000]), firstOfFive);
    expect(judgement.numbers.pValue).toBeLessThan(1e-6);
    expect([judgement.verdict, codes(judgement)]).toEqual(['PASS', ['below-floor', 'power']]);
    expect(words(judgement)).toContain('worse by less than 1 %, which is let pass (p = under 0.0001)');
  });

  it('takes a difference of exactly the floor for large enough', () => {
    const judgement = judgeCanary(evidence([1_000_000, 30_000], [9_000_000, 180_000]), firstOfFive);
    expect(judgement.verdict).toBe('FAIL');
  });

  it('asks for a share of the baseline where the baseline is high', () => {
    const seen = evidence([1_000_000, 430_000], [9_000_000, 3_600_000]);
    const { verdict, numbers } = judgeCanary(seen, firstOfFive);
    expect(verdict).toBe('PASS');
    expect(numbers.floor).toBeCloseTo(0.04, 12);
    expect(judgeCanary(seen, firstOfFive, { relativeFloor: 0.05 }).verdict).toBe('FAIL');
  });

  it('ships a fix while production is red', () => {
    expect(judgeCanary(evidence([100, 3], [900, 540]), firstOfFive).verdict).toBe('PASS');
    expect(judgeCanary(evidence([100, 60], [900, 540]), firstOfFive).verdict).toBe('PASS');
    expect(judgeCanary(evidence([100, 100], [900, 900]), firstOfFive).verdict).toBe('PASS');
    expect(judgeCanary(evidence([100, 95], [900, 540]), firstOfFive).verdict).toBe('FAIL');
  });

  it('counts a batch that was answered in part as failed, where both sides show it', () => {
    const counts = (invocations: number, batchFailures: number | null): SideCounts => ({
      ...side(invocations, 0),
      batchFailures,
    });
    const of = (canary: SideCounts, baseline: SideCounts): Evidence => ({
      steps: [{ weight: 0.1, seconds: 600, canary, baseline }],
    });
    expect(judgeCanary(of(counts(100, 20), counts(900, 9)), firstOfFive).verdict).toBe('FAIL');
    expect(judgeCanary(of(counts(100, 1), counts(900, 9)), firstOfFive).verdict).toBe('PASS');
    for (const hidden of [counts(900, null), side(900, 0)]) {
      const judgement = judgeCanary(of(counts(100, 20), hidden), firstOfFive);
      expect(judgement.verdict).toBe('INCONCLUSIVE');
      expect(words(judgement)).toMatch(/Batch failures of the baseline could not be read/);
    }
  });

  it('remembers the steps before, each with its own share of the traffic', () => {
    const calm = step([100, 1], [900, 9]);
    const bad = step([500, 100], [500, 100], { weight: 0.5 });
    const judgement = judgeCanary({ steps: [calm, bad] }, { look: 6, looksLeft: 4, alphaSpent: 0.03 });
    expect(judgement.verdict).toBe('PASS');
    expect(judgement.numbers.difference?.value).toBeCloseTo(0, 12);
  });
});

describe('a canary with little traffic', () => {
  it('is not known yet, and says how far it is and how long it takes', () => {
    const judgement = judgeCanary({ steps: [step([14, 3], [126, 2], { seconds: 513 })] }, firstOfFive);
    expect([judgement.verdict, codes(judgement)]).toEqual(['INCONCLUSIVE', ['below-minimum-sample']]);
    expect(words(judgement)).toBe('14 of 50 invocations, about 22 minutes at this rate');
    expect(judgement.sample).toEqual({ have: 14, need: 50, etaSeconds: 1_320 });
    expect(judgement.alpha.spent).toBe(0);
  });

  it('has no verdict on the rates at 49 and one at 50', () => {
    expect(judgeCanary(evidence([49, 20], [441, 4]), firstOfFive).verdict).toBe('INCONCLUSIVE');
    expect(judgeCanary(evidence([50, 20], [450, 4]), firstOfFive).verdict).toBe('FAIL');
    expect(judgeCanary(evidence([49, 0], [441, 4]), firstOfFive).verdict).toBe('INCONCLUSIVE');
    expect(judgeCanary(evidence([50, 0], [450, 4]), firstOfFive).verdict).toBe('PASS');
  });

  it('needs the sample in every step to go on, and over all steps to go back', () => {
    const first = step([60, 1], [540, 9]);
    const healthy = judgeCanary({ steps: [first, step([10, 0], [10, 0], { weight: 0.5 })] }, firstOfFive);
    expect([healthy.verdict, healthy.sample.have]).toEqual(['INCONCLUSIVE', 10]);
    const harmful = judgeCanary({ steps: [first, step([30, 20], [30, 1], { weight: 0.5 })] }, firstOfFive);
    expect(harmful.verdict).toBe('FAIL');
  });

  it('expects the first invocation from the traffic of the baseline', () => {
    const judgement = judgeCanary(evidence([0, 0], [18, 0]), firstOfFive);
    expect([judgement.verdict, codes(judgement)]).toEqual(['INCONCLUSIVE', ['no-canary-traffic']]);
    expect(judgement.sample.etaSeconds).toBe(15_000);
    expect(words(judgement)).toBe('no invocation of the canary yet: 0 of 50, about 4 hours at this rate');
  });

  it('points at the split when the baseline has traffic that the canary should share', () => {
    const judgement = judgeCanary(evidence([0, 0], [500, 3]), firstOfFive);
    expect(judgement.verdict).toBe('INCONCLUSIVE');
    expect(words(judgement)).toContain('look whether the alias still has its split');
  });

  it('cannot tell the time without any traffic', () => {
    const judgement = judgeCanary(evidence([0, 0], [0, 0]), firstOfFive);
    expect([judgement.verdict, judgement.sample.etaSeconds]).toEqual(['INCONCLUSIVE', null]);
    expect(judgement.power).toBeNull();
    expect(judgement.numbers).toMatchObject({ pValue: null, difference: null, canary: { rate: null } });
  });
});

describe('metrics that cannot be read', () => {
  const fine = side(100, 0);
  const sides: readonly (readonly [string, SideCounts])[] = [
    ['Invocations', { ...fine, invocations: null }],
    ['Errors', { ...fine, errors: null }],
    ['Throttles', { ...fine, throttles: null }],
    ['Errors', { ...fine, errors: Number.NaN }],
    ['Invocations', { ...fine, invocations: -1 }],
    ['Invocations', { ...fine, invocations: Number.POSITIVE_INFINITY }],
  ];

  it.each(sides)('are never a pass: %s (%#)', (name, broken) => {
    const whole = { weight: 0.5, seconds: 600, canary: fine, baseline: fine };
    expect(judgeCanary({ steps: [whole] }, firstOfFive).verdict).toBe('PASS');
    for (const [whose, steps] of [
      ['the canary', [{ ...whole, canary: broken }]],
      ['the baseline', [{ ...whole, baseline: broken }]],
      ['the canary at step 1', [{ ...whole, canary: broken }, whole]],
    ] as const) {
      const judgement = judgeCanary({ steps }, firstOfFive);
      expect(judgement.verdict).toBe('INCONCLUSIVE');
      expect(words(judgement)).toContain(`${name} of ${whose} could not be read`);
    }
  });

  it('are never a pass when they contradict each other', () => {
    const judgement = judgeCanary(evidence([100, 101], [900, 9]), firstOfFive);
    expect([judgement.verdict, codes(judgement)[0]]).toEqual(['INCONCLUSIVE', 'counts-contradict']);
    expect(words(judgement)).toContain('101 failures in 100 invocations of the canary');
  });

  it.each(['now', 'before'] as const)('are never a pass on the queues either (%s)', (when) => {
    for (const missing of [null, Number.NaN]) {
      const reading = { before: 0, now: 0, [when]: missing };
      for (const queue of [{ dlqDepth: reading }, { oldestAgeSeconds: reading }]) {
        const judgement = judgeCanary(evidence([100, 1], [900, 9], { queue }), firstOfFive);
        expect([judgement.verdict, codes(judgement)[0]]).toEqual(['INCONCLUSIVE', 'unreadable']);
      }
    }
  });

  it('do not hide a hard stop', () => {
    const seen = evidence([100, 1], [900, 9], {
      queue: { dlqDepth: { before: 0, now: 40 }, oldestAgeSeconds: { before: null, now: null } },
    });
    expect(judgeCanary(seen, firstOfFive).verdict).toBe('FAIL');
  });
});

describe('a canary without a baseline', () => {
  const before = { ...side(3_000, 60), seconds: 3_600 };
  const full = (canary: readonly [number, number]) => step(canary, [0, 0], { weight: 1 });

  it('is not known at 100 % without counts from before the release', () => {
    const judgement = judgeCanary({ steps: [full([500, 10])] }, firstOfFive);
    expect([judgement.verdict, codes(judgement)]).toEqual(['INCONCLUSIVE', ['no-baseline']]);
    expect(words(judgement)).toContain('no counts from before the release');
  });

  it('is held at 100 % against the version before the release', () => {
    const healthy = judgeCanary({ steps: [full([500, 10])], reference: before }, firstOfFive);
    expect([healthy.verdict, healthy.numbers.basis]).toEqual(['PASS', 'before']);
    expect(words(healthy)).toContain('at another time');
    expect(judgeCanary({ steps: [full([500, 40])], reference: before }, firstOfFive).verdict).toBe('FAIL');
  });

  it('is held against both, where it had a baseline in the steps before', () => {
    const steps = [step([100, 2], [900, 18]), full([500, 10])];
    const judgement = judgeCanary({ steps, reference: before }, firstOfFive);
    expect([judgement.verdict, judgement.numbers.basis]).toEqual(['PASS', 'both']);
    expect(judgement.numbers.baseline.invocations).toBe(3_900);
    expect(judgeCanary({ steps }, firstOfFive).verdict).toBe('INCONCLUSIVE');
    const broken = [steps[0]!, full([500, 40])];
    expect(judgeCanary({ steps: broken, reference: before }, firstOfFive).verdict).toBe('FAIL');
  });

  it('does not count the last invocations of the baseline at 100 % as one', () => {
    const stray = step([500, 10], [3, 3], { weight: 1 });
    expect(judgeCanary({ steps: [stray] }, firstOfFive).verdict).toBe('INCONCLUSIVE');
    expect(judgeCanary({ steps: [stray], reference: before }, firstOfFive).verdict).toBe('PASS');
  });

  it('falls back to the time before where hardly any traffic is left to the baseline', () => {
    const thin = step([500, 10], [9, 0], { weight: 0.98 });
    const alone = judgeCanary({ steps: [thin] }, firstOfFive);
    expect([alone.verdict, codes(alone)[0]]).toEqual(['INCONCLUSIVE', 'thin-baseline']);
    expect(judgeCanary({ steps: [thin], reference: before }, firstOfFive)).toMatchObject({
      verdict: 'PASS',
      numbers: { basis: 'before' },
    });
  });

  it('is not known when the counts from before cannot be used', () => {
    for (const reference of [
      { ...before, errors: null },
      { ...before, invocations: 0, errors: 0 },
    ]) {
      const judgement = judgeCanary({ steps: [full([500, 10])], reference }, firstOfFive);
      expect([judgement.verdict, codes(judgement)]).toEqual(['INCONCLUSIVE', ['no-baseline']]);
    }
  });

  it('does not call a few invocations from before a baseline', () => {
    const judgement = judgeCanary(
      { steps: [full([500, 10])], reference: { ...side(20, 0), seconds: 3_600 } },
      firstOfFive,
    );
    expect([judgement.verdict, codes(judgement)[0]]).toEqual(['INCONCLUSIVE', 'thin-baseline']);
  });
});

describe('what makes no sense', () => {
  it.each([
    [{ alpha: 0 }, 'alpha of the canary'],
    [{ alpha: 0.7 }, 'alpha'],
    [{ minimumSample: 0 }, 'minimumSample'],
    [{ minimumSample: 2.5 }, 'minimumSample'],
    [{ absoluteFloor: -0.1 }, 'absoluteFloor'],
    [{ relativeFloor: Number.NaN }, 'relativeFloor'],
    [{ firstInvocations: 0 }, 'firstInvocations'],
    [{ riseTolerance: 0 }, 'riseTolerance'],
    [{ ageTolerance: -1 }, 'ageTolerance'],
    [{ detect: 0 }, 'detect'],
  ])('is refused by name: policy %j', (policy, message) => {
    expect(() => judgeCanary(evidence([100, 1], [900, 9]), firstOfFive, policy)).toThrow(message);
  });

  it.each([
    [{ look: 0, looksLeft: 4, alphaSpent: 0 }, 'look cannot be 0'],
    [{ look: 1, looksLeft: -1, alphaSpent: 0 }, 'looksLeft cannot be -1'],
    [{ look: 1, looksLeft: 1, alphaSpent: Number.NaN }, 'alphaSpent cannot be NaN'],
  ])('is refused by name: plan %j', (plan, message) => {
    expect(() => judgeCanary(evidence([100, 1], [900, 9]), plan)).toThrow(message);
  });

  it('is refused by name: steps', () => {
    expect(() => judgeCanary({ steps: [] }, firstOfFive)).toThrow('without steps');
    const off = (rest: object) => () => judgeCanary({ steps: [step([1, 0], [9, 0], rest)] }, firstOfFive);
    expect(off({ weight: 10 })).toThrow('weight of a step cannot be 10');
    expect(off({ seconds: Number.NaN })).toThrow('seconds of a step cannot be NaN');
  });
});
