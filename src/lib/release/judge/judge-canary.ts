import { type Comparison, compare, isFull } from './comparison.ts';
import { type Difference, differenceOf } from './difference.ts';
import type { Evidence, LookPlan, StepEvidence } from './evidence.ts';
import { fisherTest } from './fisher.ts';
import { hardStops } from './hard-stops.ts';
import type { Judgement, PowerFigures, SideFigures, Verdict } from './judgement.ts';
import { fullPolicy, type JudgePolicy } from './policy.ts';
import { invocationsForPower, type PlannedTest, powerOf } from './power.ts';
import type { Reason } from './reason.ts';
import { alphaOfLook } from './spending.ts';
import { about, chance, count, percent, share } from './words.ts';

/** Rates are quotients: 0.03 − 0.02 is a little less than 0.01. */
const ROUNDING = 1e-12;

function checkInput(evidence: Evidence, plan: LookPlan): void {
  if (evidence.steps.length === 0) throw new RangeError('a release without steps cannot be judged');
  for (const { weight, seconds } of evidence.steps) {
    if (!(weight >= 0 && weight <= 1)) throw new RangeError(`weight of a step cannot be ${weight}`);
    if (!(seconds >= 0 && Number.isFinite(seconds))) throw new RangeError(`seconds of a step cannot be ${seconds}`);
  }
  if (!Number.isInteger(plan.look) || plan.look < 1) throw new RangeError(`look cannot be ${plan.look}`);
  if (!Number.isInteger(plan.looksLeft) || plan.looksLeft < 0) {
    throw new RangeError(`looksLeft cannot be ${plan.looksLeft}`);
  }
  if (!(plan.alphaSpent >= 0)) throw new RangeError(`alphaSpent cannot be ${plan.alphaSpent}`);
}

function total(comparison: Comparison, side: 'canary' | 'baseline'): SideFigures {
  const invocations = comparison.tables.reduce((sum, table) => sum + table[side].invocations, 0);
  const failures = comparison.tables.reduce((sum, table) => sum + table[side].failures, 0);
  return { invocations, failures, rate: invocations === 0 ? null : failures / invocations };
}

/** Canary invocations a second: its own, or before its first what its weight makes of the baseline's. */
function pace(step: StepEvidence, have: number, baseline: number | null): number {
  if (step.seconds === 0) return 0;
  if (have > 0 || isFull(step) || baseline === null) return have / step.seconds;
  return ((baseline / (1 - step.weight)) * step.weight) / step.seconds;
}

function sampleReasons(step: StepEvidence, comparison: Comparison, sample: Judgement['sample']): readonly Reason[] {
  const { baseline } = comparison.present;
  if (comparison.present.canary === null || sample.have >= sample.need) return [];
  const eta = sample.etaSeconds === null ? '' : `, about ${about(sample.etaSeconds)} at this rate`;
  if (sample.have > 0) {
    const text = `${count(sample.have)} of ${count(sample.need)} invocations${eta}`;
    return [{ code: 'below-minimum-sample', weight: 'wait', text }];
  }
  const odds = (1 - step.weight) ** (baseline ?? 0);
  const text =
    odds < 1e-4 && !isFull(step)
      ? `no invocation of the canary beside ${count(baseline ?? 0)} of the baseline: with ${percent(step.weight)} of the traffic that is no accident, look whether the alias still has its split`
      : `no invocation of the canary yet: 0 of ${count(sample.need)}${eta}`;
  return [{ code: 'no-canary-traffic', weight: 'wait', text }];
}

function baselineReasons(evidence: Evidence, comparison: Comparison, policy: JudgePolicy): readonly Reason[] {
  const { basis } = comparison;
  const step = evidence.steps[evidence.steps.length - 1]!;
  // Without a canary there is nothing to compare, and that is said already.
  if (comparison.present.canary === 0) return [];
  if (basis === 'nothing' || (basis === 'same-minutes' && isFull(step))) {
    const why = isFull(step) ? 'the canary has all the traffic' : 'the baseline had no invocation';
    const before = evidence.reference ? 'no usable counts' : 'no counts';
    const text = `${why}, and there are ${before} from before the release to compare with`;
    return [{ code: 'no-baseline', weight: 'wait', text }];
  }
  const reasons: Reason[] = [];
  const { invocations } = total(comparison, 'baseline');
  if (invocations < policy.minimumSample) {
    const text = `only ${count(invocations)} of ${count(policy.minimumSample)} invocations to compare with`;
    reasons.push({ code: 'thin-baseline', weight: 'wait', text });
  }
  if (basis !== 'same-minutes') {
    const text =
      basis === 'both'
        ? 'the invocations at 100 % are compared with the version before the release, at another time'
        : 'compared with the version before the release, at another time: the baseline has too little traffic now';
    reasons.push({ code: 'compared-with-before', weight: 'note', text });
  }
  return reasons;
}

interface RateTest {
  readonly difference: Difference;
  readonly pValue: number;
  readonly level: number;
  readonly floor: number;
}

function rateReason(test: RateTest, comparison: Comparison, plan: LookPlan, policy: JudgePolicy): Reason {
  const { difference, pValue, level, floor } = test;
  const [canary, baseline] = [total(comparison, 'canary'), total(comparison, 'baseline')];
  const seen = `${share(canary.failures, canary.invocations)} failed, ${share(baseline.failures, baseline.invocations)} of the baseline`;
  const odds = `p = ${chance(pValue)}`;
  if (difference.value < floor - ROUNDING) {
    const small = pValue <= policy.alpha;
    const text = small
      ? `${seen}: worse by less than ${percent(floor)}, which is let pass (${odds})`
      : `${seen} (${odds})`;
    return { code: small ? 'below-floor' : 'no-worse', weight: 'note', text };
  }
  if (level > 0 && pValue <= level) {
    const text = `${seen}: more than chance explains (${odds}, level of this look ${chance(level)})`;
    return { code: 'failed-more-often', weight: 'fail', text };
  }
  if (pValue <= policy.alpha) {
    const text = `${seen}: suspicious, not proven (${odds}, level of this look ${chance(level)})`;
    return { code: 'suspicious', weight: plan.looksLeft > 0 || level === 0 ? 'wait' : 'note', text };
  }
  return { code: 'no-worse', weight: 'note', text: `${seen}: no more than chance explains (${odds})` };
}

/** What a PASS, or a suspicion, is worth. */
function powerReason({ effect, chance: caught, invocationsFor80 }: PowerFigures): Reason {
  const seen = `${Number((effect * 100).toPrecision(3))} points more would have failed it ${Math.floor(caught * 100)} times of 100`;
  const more = caught < 0.8 && invocationsFor80 !== null;
  const text = more ? `${seen}; ${count(invocationsFor80)} invocations make that 80` : seen;
  return { code: 'power', weight: 'note', text };
}

const verdictOf = (reasons: readonly Reason[]): Verdict => {
  if (reasons.some((reason) => reason.weight === 'fail')) return 'FAIL';
  return reasons.some((reason) => reason.weight === 'wait') ? 'INCONCLUSIVE' : 'PASS';
};

const order = { fail: 0, wait: 1, note: 2 } as const;

/**
 * Judges a canary at one look of a release. Pure: the same input gives the same judgement.
 *
 * FAIL needs a hard stop, or a one-sided exact test at this look's share of the error budget together with a difference
 * over the floor. PASS needs every metric read, the minimum sample in the present step, something to compare with, and no
 * suspicion that a later look could settle. Everything else is INCONCLUSIVE. docs/canary.md has the method and its limits.
 *
 * Throws a RangeError for a plan, step or policy that makes no sense; counts that make none are INCONCLUSIVE.
 */
export function judgeCanary(evidence: Evidence, plan: LookPlan, given: Partial<JudgePolicy> = {}): Judgement {
  const policy = fullPolicy(given);
  checkInput(evidence, plan);
  const comparison = compare(evidence, policy.minimumSample);
  const step = evidence.steps[evidence.steps.length - 1]!;
  const [canary, baseline] = [total(comparison, 'canary'), total(comparison, 'baseline')];
  const difference = differenceOf(comparison.tables);
  const floorAt = (rate: number) => Math.max(policy.absoluteFloor, policy.relativeFloor * rate);
  const floor = floorAt(difference?.baselineRate ?? 0);
  const level = alphaOfLook(policy.spending, policy.alpha, plan);
  const pValue = difference ? fisherTest(comparison.tables) : null;
  const enough = difference !== undefined && canary.invocations >= policy.minimumSample;

  const have = comparison.present.canary ?? 0;
  const need = policy.minimumSample;
  const rate = pace(step, have, comparison.present.baseline);
  const etaSeconds = have >= need ? 0 : rate > 0 ? Math.ceil((need - have) / rate) : null;
  const sample = { have, need, etaSeconds };

  const test: PlannedTest | undefined = difference && {
    canary: canary.invocations,
    baseline: baseline.invocations,
    baselineRate: difference.baselineRate,
    alpha: level,
    floor: floorAt,
  };
  const [detected, atFloor] = test ? powerOf(test, [policy.detect, floor]) : [];
  const figures = (planned: PlannedTest, effect: number, caught = 0): PowerFigures => ({
    effect,
    chance: caught,
    invocationsFor80: invocationsForPower(planned, effect),
  });
  const power = test ? { detect: figures(test, policy.detect, detected), floor: figures(test, floor, atFloor) } : null;

  const reasons: Reason[] = [
    ...hardStops(evidence, comparison, policy),
    ...comparison.problems.map(
      ({ code, what }): Reason => ({
        code,
        weight: 'wait',
        text: code === 'unreadable' ? `${what} could not be read` : `${what}: the counts contradict each other`,
      }),
    ),
    ...sampleReasons(step, comparison, sample),
    ...baselineReasons(evidence, comparison, policy),
    ...(difference && pValue !== null && enough
      ? [rateReason({ difference, pValue, level, floor }, comparison, plan, policy)]
      : []),
    ...(power && enough ? [powerReason(power.detect)] : []),
  ].sort((left, right) => order[left.weight] - order[right.weight]);

  return {
    verdict: verdictOf(reasons),
    reasons,
    numbers: { basis: comparison.basis, canary, baseline, difference: difference ?? null, floor, pValue },
    alpha: { total: policy.alpha, look: level, spent: plan.alphaSpent + (enough ? level : 0) },
    sample,
    power,
  };
}
