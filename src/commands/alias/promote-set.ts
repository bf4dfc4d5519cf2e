import { DEFAULT_ALIAS } from '../../lib/config/config.ts';
import { type FoundService, findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import type { Warning } from '../../lib/io/outcome.ts';
import { type NothingToPromote, type PromotionPlan, planPromotion } from '../../lib/release/plan-promotion.ts';
import { type PromotionPorts, prepare, type Rehearsal } from '../../lib/release/promote.ts';
import { type MemberResult, promoteSet, type SetMember, type SetResult } from '../../lib/release/promote-set.ts';
import { releaseId } from '../../lib/release/release-id.ts';
import { releaseOrder } from '../../lib/release/release-order.ts';
import { warnFirst } from '../warn-first.ts';
import { author } from './author.ts';
import { moveTraffic, type TrafficSteps } from './move-traffic.ts';
import { preflightText } from './preflight-line.ts';
import { promotionWarnings } from './promotion-warnings.ts';
import { movedDraft, releaseDraft } from './release-draft.ts';
import { releaseProgress } from './release-progress.ts';
import { rememberFailure, rememberRelease } from './remember-release.ts';
import { type Member, setOutcome } from './set-outcome.ts';
import { openSmoke, type SmokeEvents } from './smoke-events.ts';
import { NOT_WATCHED, releaseSignals, type WatchedSignals } from './watched-signals.ts';

export interface SetOptions extends TrafficSteps {
  readonly services: readonly string[];
  /** By service: this version instead of the newest, and where its smoke events come from. */
  readonly to: ReadonlyMap<string, string>;
  readonly smoke: ReadonlyMap<string, string>;
  readonly noSmoke: boolean;
  readonly reason: string | undefined;
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** A service of the set as it was found; `plan` says whether there is anything to do. */
interface Planned extends Pick<FoundService<'function'>, 'name' | 'queue' | 'dlq'> {
  readonly plan: PromotionPlan | NothingToPromote;
  readonly events: readonly string[];
  readonly signals: WatchedSignals;
}

/** Releases several services: consumers before producers, each judged in its turn where that is asked for, all or none. */
export async function promoteServices(options: SetOptions, context: Context) {
  const smoke = new Map<string, SmokeEvents>();
  for (const [service, from] of options.smoke) smoke.set(service, await openSmoke(from, context));
  const planned = await plan(options, smoke, context);
  const toMove = planned.filter((each): each is Planned & { plan: PromotionPlan } => !('version' in each.plan));
  const unsmoked = toMove.filter(({ events }) => events.length === 0).map(({ name }) => name);
  const signals = toMove.flatMap(({ name, signals: { warnings } }) =>
    warnings.map(({ code, message }): Warning => ({ code, message: `${name}: ${message}` })),
  );
  const smokeWarnings: Warning[] =
    unsmoked.length === 0 || options.noSmoke
      ? []
      : [
          {
            code: 'NoSmokeTest',
            message: `no smoke test of ${unsmoked.join(', ')}: name events, e.g. --smoke ${unsmoked[0]}=FILE, or say --no-smoke.`,
          },
        ];
  const members = planned.map(
    ({ name, dlq, plan: each }): Member => ({
      service: name,
      plan: each,
      hasDeadLetters: dlq !== undefined,
      rehearsal: null,
    }),
  );
  const nothing: SetResult = { results: [], culprit: null };
  const asked = { members, percents: options.percents, releaseId: null, durationMs: 0, shown: false };
  if (options.dryRun || toMove.length === 0) {
    return setOutcome({ ...asked, ...nothing, warnings: [...signals, ...smokeWarnings] });
  }
  const warnings = [...warnFirst(signals, context), ...smokeWarnings];
  if (!context.settings.yes) {
    for (const { name, plan: each } of toMove) {
      for (const check of each.preflight) context.note(`${name}: ${preflightText(check)}`);
    }
    const words = toMove.map(({ name, plan: each }) => `${name} from ${each.from.version} to ${each.to.version}`);
    const way = options.percents.length === 0 ? '' : `, each in steps of ${[...options.percents, 100].join(', ')} %`;
    await context.confirm(`Move ${words.join(', ')}${way}, all or none?`);
  }
  return release(members, toMove, options, warnings, context);
}

async function plan(
  options: SetOptions,
  smoke: ReadonlyMap<string, SmokeEvents>,
  context: Context,
): Promise<readonly Planned[]> {
  const config = await context.config();
  const functions = await context.functions();
  const services = [...new Set(options.services)].map((name) => findService(config, name, 'function'));
  const flows = await Promise.all(
    services.map(async (service) => {
      const sources = await functions.listEventSources(service.function);
      return { ...service, queue: service.queue, reads: sources.map((each) => each.eventSourceArn.split(':').at(-1)!) };
    }),
  );
  return Promise.all(
    releaseOrder(flows).map(async ({ name, function: functionName, alias = DEFAULT_ALIAS, queue, dlq }) => {
      const wish = { functionName, alias, to: options.to.get(name), stepped: options.percents.length > 0 };
      const found = await planPromotion(functions, { ...wish, force: options.force });
      if ('version' in found) return { name, queue, dlq, plan: found, events: [], signals: NOT_WATCHED };
      const events = await smoke.get(name)?.(name, found.alias);
      const signals = await releaseSignals(found, wish.stepped, context);
      return { name, queue, dlq, plan: found, events: events ?? [], signals };
    }),
  );
}

async function release(
  members: readonly Member[],
  toMove: readonly (Planned & { plan: PromotionPlan })[],
  options: SetOptions,
  before: readonly Warning[],
  context: Context,
) {
  const { clock, signal } = context;
  const started = clock.now();
  const id = releaseId(started);
  const who = author(options.reason);
  const ports: PromotionPorts = { functions: await context.functions(), trail: context.trail, clock };
  const progress = await context.progress();
  const rehearsals = new Map<string, Rehearsal | null>();
  const moves = new Map(
    toMove.map((each) => [each.name, { ...each, tell: releaseProgress(progress, context, each.name) }]),
  );
  try {
    // Whatever can stop one of them stops all before the first has moved.
    for (const { name, plan: each, events, tell } of moves.values()) {
      rehearsals.set(name, await prepare(ports, each, events, tell, signal));
    }
    const move = ({ service, plan: each }: SetMember) => {
      const { events, tell, signals, ...named } = moves.get(service)!;
      return moveTraffic(ports, each, options, { ...named, ...signals }, events[0], { id, author: who }, tell, context);
    };
    const set = toMove.map(({ name: service, plan: each }) => ({ service, plan: each }));
    const result = await promoteSet(ports, set, move, who, id, signal);
    const durationMs = clock.now() - started;
    const warnings: Warning[] = [...before];
    for (const each of result.results) {
      const known = promotionWarnings(each.plan, rehearsals.get(each.service) ?? null, each.settled);
      warnings.push(...known.map(({ code, message }) => ({ code, message: `${each.service}: ${message}` })));
      const { at, ...told } = { at: started, ...who, id, durationMs };
      warnings.push(...(await remember(each, { at, ...told }, options, context)));
    }
    const rehearsed = members.map((each) => ({ ...each, rehearsal: rehearsals.get(each.service) ?? null }));
    return setOutcome({
      members: rehearsed,
      percents: options.percents,
      releaseId: id,
      durationMs,
      shown: !context.settings.yes,
      ...result,
      warnings,
    });
  } finally {
    progress.stop();
  }
}

async function remember(
  { service, plan, state, alias, steps, settled, error }: MemberResult,
  release: { id: string; at: number; durationMs: number; by: string; reason: string | null },
  { percents }: SetOptions,
  context: Context,
): Promise<readonly Warning[]> {
  if (state === 'untouched') return [];
  const draft = {
    ...releaseDraft(release, service, plan, percents.length > 0),
    revisionAfter: alias?.revisionId ?? null,
  };
  if (alias === null) {
    await rememberFailure(context, draft, error);
    return [];
  }
  const isUndone = state === 'put-back' || state === 'left';
  return rememberRelease(context, {
    ...draft,
    ...movedDraft(steps, settled),
    durationMs: release.durationMs,
    ...(isUndone ? { outcome: 'failed' as const, error: 'SetFailed' } : {}),
  });
}
