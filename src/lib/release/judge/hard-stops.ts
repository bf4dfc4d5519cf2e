import type { Comparison } from './comparison.ts';
import { isFull } from './comparison.ts';
import type { Evidence, QueueReading } from './evidence.ts';
import type { JudgePolicy } from './policy.ts';
import type { Reason } from './reason.ts';
import { about, chance, count } from './words.ts';

/** How likely the first failures may be for a version no worse than the baseline. */
const UNTHINKABLE = 0.001;

/**
 * Every invocation so far failed. A canary no worse than the baseline does that with the baseline's rate to the power of the
 * invocations (the rate with one failure and one success added, as an unbroken baseline of 3 proves little).
 */
function everyInvocationFailed({ canary, live, tables }: Comparison, policy: JudgePolicy): readonly Reason[] {
  if (canary.invocations < policy.firstInvocations || canary.failures < canary.invocations) return [];
  const what = `all ${count(canary.invocations)} invocations of the canary failed`;
  const sides = [
    ...(live.invocations > 0 ? [live] : []),
    ...(tables.some((table) => table.baseline.invocations > 0)
      ? [
          {
            invocations: tables.reduce((sum, table) => sum + table.baseline.invocations, 0),
            failures: tables.reduce((sum, table) => sum + table.baseline.failures, 0),
          },
        ]
      : []),
  ];
  if (sides.length === 0) {
    return [{ code: 'no-baseline', weight: 'wait', text: `${what}, and there is nothing to compare it with` }];
  }
  const rate = Math.max(...sides.map((side) => (side.failures + 1) / (side.invocations + 2)));
  const odds = rate ** canary.invocations;
  if (odds > UNTHINKABLE) return [];
  const text = `${what}; a version as healthy as the baseline does that with a chance of ${chance(odds)}`;
  return [{ code: 'every-invocation-failed', weight: 'fail', text }];
}

/** What a count may come to when `expected` was to be expected: chance adds its square root, and the first few cost nothing. */
const allowed = (expected: number, tolerance: number) => expected + tolerance * Math.sqrt(expected + 1);

function throttlesRose(evidence: Evidence, { canary, live }: Comparison, policy: JudgePolicy): readonly Reason[] {
  const ofCanary = canary.throttles ?? 0;
  const total = ofCanary + (live.throttles ?? 0);
  const { reference } = evidence;
  if (reference && reference.seconds > 0 && reference.throttles !== null && reference.throttles >= 0) {
    const seconds = evidence.steps.reduce((sum, step) => sum + step.seconds, 0);
    const expected = (reference.throttles / reference.seconds) * seconds;
    if (!(total > allowed(expected, policy.riseTolerance))) return [];
    const text = `${count(total)} throttled requests since the release began, where ${count(expected)} were to be expected`;
    return [{ code: 'throttles-rose', weight: 'fail', text }];
  }
  // Nothing from before: what the baseline suffers now is the only measure.
  const attempts = live.invocations + (live.throttles ?? 0);
  const share = attempts === 0 ? 0 : (live.throttles ?? 0) / attempts;
  const expected = share * (canary.invocations + ofCanary);
  if (attempts > 0 && ofCanary > allowed(expected, policy.riseTolerance)) {
    const text = `${count(ofCanary)} throttled requests of the canary, where the baseline's share makes ${count(expected)}`;
    return [{ code: 'throttles-rose', weight: 'fail', text }];
  }
  if (!(total > allowed(0, policy.riseTolerance))) return [];
  const text = `${count(total)} throttled requests, and no word of how many there were before the release`;
  return [{ code: 'throttles-unexplained', weight: 'wait', text }];
}

const readable = (value: number | null): value is number => value !== null && Number.isFinite(value) && value >= 0;

function unreadableReading(name: string, reading: QueueReading): readonly Reason[] {
  const missing = !readable(reading.now) ? 'now' : !readable(reading.before) ? 'before the release' : undefined;
  if (missing === undefined) return [];
  return [{ code: 'unreadable', weight: 'wait', text: `${name} could not be read (${missing})` }];
}

/** A canary known to have failed at nothing has killed no message. */
function couldHaveKilled(evidence: Evidence, { canary, problems }: Comparison): boolean {
  if (problems.length > 0 || canary.failures > 0 || canary.throttles !== 0) return true;
  return evidence.steps.some((step) => step.canary.batchFailures !== 0);
}

function queueRose(evidence: Evidence, comparison: Comparison, policy: JudgePolicy): readonly Reason[] {
  const seconds = evidence.steps.reduce((sum, step) => sum + step.seconds, 0);
  const growth = (reading: QueueReading) => Math.max(0, reading.growthPerSecond || 0) * seconds;
  const reasons: Reason[] = [];
  const { dlqDepth, oldestAgeSeconds } = evidence.queue ?? {};
  if (dlqDepth) {
    reasons.push(...unreadableReading('the depth of the dead-letter queue', dlqDepth));
    const { before, now } = dlqDepth;
    const expected = growth(dlqDepth);
    if (readable(before) && readable(now) && now - before > allowed(expected, policy.riseTolerance)) {
      const text = `the dead-letter queue grew from ${count(before)} to ${count(now)} messages, where ${count(expected)} more were to be expected`;
      if (couldHaveKilled(evidence, comparison)) reasons.push({ code: 'dlq-rose', weight: 'fail', text });
      else reasons.push({ code: 'dlq-rose-elsewhere', weight: 'note', text: `${text}; the canary has failed at none` });
    }
  }
  if (oldestAgeSeconds) {
    reasons.push(...unreadableReading('the age of the oldest message', oldestAgeSeconds));
    const { before, now } = oldestAgeSeconds;
    if (readable(before) && readable(now) && now > before + growth(oldestAgeSeconds) + policy.ageTolerance) {
      const text = `the oldest message is ${about(now)} old, ${about(before)} before the release`;
      reasons.push({ code: 'age-rose', weight: 'fail', text });
    }
  }
  return reasons;
}

/** What needs no statistics. Nothing is blamed on a canary that has had no request at all. */
export function hardStops(evidence: Evidence, comparison: Comparison, policy: JudgePolicy): readonly Reason[] {
  const reasons = [
    ...everyInvocationFailed(comparison, policy),
    ...throttlesRose(evidence, comparison, policy),
    ...queueRose(evidence, comparison, policy),
  ];
  const idle = comparison.canary.invocations === 0 && comparison.canary.throttles === 0;
  if (!idle || comparison.problems.length > 0 || evidence.steps.some(isFull)) return reasons;
  return reasons.map((reason) =>
    reason.weight === 'fail'
      ? { ...reason, weight: 'wait', text: `${reason.text}; the canary has had no request yet` }
      : reason,
  );
}
