import type { Functions } from '../../aws/ports/functions.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { findConsumers } from './consumer.ts';
import { LONGEST_DYING_MS, liveTrafficCheck } from './live-traffic.ts';
import type { Look, PlannedMessage } from './look.ts';
import type { PlanOptions, PlanPorts } from './plan-replay.ts';
import { consumerChecks } from './preflight.ts';
import { type ReplayCheck, unread } from './replay-check.ts';
import { versionCheck } from './version-check.ts';

/** As many are looked up in the log; each is a search. */
const LOOKED_UP = 5;
const GROUPS_LOOKED_UP = 3;

/**
 * What only Lambda and its log can answer: who reads the target, whether it is the version that failed these messages, and
 * whether live traffic went past them.
 * @param seen all messages or a few of them; null for none
 */
export async function lambdaChecks(
  ports: PlanPorts,
  functions: Functions,
  options: PlanOptions,
  seen: Look | null,
  signal: AbortSignal,
): Promise<readonly ReplayCheck[]> {
  const { target } = options;
  const found = await findConsumers(target, functions);
  const planned = seen?.planned ?? [];
  const now = ports.clock.now();
  const checks = [...(await consumerChecks(target, found, functions))];
  if (planned.length === 0) return checks;
  if (found instanceof CvopsError) {
    const ids = target.fifo ? ['version', 'live-traffic'] : ['version'];
    return [...checks, ...ids.map((id) => unread(id, found.message))];
  }
  const consumers = found.enabled;
  const sample = spread(planned, LOOKED_UP);
  checks.push(
    await versionCheck({
      consumers,
      functions,
      logs: ports.logs,
      messageIds: sample.map(({ id }) => id),
      fromMs: Math.min(now, ...sample.map(firstPossibleFailure)) - 60_000,
      toMs: now + 60_000,
      service: options.service,
      edited: options.edit !== null,
      force: options.force,
      signal,
    }),
  );
  const traffic = await liveTrafficCheck({
    target,
    consumers,
    logs: ports.logs,
    groups: spread(deathsByGroup(planned), GROUPS_LOOKED_UP),
    isDead: seen!.isDead,
    nowMs: now,
    signal,
  });
  return traffic === null ? checks : [...checks, traffic];
}

/** A message cannot have failed before it was sent; a FIFO move sets SentTimestamp again, after the failures. */
function firstPossibleFailure({ sentAt, receivedAt }: PlannedMessage): number {
  return Math.min(sentAt ?? Number.POSITIVE_INFINITY, receivedAt ?? Number.POSITIVE_INFINITY) - LONGEST_DYING_MS;
}

/** When the first dead letter of each group came: on FIFO the move sets SentTimestamp. */
function deathsByGroup(planned: readonly PlannedMessage[]): readonly { groupId: string; deadSince: number }[] {
  const deaths = new Map<string, number>();
  for (const { groupId, sentAt } of planned) {
    if (groupId === null || sentAt === null) continue;
    deaths.set(groupId, Math.min(deaths.get(groupId) ?? sentAt, sentAt));
  }
  return [...deaths].map(([groupId, deadSince]) => ({ groupId, deadSince }));
}

/** At most `count` of them, from the first to the last. */
function spread<T>(all: readonly T[], count: number): readonly T[] {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, index) => all[Math.floor((index * (all.length - 1)) / (count - 1))]!);
}
