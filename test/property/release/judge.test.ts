import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence, LookPlan, SideCounts, StepEvidence } from '../../../src/lib/release/judge/evidence.ts';
import { judgeCanary } from '../../../src/lib/release/judge/judge-canary.ts';
import type { Verdict } from '../../../src/lib/release/judge/judgement.ts';

const rank: Readonly<Record<Verdict, number>> = { PASS: 0, INCONCLUSIVE: 1, FAIL: 2 };

/** Codes that need no statistics. */
const hard = new Set(['every-invocation-failed', 'throttles-rose', 'dlq-rose', 'age-rose']);

/** Small counts, where verdicts change, and now and then enormous ones. */
const invocations = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 200 }) },
  { weight: 2, arbitrary: fc.nat({ max: 5_000 }) },
  { weight: 1, arbitrary: fc.nat({ max: 10_000_000 }) },
);

/** Hard stops are rare, or they would hide what the rates decide. */
const rarely = fc.oneof({ weight: 15, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 20 }) });

const sideOf = (failing: fc.Arbitrary<number>): fc.Arbitrary<SideCounts> =>
  fc.record({ invocations, failing, throttles: rarely }).map((one) => ({
    invocations: one.invocations,
    errors: Math.round(one.invocations * one.failing),
    throttles: one.throttles,
  }));

const rate = fc.oneof(
  fc.constantFrom(0, 1),
  fc.double({ min: 0, max: 0.1, noNaN: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
);

const stepOf = (weight: fc.Arbitrary<number>): fc.Arbitrary<StepEvidence> =>
  fc.record({ weight, seconds: fc.nat({ max: 7_200 }), canary: sideOf(rate), baseline: sideOf(rate) });

const weights = fc.constantFrom(0.01, 0.1, 0.5, 0.9, 1);
const reading = fc.record({ before: fc.nat({ max: 50 }), now: rarely });

const evidences: fc.Arbitrary<Evidence> = fc
  .record({
    steps: fc.array(stepOf(weights), { minLength: 1, maxLength: 3 }),
    reference: fc.option(fc.tuple(sideOf(rate), fc.integer({ min: 1, max: 86_400 }))),
    queue: fc.option(fc.record({ dlqDepth: reading, oldestAgeSeconds: reading })),
  })
  .map(({ steps, reference, queue }) => ({
    steps,
    ...(reference === null ? {} : { reference: { ...reference[0], seconds: reference[1] } }),
    ...(queue === null ? {} : { queue }),
  }));

const plans: fc.Arbitrary<LookPlan> = fc.record({
  look: fc.integer({ min: 1, max: 12 }),
  looksLeft: fc.nat({ max: 12 }),
  alphaSpent: fc.constantFrom(0, 0.001, 0.02, 0.05),
});

/** The evidence with another canary in one of its steps. */
function withCanary(evidence: Evidence, at: number, canary: SideCounts): Evidence {
  return { ...evidence, steps: evidence.steps.map((step, index) => (index === at ? { ...step, canary } : step)) };
}

describe('the judge of a canary', () => {
  it('never thinks better of a canary for more errors', () => {
    fc.assert(
      fc.property(
        evidences,
        plans,
        fc.nat(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (evidence, plan, pick, part) => {
          const at = pick % evidence.steps.length;
          const { canary } = evidence.steps[at]!;
          const [all, errors] = [canary.invocations ?? 0, canary.errors ?? 0];
          const more = errors + Math.ceil((all - errors) * part);
          const worse = judgeCanary(withCanary(evidence, at, { ...canary, errors: more }), plan);
          expect(rank[worse.verdict]).toBeGreaterThanOrEqual(rank[judgeCanary(evidence, plan).verdict]);
        },
      ),
      { numRuns: 1_500, seed: 1 },
    );
  });

  it('never fails a canary below the minimum sample but by a hard stop', () => {
    fc.assert(
      fc.property(evidences, plans, (evidence, plan) => {
        const { verdict, reasons } = judgeCanary(evidence, plan);
        const sample = evidence.steps.reduce((sum, { canary }) => sum + (canary.invocations ?? 0), 0);
        if (verdict !== 'FAIL' || sample >= 50) return;
        for (const reason of reasons.filter(({ weight }) => weight === 'fail')) expect(hard).toContain(reason.code);
      }),
      { numRuns: 1_500, seed: 2 },
    );
  });

  it('never passes what it could not read, and is not softened by it', () => {
    const fields = fc.constantFrom('invocations', 'errors', 'throttles', 'batchFailures') as fc.Arbitrary<
      keyof SideCounts
    >;
    const broken = fc.constantFrom(null, Number.NaN, -1, Number.POSITIVE_INFINITY);
    fc.assert(
      fc.property(evidences, plans, fields, broken, fc.nat(), (evidence, plan, field, value, pick) => {
        const at = pick % evidence.steps.length;
        const canary = { ...evidence.steps[at]!.canary, [field]: value };
        expect(judgeCanary(withCanary(evidence, at, canary), plan).verdict).not.toBe('PASS');
      }),
      { numRuns: 1_000, seed: 3 },
    );
  });

  it('never passes a step without the minimum sample, nor a canary with nothing to be compared with', () => {
    fc.assert(
      fc.property(evidences, plans, (evidence, plan) => {
        const { verdict, numbers, sample } = judgeCanary(evidence, plan);
        if (verdict !== 'PASS') return;
        expect(sample.have).toBeGreaterThanOrEqual(50);
        expect(numbers.basis).not.toBe('nothing');
        expect(numbers.baseline.invocations).toBeGreaterThanOrEqual(50);
        expect(numbers.pValue).not.toBeNull();
      }),
      { numRuns: 1_500, seed: 4 },
    );
  });

  it('never blames both sides of the same counts', () => {
    fc.assert(
      fc.property(sideOf(rate), sideOf(rate), plans, (left, right, plan) => {
        const calm = (one: SideCounts) => ({ ...one, throttles: 0 });
        const judged = (canary: SideCounts, baseline: SideCounts) =>
          judgeCanary({ steps: [{ weight: 0.5, seconds: 60, canary: calm(canary), baseline: calm(baseline) }] }, plan);
        const verdicts = [judged(left, right).verdict, judged(right, left).verdict];
        expect(verdicts).not.toEqual(['FAIL', 'FAIL']);
        expect(judged(left, left).verdict).not.toBe('FAIL');
      }),
      { numRuns: 1_000, seed: 5 },
    );
  });

  it('gives finite figures within their bounds, and a reason for whatever is not a pass', () => {
    fc.assert(
      fc.property(evidences, plans, (evidence, plan) => {
        const { verdict, reasons, numbers, alpha, sample, power } = judgeCanary(evidence, plan);
        const shares = [
          numbers.canary.rate,
          numbers.baseline.rate,
          numbers.pValue,
          power?.detect.chance ?? null,
          power?.floor.chance ?? null,
        ];
        for (const share of shares.filter((one) => one !== null)) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
        if (numbers.difference) {
          const { low, value, high } = numbers.difference;
          expect(low).toBeGreaterThanOrEqual(-1 - 1e-9);
          expect(value).toBeGreaterThanOrEqual(low - 1e-9);
          expect(high).toBeGreaterThanOrEqual(value - 1e-9);
          expect(high).toBeLessThanOrEqual(1 + 1e-9);
        }
        expect(alpha.spent).toBeLessThanOrEqual(Math.max(plan.alphaSpent, alpha.total) + 1e-12);
        expect(sample.etaSeconds === null || Number.isFinite(sample.etaSeconds)).toBe(true);
        if (verdict !== 'PASS') expect(reasons[0]?.weight).toBe(verdict === 'FAIL' ? 'fail' : 'wait');
        for (const { text } of reasons) expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
      }),
      { numRuns: 1_500, seed: 6 },
    );
  });
});
