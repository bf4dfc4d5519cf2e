import type { Alias } from '../../aws/ports/functions.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { type AliasRecord, parseAliasRecord } from '../alias-record.ts';
import { explainConflict } from '../explain-conflict.ts';
import { judgeCanary } from '../judge/judge-canary.ts';
import type { Judgement, Verdict } from '../judge/judgement.ts';
import { defaultPolicy } from '../judge/policy.ts';
import type { PromotionPlan } from '../plan-promotion.ts';
import type { Author, PromotionPorts } from '../promote.ts';
import type { Tell } from '../release-event.ts';
import { writeAlias } from '../write-alias.ts';
import { type Bake, planLooks } from './bake-plan.ts';
import { endSplit, readAgain } from './end-split.ts';
import {
  type Baseline,
  type BegunStep,
  type MeasuredService,
  type MeasurePorts,
  measure,
  measureBefore,
} from './measure.ts';

export interface StepPorts extends PromotionPorts, MeasurePorts {}

export interface StepOptions {
  /** Shares of the steps in percent, rising, below 100; after the last all traffic moves. */
  readonly percents: readonly number[];
  readonly bake: Bake;
  readonly service: MeasuredService;
  readonly author: Author;
  readonly id: string;
}

/** One step of a release as it went. */
export interface StepResult {
  /** Share of the new version, percent. */
  readonly percent: number;
  /** ms since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Null when it was broken off before its first look. */
  readonly judgement: Judgement | null;
}

/** How a stepped release ended. */
export interface StepsResult {
  readonly verdict: Verdict;
  readonly steps: readonly StepResult[];
  /** The alias as it was left: all traffic on the new version after PASS, on the old one otherwise. */
  readonly alias: Alias;
  /** Set when the operator broke it off; `verdict` is INCONCLUSIVE then. */
  readonly interrupted: CvopsError | null;
}

/**
 * Moves traffic step by step. The version that serves now stays the alias's primary to the last step and the new one
 * takes its share beside it, so to go back is one call, and whatever becomes of this process the old version is in
 * charge. Each change carries the revision of the one before.
 *
 * A bad verdict, an open one at the end of the patience, an interruption and an error all end the split; only a bad
 * verdict quarantines the version.
 * @throws CvopsError `RevisionConflict` when somebody else changed the alias; it is theirs then, and left as it is.
 * `SplitLeft` when the split could not be ended.
 */
export async function releaseInSteps(
  ports: StepPorts,
  plan: PromotionPlan,
  options: StepOptions,
  tell: Tell,
  signal: AbortSignal,
): Promise<StepsResult> {
  const { clock, functions } = ports;
  const { author, id, percents } = options;
  const before = parseAliasRecord(plan.alias.description);
  const [stable, canary] = [plan.from.version, plan.to.version];
  const current = before?.version === stable ? before : undefined;
  const baseline = await measureBefore(ports, options.service, clock.now(), current?.at);
  const looks = planLooks(options.bake);
  const steps: StepResult[] = [];
  const begun: BegunStep[] = [];
  const revisions = new Set([plan.alias.revisionId]);
  let alias = plan.alias;
  let look = 0;
  let alphaSpent = 0;

  const record = (kind: AliasRecord['kind'], percent: number): AliasRecord => ({
    releaseId: id,
    kind,
    version: kind === 'promote' ? canary : stable,
    previous: kind === 'promote' ? stable : (current?.previous ?? null),
    step: percent,
    ...(kind === 'canary' ? { canary } : {}),
    at: clock.now(),
    by: author.by,
    reason: author.reason,
    // Only who gets all traffic is cleared: a canary that was forced and broken off is as bad as it was.
    quarantined: (before?.quarantined ?? []).filter((each) => kind !== 'promote' || each !== canary),
  });

  const write = async (kind: AliasRecord['kind'], percent: number): Promise<void> => {
    const version = kind === 'promote' ? canary : stable;
    const weights: Record<string, number> = kind === 'canary' ? { [canary]: percent / 100 } : {};
    try {
      alias = await writeAlias(functions, alias, { version, weights, record: record(kind, percent) });
    } catch (cause) {
      throw await conflictOr(cause);
    }
    revisions.add(alias.revisionId);
  };

  const conflictOr = async (cause: unknown): Promise<unknown> =>
    cause instanceof CvopsError && cause.code === 'RevisionConflict'
      ? explainConflict(ports, alias, 'this release stops and leaves the alias as it is', cause)
      : cause;

  /** Somebody else's change ends this release. What AWS may still answer from before our own change does not. */
  const requireOurs = async (): Promise<void> => {
    let now: Alias;
    try {
      now = await functions.getAlias(alias.functionName, alias.name);
    } catch (cause) {
      if (!(cause instanceof CvopsError) || signal.aborted) throw cause;
      return tell({ type: 'note', message: `the alias cannot be read just now: ${cause.message}` });
    }
    if (revisions.has(now.revisionId)) return;
    throw await conflictOr(new CvopsError('RevisionConflict', ExitCode.failed, 'the alias was changed.'));
  };

  const bakeStep = async (index: number): Promise<Judgement> => {
    const percent = percents[index]!;
    const startedAt = clock.now();
    begun.push({ weight: percent / 100, fromMs: startedAt });
    const at = steps.push({ percent, startedAt, endedAt: startedAt, judgement: null }) - 1;
    tell({ type: 'step', version: canary, percent, until: startedAt + options.bake.bakeMs + options.bake.timeoutMs });
    for (const [number, planned] of looks.entries()) {
      await clock.sleep(Math.max(0, startedAt + planned.afterMs - clock.now()), signal);
      await requireOurs();
      const evidence = await measure(ports, options.service, baseline, begun, clock.now());
      const looksLeft = looks.length - number - 1 + (percents.length - index - 1) * looks.length;
      const judgement = judgeCanary(evidence, { look: ++look, looksLeft, alphaSpent }, policyFor(baseline));
      alphaSpent = judgement.alpha.spent;
      steps[at] = { percent, startedAt, endedAt: clock.now(), judgement };
      tell({ type: 'look', percent, look, judgement });
      if (judgement.verdict === 'FAIL') return judgement;
      if (judgement.verdict === 'PASS' && planned.decides) return judgement;
    }
    return steps[at]!.judgement!;
  };

  const end = async (verdict: Verdict, why: string, interrupted: CvopsError | null = null): Promise<StepsResult> => {
    const to = { ...record('abort', 100), version: stable };
    const quarantined = verdict === 'FAIL' ? [...new Set([canary, ...to.quarantined])] : to.quarantined;
    alias = await endSplit(ports, alias, { ...to, at: clock.now(), quarantined });
    tell({ type: 'aborted', version: stable, why });
    return { verdict, steps, alias, interrupted };
  };

  /** What is known after an error that may have come after the work was done. */
  const whatWasDone = async (cause: unknown): Promise<StepsResult | 'split' | 'nothing'> => {
    const now = await readAgain(ports, alias, cause);
    const own = parseAliasRecord(now.description);
    if (own?.releaseId !== id) {
      if (begun.length === 0) return 'nothing';
      throw await conflictOr(new CvopsError('RevisionConflict', ExitCode.failed, 'the alias was changed.', { cause }));
    }
    alias = now;
    return own.kind === 'promote' ? { verdict: 'PASS', steps, alias, interrupted: null } : 'split';
  };

  let isBegun = false;
  try {
    for (const [index, percent] of percents.entries()) {
      signal.throwIfAborted();
      isBegun = true;
      await write('canary', percent);
      const { verdict, reasons } = await bakeStep(index);
      if (verdict !== 'PASS') return await end(verdict, reasons[0]?.text ?? 'no verdict');
    }
    signal.throwIfAborted();
    await write('promote', 100);
    tell({ type: 'moved', version: canary });
    return { verdict: 'PASS', steps, alias, interrupted: null };
  } catch (cause) {
    const isLost = cause instanceof CvopsError && (cause.code === 'RevisionConflict' || cause.code === 'SplitLeft');
    if (isLost || !isBegun) throw cause;
    const done = await whatWasDone(cause);
    if (done === 'nothing') throw cause;
    if (done !== 'split') return done;
    if (signal.aborted) return end('INCONCLUSIVE', 'interrupted', signal.reason as CvopsError);
    await end('INCONCLUSIVE', (cause as Error).message);
    if (!(cause instanceof CvopsError)) throw cause;
    const hint = cause.hint === undefined ? {} : { hint: cause.hint };
    const message = `${cause.message} The release was ended: version ${stable} serves everything.`;
    throw new CvopsError(cause.code, cause.exitCode, message, { ...hint, cause });
  }
}

/** One message that fails for good makes the queue as old as its death takes: that is no jam. */
function policyFor({ deathSeconds }: Baseline): { readonly ageTolerance?: number } {
  return deathSeconds === null ? {} : { ageTolerance: Math.max(defaultPolicy.ageTolerance, deathSeconds * 1.5) };
}
