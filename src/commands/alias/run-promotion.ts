import type { Context } from '../../lib/context.ts';
import { type PromotionPorts, prepare } from '../../lib/release/promote.ts';
import { releaseId } from '../../lib/release/release-id.ts';
import { author } from './author.ts';
import { moveTraffic, type TrafficSteps, type Watched } from './move-traffic.ts';
import type { Promotion } from './promote-outcome.ts';
import { movedDraft, releaseDraft } from './release-draft.ts';
import { releaseProgress } from './release-progress.ts';
import { rememberFailure, rememberRelease } from './remember-release.ts';

/** How a planned promotion is to be done. */
export interface PromotionRun extends TrafficSteps {
  /** Events of the smoke test, JSON texts; empty for none. */
  readonly events: readonly string[];
  readonly reason: string | undefined;
}

/**
 * Does what was planned and agreed to: smoke test, the move at once or in judged steps, the look whether it has settled.
 * Tells it as it happens, and to the ledger when it is over.
 */
export async function runPromotion(
  promotion: Promotion,
  run: PromotionRun,
  watched: Watched,
  context: Context,
): Promise<Promotion> {
  const { plan } = promotion;
  const { clock } = context;
  const started = clock.now();
  const id = releaseId(started);
  const who = author(run.reason);
  const progress = await context.progress();
  const tell = releaseProgress(progress, context);
  const draft = releaseDraft({ id, at: started, ...who }, promotion.service, plan, run.percents.length > 0);
  try {
    const ports: PromotionPorts = { functions: await context.functions(), trail: context.trail, clock };
    const rehearsal = await prepare(ports, plan, run.events, tell, context.signal);
    context.signal.throwIfAborted();
    const release = { id, author: who };
    const moved = await moveTraffic(ports, plan, run, watched, run.events[0], release, tell, context);
    const { steps, settled, alias, movedAt } = moved;
    const told = await rememberRelease(context, {
      ...draft,
      ...movedDraft(steps, settled),
      durationMs: movedAt - started,
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
}
