import { findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { text } from '../../lib/io/format.ts';
import type { Cell, Outcome, Warning } from '../../lib/io/outcome.ts';
import { type NothingToPromote, type PromotionPlan, planPromotion } from '../../lib/release/plan-promotion.ts';
import { type PromotionPorts, prepare } from '../../lib/release/promote.ts';
import { type MemberResult, type MemberState, promoteSet, type SetMember } from '../../lib/release/promote-set.ts';
import { releaseId } from '../../lib/release/release-id.ts';
import { releaseOrder } from '../../lib/release/release-order.ts';
import { settle } from '../../lib/release/settle.ts';
import { author } from './author.ts';
import { preflightText } from './preflight-line.ts';
import { rememberFailure, rememberRelease } from './remember-release.ts';

export interface SetOptions {
  readonly services: readonly string[];
  readonly reason: string | undefined;
  readonly force: boolean;
  readonly dryRun: boolean;
}

interface Planned {
  readonly service: string;
  readonly plan: PromotionPlan | NothingToPromote;
}

/** Releases the newest versions of several services: consumers before producers, all or none. */
export async function promoteServices(options: SetOptions, context: Context): Promise<Outcome> {
  const planned = await plan(options, context);
  const members = planned.filter((each): each is SetMember => !('version' in each.plan));
  if (options.dryRun || members.length === 0) {
    const order = members.map(({ service }) => service).join(', ');
    const headline =
      members.length === 0
        ? 'All of them serve their newest versions already; nothing was done.'
        : `Would move ${order}, in this order, all or none. Nothing was done.`;
    return outcome(planned, [], null, 0, headline, []);
  }
  if (!context.settings.yes) {
    for (const { service, plan } of members) {
      for (const check of plan.preflight) context.note(`${service}: ${preflightText(check)}`);
    }
    const words = members.map(({ service, plan }) => `${service} from ${plan.from.version} to ${plan.to.version}`);
    await context.confirm(`Move ${words.join(', ')}, all or none?`);
  }
  return release(planned, members, options, context);
}

async function plan(options: SetOptions, context: Context): Promise<readonly Planned[]> {
  const config = await context.config();
  const functions = await context.functions();
  const names = [...new Set(options.services)];
  const flows = [];
  for (const name of names) {
    const service = findService(config, name, 'function');
    const sources = await functions.listEventSources(service.function);
    flows.push({
      ...service,
      queue: service.queue,
      reads: sources.map((each) => each.eventSourceArn.split(':').at(-1)!),
    });
  }
  const planned: Planned[] = [];
  for (const service of releaseOrder(flows)) {
    const wish = {
      functionName: service.function,
      alias: service.alias ?? 'live',
      to: undefined,
      stepped: false,
      force: options.force,
    };
    planned.push({ service: service.name, plan: await planPromotion(functions, wish) });
  }
  return planned;
}

async function release(
  planned: readonly Planned[],
  members: readonly SetMember[],
  options: SetOptions,
  context: Context,
): Promise<Outcome> {
  const { clock, signal } = context;
  const started = clock.now();
  const id = releaseId(started);
  const who = author(options.reason);
  const ports: PromotionPorts = { functions: await context.functions(), trail: context.trail, clock };
  // Whatever can stop one of them stops all before the first has moved.
  for (const { plan } of members) await prepare(ports, plan, [], () => {}, signal);
  const results = await promoteSet(ports, members, who, id, signal);
  const durationMs = clock.now() - started;
  const warnings: Warning[] = [];
  for (const result of results) {
    const settled =
      result.state === 'promoted' ? await settle(ports, result.alias!, undefined, signal) : { settled: true };
    if (!settled.settled)
      warnings.push({ code: 'NotSettled', message: `${result.service}: the move was not seen yet.` });
    warnings.push(...(await remember(result, { id, at: started, durationMs, ...who }, context)));
  }
  const failed = results.find(({ state }) => state === 'failed');
  if (failed === undefined) {
    const words = results.map(({ service, plan }) => `${service} ${plan.to.version}`).join(', ');
    return outcome(planned, results, id, durationMs, `✓ Promoted: ${words}.`, warnings);
  }
  const left = results.filter(({ state }) => state === 'left');
  warnings.push(
    { code: failed.error!.code, message: failed.error!.message },
    ...left.map(({ service, error }) => ({
      code: 'NotPutBack',
      message: `${service} was not put back: ${error!.message}`,
    })),
  );
  const headline =
    left.length === 0
      ? `${failed.service} could not be moved; all serve what they served before.`
      : `${failed.service} could not be moved, and ${left.map(({ service }) => service).join(', ')} not put back.`;
  const exitCode = left.length === 0 ? failed.error!.exitCode : ExitCode.partial;
  return { ...outcome(planned, results, id, durationMs, headline, warnings), exitCode };
}

async function remember(
  { service, plan, state, alias, error }: MemberResult,
  release: { id: string; at: number; durationMs: number; by: string; reason: string | null },
  context: Context,
): Promise<readonly Warning[]> {
  if (state === 'untouched') return [];
  const draft = {
    ...release,
    kind: 'promote',
    service,
    function: plan.alias.functionName,
    alias: plan.alias.name,
    aliasArn: plan.alias.arn,
    from: plan.from.version,
    to: plan.to.version,
    codeSha256: plan.to.codeSha256,
    revisionBefore: plan.alias.revisionId,
    revisionAfter: alias?.revisionId ?? null,
  } as const;
  if (state === 'failed') {
    await rememberFailure(context, draft, error);
    return [];
  }
  const isPromoted = state === 'promoted';
  return rememberRelease(context, {
    ...draft,
    outcome: isPromoted ? 'succeeded' : 'failed',
    error: isPromoted ? null : 'SetFailed',
  });
}

const TONES: Readonly<Record<MemberState | 'planned' | 'nothing', Cell['tone']>> = {
  promoted: 'good',
  'put-back': 'warn',
  left: 'bad',
  failed: 'bad',
  untouched: 'dim',
  planned: 'dim',
  nothing: 'dim',
};

function outcome(
  planned: readonly Planned[],
  results: readonly MemberResult[],
  id: string | null,
  durationMs: number,
  headline: string,
  warnings: readonly Warning[],
): Outcome {
  const services = planned.map(({ service, plan }) => {
    const common = { service, function: plan.alias.functionName, alias: plan.alias.name };
    if ('version' in plan) return { ...common, from: plan.version, to: plan.version, state: 'nothing' as const };
    const state = results.find((result) => result.service === service)?.state ?? ('planned' as const);
    return { ...common, from: plan.from.version, to: plan.to.version, state };
  });
  const done = results.length > 0 && results.every(({ state }) => state === 'promoted');
  return {
    kind: 'alias.promote',
    data: { releaseId: id, strategy: 'all-or-none', services, steps: [], verdict: null, durationMs },
    warnings,
    next: done
      ? results.map(({ service, plan }) => ({
          command: `cvops alias rollback ${service}`,
          why: `go back to version ${plan.from.version}`,
        }))
      : [],
    view: () => [
      { kind: 'line', text: headline, ...(done ? { tone: 'good' as const } : {}) },
      {
        kind: 'table',
        table: {
          columns: ['SERVICE', 'FROM', 'TO', 'STATE'].map((label) => ({ label })),
          rows: services.map(({ service, from, to, state }) => [
            text(service, 'strong'),
            text(from),
            text(to),
            text(state, TONES[state]),
          ]),
        },
      },
    ],
  };
}

/** What is for one service alone. @throws CvopsError `UsageError`. */
export function refuseWithSet(given: readonly (readonly [flag: string, value: unknown])[]): void {
  const [flag] = given.find(([, value]) => value !== undefined) ?? [];
  if (flag === undefined) return;
  throw new CvopsError('UsageError', ExitCode.usage, `${flag} is for one service alone.`, {
    hint: 'promote them one by one, or leave it out.',
  });
}
