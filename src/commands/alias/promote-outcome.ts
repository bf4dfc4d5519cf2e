import { ExitCode } from '../../lib/errors/exit-code.ts';
import { formatDuration } from '../../lib/io/format.ts';
import type { Block, Next, Outcome, Warning } from '../../lib/io/outcome.ts';
import type { StepsResult } from '../../lib/release/canary/release-in-steps.ts';
import type { NothingToPromote, PromotionPlan } from '../../lib/release/plan-promotion.ts';
import type { Rehearsal } from '../../lib/release/promote.ts';
import type { Settled } from '../../lib/release/settle.ts';
import { preflightLine } from './preflight-line.ts';
import { promotionWarnings } from './promotion-warnings.ts';
import { stepData, stepsTable } from './steps-view.ts';

type Strategy = 'all-at-once' | 'canary';

/** A promotion as far as it went. */
export interface Promotion {
  readonly service: string;
  readonly hasDeadLetters: boolean;
  readonly plan: PromotionPlan;
  readonly strategy: Strategy;
  readonly percents: readonly number[];
  readonly warnings: readonly Warning[];
  /** Null in a dry run. */
  readonly releaseId: string | null;
  readonly steps: StepsResult | null;
  readonly rehearsal: Rehearsal | null;
  readonly settled: Settled | null;
  /** The preflight was shown before the question. */
  readonly shown: boolean;
  readonly durationMs: number;
}

/** The target serves already: no release. */
export function nothingOutcome(service: string, { alias, version }: NothingToPromote, strategy: Strategy): Outcome {
  return {
    kind: 'alias.promote',
    data: {
      releaseId: null,
      service,
      function: alias.functionName,
      alias: alias.name,
      from: version,
      to: version,
      strategy,
      outcome: 'nothing',
      steps: [],
      verdict: null,
      smoke: null,
      settled: null,
      preflight: [],
      durationMs: 0,
    },
    view: () => [{ kind: 'line', text: `${service} serves version ${version} already; nothing was done.` }],
  };
}

export function promotionOutcome(promotion: Promotion): Outcome {
  const { service, plan, strategy, releaseId, steps, rehearsal, settled, durationMs } = promotion;
  const outcome = outcomeOf(promotion);
  const warnings = [...promotion.warnings, ...promotionWarnings(plan, rehearsal, settled)];
  return {
    kind: 'alias.promote',
    data: {
      releaseId,
      service,
      function: plan.alias.functionName,
      alias: plan.alias.name,
      from: plan.from.version,
      to: plan.to.version,
      basis: plan.basis,
      strategy,
      outcome,
      steps: (steps?.steps ?? []).map(stepData),
      verdict: steps?.interrupted ? null : (steps?.verdict ?? null),
      smoke: rehearsal,
      settled,
      preflight: plan.preflight,
      durationMs,
    },
    warnings,
    next: nextOf(promotion, outcome),
    ...exitOf(promotion),
    view: () => [
      headline(promotion, outcome),
      {
        kind: 'fields',
        fields: [
          ['alias', { raw: `${plan.alias.functionName}:${plan.alias.name}` }],
          ['from', { raw: plan.from.version }],
          [
            'to',
            { raw: `${plan.to.version} (${plan.basis === 'newest' ? 'the newest published' : 'named with --to'})` },
          ],
          ...(releaseId === null
            ? []
            : ([['release', { raw: `${releaseId}, ${formatDuration(durationMs / 1000)}` }]] as const)),
          ...(settled === null ? [] : ([['settled', { raw: settledWords(settled) }]] as const)),
        ],
      },
      ...stepsTable([{ steps: steps?.steps ?? [] }]),
      ...(promotion.shown ? [] : plan.preflight.map(preflightLine)),
    ],
  };
}

type Ending = 'planned' | 'promoted' | 'rolled-back' | 'ended';

function outcomeOf({ releaseId, steps }: Promotion): Ending {
  if (releaseId === null) return 'planned';
  if (steps === null || steps.verdict === 'PASS') return 'promoted';
  return steps.verdict === 'FAIL' ? 'rolled-back' : 'ended';
}

function exitOf({ steps, settled }: Promotion): { exitCode?: ExitCode } {
  if (steps !== null && steps.interrupted !== null) return { exitCode: steps.interrupted.exitCode };
  if (steps?.verdict === 'FAIL') return { exitCode: ExitCode.gate };
  if (steps?.verdict === 'INCONCLUSIVE' || settled?.settled === false) return { exitCode: ExitCode.pending };
  return {};
}

function headline({ service, plan, percents, steps }: Promotion, outcome: Ending): Block {
  const [from, to] = [plan.from.version, plan.to.version];
  const line = (text: string, tone?: 'good' | 'bad' | 'warn'): Block => ({
    kind: 'line',
    text,
    ...(tone === undefined ? {} : { tone }),
  });
  switch (outcome) {
    case 'planned': {
      const way = percents.length === 0 ? 'all at once' : `in steps of ${[...percents, 100].join(', ')} %`;
      return line(`Would move ${service} from version ${from} to version ${to}, ${way}. Nothing was done.`);
    }
    case 'promoted':
      return line(`✓ ${service} serves version ${to}.`, 'good');
    case 'rolled-back':
      return line(`${service} is back on version ${from}: version ${to} failed the canary.`, 'bad');
    default:
      return line(
        steps?.interrupted
          ? `Interrupted; ${service} is back on version ${from}.`
          : `${service} is back on version ${from}: no verdict on version ${to} in time.`,
        'warn',
      );
  }
}

function nextOf({ service, plan, percents, hasDeadLetters, steps }: Promotion, outcome: Ending): readonly Next[] {
  const { from, to } = plan;
  switch (outcome) {
    case 'promoted':
      return [{ command: `cvops alias rollback ${service}`, why: `go back to version ${from.version}` }];
    case 'rolled-back':
      return hasDeadLetters ? [{ command: `cvops dlq inspect ${service}`, why: 'what the canary left behind' }] : [];
    case 'ended': {
      const again = `cvops alias promote ${service} --to ${to.version} --steps ${[...percents, 100].join(',')}`;
      return [
        steps?.interrupted
          ? { command: again, why: 'begin again' }
          : { command: `${again} --max-bake 4h`, why: 'wait longer for a verdict' },
      ];
    }
    default:
      return [];
  }
}

function settledWords({ basis, answers, settled, durationMs }: Settled): string {
  if (!settled) return 'not seen yet';
  const how = basis === 'alias' ? 'GetAlias' : 'ExecutedVersion';
  return `${answers} answers in a row by ${how}, ${formatDuration(durationMs / 1000)}`;
}
