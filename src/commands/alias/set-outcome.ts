import { ExitCode } from '../../lib/errors/exit-code.ts';
import { text } from '../../lib/io/format.ts';
import type { Block, Cell, Next, Outcome, Warning } from '../../lib/io/outcome.ts';
import type { NothingToPromote, PromotionPlan } from '../../lib/release/plan-promotion.ts';
import type { Rehearsal } from '../../lib/release/promote.ts';
import type { MemberResult, MemberState, SetResult } from '../../lib/release/promote-set.ts';
import { preflightLine } from './preflight-line.ts';
import { stepData, stepsTable } from './steps-view.ts';

/** A service of a set, whether it had anything to do or not. */
export interface Member {
  readonly service: string;
  readonly plan: PromotionPlan | NothingToPromote;
  readonly hasDeadLetters: boolean;
  /** Null without a smoke test. */
  readonly rehearsal: Rehearsal | null;
}

/** A release set as far as it went. */
export interface ReleasedSet extends SetResult {
  /** All services of the set, in the order in which they move. */
  readonly members: readonly Member[];
  readonly percents: readonly number[];
  /** Null in a dry run, and when there was nothing to do. */
  readonly releaseId: string | null;
  readonly durationMs: number;
  /** The preflight was shown before the question. */
  readonly shown: boolean;
  readonly warnings: readonly Warning[];
}

const TONES: Readonly<Record<MemberState | 'planned' | 'nothing', Cell['tone']>> = {
  promoted: 'good',
  'put-back': 'warn',
  'rolled-back': 'bad',
  ended: 'warn',
  left: 'bad',
  failed: 'bad',
  untouched: 'dim',
  planned: 'dim',
  nothing: 'dim',
};

export function setOutcome(set: ReleasedSet): Outcome {
  const { results, culprit, releaseId, durationMs } = set;
  const services = set.members.map((member) => serviceData(member, results));
  const steps = results.map(({ service, steps: each }) => ({ service, steps: each?.steps ?? [] }));
  return {
    kind: 'alias.promote',
    data: {
      releaseId,
      strategy: 'all-or-none',
      services,
      steps: steps.flatMap(({ service, steps: each }) => each.map((step) => ({ service, ...stepData(step) }))),
      verdict: verdictOf(set),
      durationMs,
    },
    warnings: [...set.warnings, ...failures(set)],
    next: nextOf(set),
    ...(culprit === null ? {} : { exitCode: exitOf(set, culprit) }),
    view: () => [
      headline(set),
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
      ...stepsTable(steps),
      ...(set.shown ? [] : set.members.flatMap(preflightOf)),
    ],
  };
}

function serviceData({ service, plan, rehearsal }: Member, results: readonly MemberResult[]) {
  const common = { service, function: plan.alias.functionName, alias: plan.alias.name };
  if ('version' in plan) {
    const rest = { smoke: null, settled: null, preflight: [] };
    return { ...common, from: plan.version, to: plan.version, state: 'nothing' as const, ...rest };
  }
  const result = results.find((each) => each.service === service);
  return {
    ...common,
    from: plan.from.version,
    to: plan.to.version,
    basis: plan.basis,
    state: result?.state ?? ('planned' as const),
    smoke: rehearsal,
    settled: result?.settled ?? null,
    preflight: plan.preflight,
  };
}

function preflightOf({ service, plan }: Member): readonly Block[] {
  if ('version' in plan) return [];
  return plan.preflight.map((check) => preflightLine({ ...check, detail: `${service}: ${check.detail}` }));
}

/** The verdict on the set: that of the one that ended it, else PASS when they were judged. */
function verdictOf({ results, culprit }: ReleasedSet): string | null {
  if (culprit !== null) return culprit.steps?.interrupted ? null : (culprit.steps?.verdict ?? null);
  return results.some(({ steps }) => steps !== null) ? 'PASS' : null;
}

function exitOf({ results }: ReleasedSet, culprit: MemberResult): ExitCode {
  if (results.some(({ state }) => state === 'left')) return ExitCode.partial;
  if (culprit.state === 'rolled-back') return ExitCode.gate;
  if (culprit.state === 'ended') return culprit.steps?.interrupted?.exitCode ?? ExitCode.pending;
  return culprit.error?.exitCode ?? ExitCode.failed;
}

function failures({ results, culprit }: ReleasedSet): readonly Warning[] {
  if (culprit === null) return [];
  const own = culprit.error === null ? [] : [{ code: culprit.error.code, message: culprit.error.message }];
  const left = results.filter((each) => each.state === 'left' && each !== culprit);
  const words = left.map(({ service, error }) => `${service} was not put back: ${error!.message}`);
  return [...own, ...words.map((message) => ({ code: 'NotPutBack', message }))];
}

function headline({ members, results, culprit, releaseId, percents }: ReleasedSet): Block {
  const line = (words: string, tone?: 'good' | 'bad' | 'warn'): Block => ({
    kind: 'line',
    text: words,
    ...(tone === undefined ? {} : { tone }),
  });
  if (releaseId === null) {
    const order = members.filter(({ plan }) => !('version' in plan)).map(({ service }) => service);
    if (order.length === 0) return line('All of them serve these versions already; nothing was done.');
    const way = percents.length === 0 ? '' : `, each in steps of ${[...percents, 100].join(', ')} %`;
    return line(`Would move ${order.join(', ')}, in this order${way}, all or none. Nothing was done.`);
  }
  if (culprit === null) {
    return line(
      `✓ Promoted: ${results.map(({ service, plan }) => `${service} ${plan.to.version}`).join(', ')}.`,
      'good',
    );
  }
  const left = results.filter(({ state }) => state === 'left').map(({ service }) => service);
  const others = left.length === 0 ? 'all serve what they served before' : `${left.join(', ')} could not be put back`;
  return line(`${culpritWords(culprit)}; ${others}.`, culprit.state === 'ended' && left.length === 0 ? 'warn' : 'bad');
}

function culpritWords({ service, plan, state, steps }: MemberResult): string {
  if (state === 'rolled-back') return `Version ${plan.to.version} of ${service} failed the canary`;
  if (state !== 'ended') return `${service} could not be moved`;
  return steps?.interrupted ? 'Interrupted' : `No verdict on version ${plan.to.version} of ${service} in time`;
}

function nextOf({ members, results, culprit, releaseId }: ReleasedSet): readonly Next[] {
  if (releaseId === null) return [];
  const left = results.filter(({ state }) => state === 'left');
  // A split that was left is ended by recover; an alias that was moved since is its mover's.
  if (culprit?.state === 'left') return [{ command: `cvops alias recover ${culprit.service}`, why: 'end its split' }];
  if (left.length > 0)
    return left.map(({ service }) => ({ command: `cvops alias show ${service}`, why: 'what it serves' }));
  if (culprit !== null) {
    const { hasDeadLetters = false } = members.find(({ service }) => service === culprit.service) ?? {};
    const look = { command: `cvops dlq inspect ${culprit.service}`, why: 'what the canary left behind' };
    return culprit.state === 'rolled-back' && hasDeadLetters ? [look] : [];
  }
  // The way back is the way there turned round: producers before consumers.
  return results
    .map(({ service, plan }) => ({
      command: `cvops alias rollback ${service}`,
      why: `go back to version ${plan.from.version}`,
    }))
    .reverse();
}
