import type { Evidence, ReferenceCounts, SideCounts, StepEvidence } from './evidence.ts';
import type { TwoByTwo } from './fisher.ts';
import { type Problem, readSide, type Side } from './read-side.ts';

/**
 * What the canary is held against: the baseline of the `same-minutes`, the version served `before` the release, the first
 * where there is one and the second for the step at 100 % (`both`), or `nothing`.
 */
export type Basis = 'same-minutes' | 'both' | 'before' | 'nothing';

/** The counts, sorted into what can be compared with what. */
export interface Comparison {
  readonly basis: Basis;
  readonly tables: readonly TwoByTwo[];
  /** The canary over all steps, whether compared or not. */
  readonly canary: Side;
  /** The baseline of the same minutes over all steps but those at 100 %, whether compared or not. */
  readonly live: Side;
  /** Canary's and baseline's invocations of the present step; `null` when unreadable. */
  readonly present: { readonly canary: number | null; readonly baseline: number | null };
  readonly problems: readonly Problem[];
}

const nothing: Side = { invocations: 0, failures: 0, throttles: 0 };

function add(left: Side, right: Side): Side {
  return {
    invocations: left.invocations + right.invocations,
    failures: left.failures + right.failures,
    throttles: left.throttles === null || right.throttles === null ? null : left.throttles + right.throttles,
  };
}

/** Batch failures count only where both sides have them: one that shows its own would look worse than one that hides them. */
const bothPartial = (left: SideCounts, right: SideCounts) =>
  typeof left.batchFailures === 'number' && typeof right.batchFailures === 'number';

function oneSided(step: StepEvidence, where: string): readonly Problem[] {
  const [canary, baseline] = [step.canary.batchFailures, step.baseline.batchFailures];
  if ((canary === undefined) === (baseline === undefined)) return [];
  const missing = canary === undefined ? 'the canary' : 'the baseline';
  return [{ code: 'unreadable', what: `Batch failures of ${missing}${where}` }];
}

/** At 100 % the baseline has no traffic of its own, and what trickles in is no sample. */
export const isFull = (step: StepEvidence) => step.weight >= 1;

interface ReadStep {
  readonly step: StepEvidence;
  readonly canary: Side | undefined;
  readonly baseline: Side | undefined;
  readonly problems: readonly Problem[];
}

function readStep(step: StepEvidence, where: string): ReadStep {
  const partial = bothPartial(step.canary, step.baseline) || isFull(step);
  const canary = readSide(step.canary, `the canary${where}`, partial);
  if (isFull(step)) return { step, canary: canary.side, baseline: undefined, problems: canary.problems };
  const baseline = readSide(step.baseline, `the baseline${where}`, partial);
  const problems = [...canary.problems, ...baseline.problems, ...oneSided(step, where)];
  return { step, canary: canary.side, baseline: baseline.side, problems };
}

/** The canary of these steps beside the version served before the release. */
function againstBefore(steps: readonly StepEvidence[], reference: ReferenceCounts): TwoByTwo | undefined {
  const partial = steps.every((step) => bothPartial(step.canary, reference));
  const before = readSide(reference, 'the version before the release', partial).side;
  const sides = steps.map((step) => readSide(step.canary, 'the canary', partial).side);
  const canary = sides.filter((side) => side !== undefined).reduce(add, nothing);
  if (before === undefined || before.invocations === 0 || canary.invocations === 0) return undefined;
  return { canary, baseline: before };
}

/**
 * Decides what is compared with what.
 *
 * The baseline of the same minutes comes first: an outage hits both sides. The version before the release stands in where
 * there is no such baseline: at 100 %, and where the baseline is left with fewer invocations than the canary and than
 * `minimumSample`.
 */
export function compare(evidence: Evidence, minimumSample: number): Comparison {
  const last = evidence.steps.length - 1;
  const read = evidence.steps.map((step, at) => readStep(step, at === last ? '' : ` at step ${at + 1}`));
  const split = read.filter(({ step, canary, baseline }) => !isFull(step) && canary && baseline);
  const live = split.reduce((sum, { baseline }) => add(sum, baseline ?? nothing), nothing);
  const splitCanary = split.reduce((sum, { canary }) => add(sum, canary ?? nothing), nothing);
  const canary = read.reduce((sum, step) => add(sum, step.canary ?? nothing), nothing);
  const telling = live.invocations > 0 && live.invocations >= Math.min(minimumSample, splitCanary.invocations);
  const before = (steps: readonly ReadStep[]) =>
    evidence.reference &&
    againstBefore(
      steps.filter((one) => one.canary).map((one) => one.step),
      evidence.reference,
    );
  const tables = split.map((one) => ({ canary: one.canary ?? nothing, baseline: one.baseline ?? nothing }));
  const full = before(read.filter(({ step }) => isFull(step)));
  const all = telling ? undefined : before(read);
  const present = read[last];
  const basis: Basis = all ? 'before' : full && telling ? 'both' : live.invocations > 0 ? 'same-minutes' : 'nothing';
  return {
    basis,
    tables: all ? [all] : full && telling ? [...tables, full] : tables,
    canary,
    live,
    present: { canary: present?.canary?.invocations ?? null, baseline: present?.baseline?.invocations ?? null },
    problems: read.flatMap(({ problems }) => problems),
  };
}
