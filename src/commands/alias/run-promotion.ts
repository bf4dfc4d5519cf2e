import type { Alias, Functions } from '../../lib/aws/ports/functions.ts';
import type { Context } from '../../lib/context.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { eventLines } from '../../lib/io/event-lines.ts';
import { releaseInSteps, type StepsResult } from '../../lib/release/canary/release-in-steps.ts';
import { moveAtOnce, type PromotionPorts, prepare } from '../../lib/release/promote.ts';
import type { Tell } from '../../lib/release/release-event.ts';
import { releaseId } from '../../lib/release/release-id.ts';
import { type Settled, settle } from '../../lib/release/settle.ts';
import type { ReleaseOutcome, ReleaseStep } from '../../lib/release-ledger/release-entry.ts';
import { author } from './author.ts';
import type { Promotion } from './promote-outcome.ts';
import { releaseProgress } from './release-progress.ts';
import { rememberFailure, rememberRelease } from './remember-release.ts';

/** How a planned promotion is to be done. */
export interface PromotionRun {
  /** Events of the smoke test, JSON texts; empty for none. */
  readonly events: readonly string[];
  readonly bakeMs: number;
  readonly maxBakeMs: number;
  readonly reason: string | undefined;
  /** The service's queues, whose signs are watched in a stepped release. */
  readonly queue: string | undefined;
  readonly dlq: string | undefined;
}

/**
 * Does what was planned and agreed to: smoke test, the move at once or in judged steps, the look whether it has settled.
 * Tells it as it happens, and to the ledger when it is over.
 */
export async function runPromotion(promotion: Promotion, run: PromotionRun, context: Context): Promise<Promotion> {
  const { plan } = promotion;
  const { clock } = context;
  const started = clock.now();
  const id = releaseId(started);
  const who = author(run.reason);
  const progress = await context.progress();
  const show = releaseProgress(progress);
  const line = eventLines(context);
  const tell: Tell = (event) => {
    const timed = { at: clock.now(), ...event };
    show(timed);
    line(timed);
  };
  const draft = {
    id,
    at: started,
    kind: 'promote',
    service: promotion.service,
    function: plan.alias.functionName,
    alias: plan.alias.name,
    aliasArn: plan.alias.arn,
    from: plan.from.version,
    to: plan.to.version,
    ...who,
    strategy: promotion.strategy === 'canary' ? 'steps' : 'all-at-once',
    codeSha256: plan.to.codeSha256,
    revisionBefore: plan.alias.revisionId,
  } as const;
  try {
    const ports: PromotionPorts = { functions: await context.functions(), trail: context.trail, clock };
    const rehearsal = await prepare(ports, plan, run.events, tell, context.signal);
    context.signal.throwIfAborted();
    const { steps, alias } = await move(ports);
    const movedAt = clock.now();
    const [event] = run.events;
    const probe = event === undefined ? undefined : { event, timeoutSeconds: plan.to.timeoutSeconds };
    const isPromoted = steps === null || steps.verdict === 'PASS';
    const settled = isPromoted ? await settle(ports, alias, probe, context.signal) : null;
    const told = await rememberRelease(context, {
      ...draft,
      durationMs: movedAt - started,
      outcome: ledgerOutcome(steps),
      steps: (steps?.steps ?? []).map(ledgerStep),
      probe: ledgerProbe(settled),
      revisionAfter: alias.revisionId,
    });
    return {
      ...promotion,
      warnings: [...promotion.warnings, ...told],
      releaseId: id,
      steps,
      rehearsal,
      settled,
      shown: !context.settings.yes,
      durationMs: movedAt - started,
    };
  } catch (cause) {
    await rememberFailure(context, { ...draft, revisionAfter: null }, cause);
    throw cause;
  } finally {
    progress.stop();
  }

  async function move(ports: PromotionPorts) {
    if (promotion.strategy === 'all-at-once') {
      const alias = await moveAtOnce(ports, plan, who, id);
      tell({ type: 'moved', version: plan.to.version });
      return { steps: null, alias };
    }
    const timeoutMs = 1_000 * Math.max(plan.from.timeoutSeconds, plan.to.timeoutSeconds);
    const steps = await releaseInSteps(
      { ...ports, metrics: await context.metrics(), queues: context.queues, logs: context.functionLogs },
      plan,
      {
        percents: promotion.percents,
        bake: { bakeMs: run.bakeMs, maxBakeMs: run.maxBakeMs, timeoutMs },
        service: {
          functionName: plan.alias.functionName,
          alias: plan.alias.name,
          stable: plan.from.version,
          canary: plan.to.version,
          queue: run.queue,
          dlq: run.dlq,
          reportsBatchItemFailures: await reportsBatchItemFailures(ports.functions, plan.alias),
        },
        author: who,
        id,
      },
      tell,
      context.signal,
    );
    return { steps, alias: steps.alias };
  }
}

/** Does a mapping of this alias take single messages of a batch back? Not known where it may not be asked. */
async function reportsBatchItemFailures(functions: Functions, alias: Alias): Promise<boolean> {
  try {
    const sources = await functions.listEventSources(`${alias.functionName}:${alias.name}`);
    return sources.some((source) => source.reportsBatchItemFailures);
  } catch (cause) {
    if (cause instanceof CvopsError) return false;
    throw cause;
  }
}

function ledgerOutcome(steps: StepsResult | null): ReleaseOutcome {
  if (steps === null || steps.verdict === 'PASS') return 'succeeded';
  return steps.verdict === 'FAIL' ? 'rolled-back' : 'inconclusive';
}

function ledgerStep({ percent, startedAt, endedAt, judgement }: StepsResult['steps'][number]): ReleaseStep {
  const counts = (side: 'canary' | 'baseline') => {
    if (judgement === null) return null;
    const { invocations, failures } = judgement.numbers[side];
    return { invocations, failures };
  };
  return {
    percent,
    startedAt,
    endedAt,
    verdict: judgement?.verdict ?? null,
    canary: counts('canary'),
    baseline: counts('baseline'),
  };
}

function ledgerProbe(settled: Settled | null) {
  if (settled === null) return null;
  const { invocations, failures } = settled;
  return { invocations, failures, settled: settled.settled };
}
