import type { ServiceConfig } from '../../lib/config/config.ts';
import type { Context } from '../../lib/context.ts';
import { releaseInSteps } from '../../lib/release/canary/release-in-steps.ts';
import type { PromotionPlan } from '../../lib/release/plan-promotion.ts';
import { type Author, moveAtOnce, type PromotionPorts } from '../../lib/release/promote.ts';
import type { MemberMove } from '../../lib/release/promote-set.ts';
import type { Tell } from '../../lib/release/release-event.ts';
import { settle } from '../../lib/release/settle.ts';
import { releaseLogs, type WatchedSignals } from './watched-signals.ts';

/** How traffic is to move. */
export interface TrafficSteps {
  /** Percent, rising, below 100; empty for all at once. */
  readonly percents: readonly number[];
  readonly bakeMs: number;
  readonly maxBakeMs: number;
}

/** What the judge of a stepped release looks at, beside the counts of the alias. */
export interface Watched
  extends Pick<ServiceConfig, 'queue' | 'dlq'>,
    Pick<WatchedSignals, 'reportsBatchItemFailures'> {}

export interface TrafficMove extends MemberMove {
  /** When the last call that moves traffic was done, ms since the epoch. */
  readonly movedAt: number;
}

/**
 * Moves one alias's traffic to its new version, at once or in judged steps, and then looks whether it has settled.
 * @param event of the smoke test, to ask the alias with which version answers; undefined for none.
 */
export async function moveTraffic(
  ports: PromotionPorts,
  plan: PromotionPlan,
  how: TrafficSteps,
  watched: Watched,
  event: string | undefined,
  release: { readonly id: string; readonly author: Author },
  tell: Tell,
  context: Context,
): Promise<TrafficMove> {
  const { id, author } = release;
  const { steps, alias } = how.percents.length === 0 ? await atOnce() : await inSteps();
  const movedAt = ports.clock.now();
  const isPromoted = steps === null || steps.verdict === 'PASS';
  const probe = event === undefined ? undefined : { event, timeoutSeconds: plan.to.timeoutSeconds };
  const settled = isPromoted ? await settle(ports, alias, probe, context.signal) : null;
  return { alias, steps, settled, movedAt };

  async function atOnce() {
    const moved = await moveAtOnce(ports, plan, author, id);
    tell({ type: 'moved', version: plan.to.version });
    return { steps: null, alias: moved };
  }

  async function inSteps() {
    const timeoutMs = 1_000 * Math.max(plan.from.timeoutSeconds, plan.to.timeoutSeconds);
    const result = await releaseInSteps(
      { ...ports, metrics: await context.metrics(), queues: context.queues, logs: () => releaseLogs(plan, context) },
      plan,
      {
        percents: how.percents,
        bake: { bakeMs: how.bakeMs, maxBakeMs: how.maxBakeMs, timeoutMs },
        service: {
          functionName: plan.alias.functionName,
          alias: plan.alias.name,
          stable: plan.from.version,
          canary: plan.to.version,
          queue: watched.queue,
          dlq: watched.dlq,
          reportsBatchItemFailures: watched.reportsBatchItemFailures,
        },
        author,
        id,
      },
      tell,
      context.signal,
    );
    return { steps: result, alias: result.alias };
  }
}
