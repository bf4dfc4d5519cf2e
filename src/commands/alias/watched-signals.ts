import type { FunctionLogs, LogPages } from '../../lib/aws/ports/function-logs.ts';
import type { Alias } from '../../lib/aws/ports/functions.ts';
import type { Context } from '../../lib/context.ts';
import type { Warning } from '../../lib/io/outcome.ts';
import { ConfiguredLogs } from '../../lib/logs/configured-logs.ts';
import { canarySignals } from '../../lib/release/canary/canary-signals.ts';
import type { PromotionPlan } from '../../lib/release/plan-promotion.ts';

/** What a stepped release can be judged by, beyond CloudWatch's counts. */
export interface WatchedSignals {
  readonly reportsBatchItemFailures: boolean;
  readonly warnings: readonly Warning[];
}

/** A move at once is not judged: nothing is asked for it. */
export const NOT_WATCHED: WatchedSignals = { reportsBatchItemFailures: false, warnings: [] };

/** Looked at before the first step. */
export async function watchedSignals(
  { functionName, name: alias }: Pick<Alias, 'functionName' | 'name'>,
  logs: () => Promise<LogPages>,
  context: Context,
): Promise<WatchedSignals> {
  const ports = { functions: await context.functions(), logs };
  const { missing, ...signals } = await canarySignals(ports, { functionName, alias }, context.clock.now());
  return { ...signals, warnings: missing.map((message) => ({ code: 'SignalMissing', message })) };
}

/** The same of a planned release, by its own log. */
export async function releaseSignals(plan: PromotionPlan, stepped: boolean, context: Context): Promise<WatchedSignals> {
  return stepped ? watchedSignals(plan.alias, () => releaseLogs(plan, context), context) : NOT_WATCHED;
}

/** The log of the two versions of a release; each may log to a group of its own. */
export async function releaseLogs({ from, to }: PromotionPlan, context: Context): Promise<FunctionLogs & LogPages> {
  const groups = [...new Set([from.logGroup, to.logGroup])];
  return new ConfiguredLogs(await context.functionLogs(), async () => groups);
}
