import { DEFAULT_ALIAS } from '../../lib/config/config.ts';
import { type FoundService, findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { formatDuration } from '../../lib/io/format.ts';
import type { Outcome, Warning } from '../../lib/io/outcome.ts';
import { parseAliasRecord } from '../../lib/release/alias-record.ts';
import type { PreflightCheck } from '../../lib/release/preflight.ts';
import { releaseId } from '../../lib/release/release-id.ts';
import {
  applyRollback,
  planRollback,
  preflightRollback,
  type RollbackPlan,
  type RollbackPorts,
} from '../../lib/release/rollback.ts';
import { defineCommand, dryRunFlag } from '../command.ts';
import { author } from './author.ts';
import { parseVersion } from './parse-version.ts';
import { preflightLine, preflightText } from './preflight-line.ts';
import { rememberFailure, rememberRelease } from './remember-release.ts';

interface RollbackOptions {
  readonly service: string | undefined;
  readonly to: string | undefined;
  readonly reason: string | undefined;
  readonly dryRun: boolean;
}

export const aliasRollback = defineCommand<RollbackOptions>({
  arguments: [{ name: '[service]', description: 'service name; may be left out when only one has a function' }],
  flags: [
    { flags: '--to <version>', description: 'this version instead of the one served before' },
    { flags: '--reason <text>', description: 'kept with the release' },
    dryRunFlag,
  ],
  examples: ['cvops alias rollback processor', 'cvops alias rollback processor --to 5 --yes'],
  parse: ([service], flags) => ({
    service,
    to: parseVersion(flags['to']),
    reason: flags['reason'] as string | undefined,
    dryRun: flags['dryRun'] === true,
  }),
  run: rollback,
});

async function rollback(options: RollbackOptions, context: Context): Promise<Outcome> {
  const service = findService(await context.config(), options.service, 'function');
  const ports: RollbackPorts = { functions: await context.functions(), trail: context.trail, clock: context.clock };
  const started = context.clock.now();
  const plan = await planRollback(ports, {
    functionName: service.function,
    alias: service.alias ?? DEFAULT_ALIAS,
    to: options.to,
  });
  const nothing: Release = { releaseId: null, preflight: [], durationMs: 0 };
  if (plan.done) {
    return outcome(service, plan, nothing, `${service.name} serves version ${plan.to} already; nothing was done.`);
  }
  if (options.dryRun) {
    const preflight = await preflightRollback(ports.functions, plan);
    const headline = `Would move ${words(service.name, plan)}. Nothing was done.`;
    return outcome(service, plan, { ...nothing, preflight }, headline);
  }
  const move: Move = { ports, plan, reason: options.reason, service: service.name, context };
  const release = context.settings.yes ? await moveAtOnce(move, started) : await moveAfterAsking(move);
  return outcome(service, plan, release, `✓ ${service.name} serves version ${plan.to} again.`);
}

/** What a rollback did. */
interface Release {
  readonly releaseId: string | null;
  readonly preflight: readonly PreflightCheck[];
  /** From the first call, or from the answer to the question, until the alias had moved. */
  readonly durationMs: number;
  /** The preflight was shown before the question. */
  readonly shown?: boolean;
  /** Of the ledger. */
  readonly warnings?: readonly Warning[];
}

interface Move {
  readonly ports: RollbackPorts;
  readonly plan: RollbackPlan;
  readonly reason: string | undefined;
  readonly service: string;
  readonly context: Context;
}

/** Nobody to ask: the way back is two calls, GetAlias and UpdateAlias; what the target is made of is read beside. */
async function moveAtOnce(move: Move, started: number): Promise<Release> {
  const [applied, preflight] = await Promise.all([
    moveAndRemember(move, started),
    preflightRollback(move.ports.functions, move.plan).catch(unreadable),
  ]);
  return { ...applied, preflight };
}

async function moveAfterAsking(move: Move): Promise<Release> {
  const { ports, plan, service, context } = move;
  const preflight = await preflightRollback(ports.functions, plan);
  for (const check of preflight) context.note(preflightText(check));
  const refusal = preflight.find((check) => check.status === 'NG');
  if (refusal !== undefined) {
    throw new CvopsError('VersionFailed', ExitCode.gate, `${refusal.detail.replace(/\.$/, '')}.`, {
      hint: 'nothing was done; name another version with --to.',
    });
  }
  await context.confirm(`Move ${words(service, plan)}?`);
  return { ...(await moveAndRemember(move, ports.clock.now())), preflight, shown: true };
}

/** The ledger is told when the alias has moved, and fails nothing. A conflict that was caught is remembered, too. */
async function moveAndRemember(
  { ports, plan, reason, service, context }: Move,
  from: number,
): Promise<Pick<Release, 'releaseId' | 'durationMs' | 'warnings'>> {
  const who = author(reason);
  const before = parseAliasRecord(plan.alias.description);
  const left = plan.basis === 'canary' ? before?.canary : plan.from;
  const undone = before !== undefined && [before.version, before.canary].includes(left);
  const draft = {
    at: from,
    service,
    kind: plan.basis === 'canary' ? 'abort' : 'rollback',
    function: plan.alias.functionName,
    alias: plan.alias.name,
    aliasArn: plan.alias.arn,
    from: plan.from,
    to: plan.to,
    ...who,
    undoes: undone ? before.releaseId : null,
    revisionBefore: plan.alias.revisionId,
  } as const;
  try {
    const { releaseId: id, alias } = await applyRollback(ports, plan, who);
    const durationMs = ports.clock.now() - from;
    const done = { id, durationMs, outcome: 'succeeded', revisionAfter: alias.revisionId } as const;
    return { releaseId: id, durationMs, warnings: await rememberRelease(context, { ...draft, ...done }) };
  } catch (cause) {
    await rememberFailure(context, { ...draft, id: releaseId(from), revisionAfter: null }, cause);
    throw cause;
  }
}

/** The rollback stands even when the versions cannot be compared. */
function unreadable(cause: unknown): readonly PreflightCheck[] {
  if (!(cause instanceof CvopsError)) throw cause;
  return [{ id: 'versions', status: 'NOTE', detail: cause.message }];
}

function words(service: string, plan: RollbackPlan): string {
  const split = Object.entries(plan.weights).map(([version, weight]) => `${version} at ${weight * 100} %`);
  const now = split.length === 0 ? `version ${plan.from}` : `version ${plan.from} (with ${split.join(', ')})`;
  return `${service} (${plan.alias.functionName}:${plan.alias.name}) from ${now} to version ${plan.to}`;
}

const BASIS: Readonly<Record<RollbackPlan['basis'], string>> = {
  named: 'named with --to',
  canary: 'served all traffic before the split',
  record: 'served before, says the alias',
  cloudtrail: 'served before, says CloudTrail',
};

function outcome(
  { name: service, dlq }: FoundService<'function'>,
  plan: RollbackPlan,
  release: Release,
  headline: string,
): Outcome {
  const { releaseId, preflight, durationMs } = release;
  const warnings: readonly Warning[] = [
    ...preflight.filter((check) => check.status === 'NG').map((check) => ({ code: check.id, message: check.detail })),
    ...(release.warnings ?? []),
  ];
  return {
    kind: 'alias.rollback',
    data: {
      releaseId,
      service,
      function: plan.alias.functionName,
      alias: plan.alias.name,
      from: plan.from,
      to: plan.to,
      endedSplit: plan.weights,
      basis: plan.basis,
      preflight,
      durationMs,
    },
    warnings,
    next:
      releaseId === null || dlq === undefined
        ? []
        : [{ command: `cvops dlq replay ${service}`, why: `send again what version ${left(plan)} failed` }],
    view: () => [
      { kind: 'line', text: headline, ...(releaseId === null ? {} : { tone: 'good' as const }) },
      { kind: 'fields', fields: fields(plan, release) },
      ...(release.shown === true ? [] : preflight.map(preflightLine)),
    ],
  };
}

/** The version that traffic was taken from: the canary of a split, else the one that was in charge. */
function left({ basis, weights, from }: RollbackPlan): string {
  return basis === 'canary' ? (Object.keys(weights)[0] ?? from) : from;
}

function fields(plan: RollbackPlan, { releaseId, durationMs }: Release): (readonly [string, { raw: string }])[] {
  return [
    ['alias', { raw: `${plan.alias.functionName}:${plan.alias.name}` }],
    ['from', { raw: plan.from }],
    ['to', { raw: `${plan.to} (${BASIS[plan.basis]})` }],
    ...(releaseId === null
      ? []
      : ([['release', { raw: `${releaseId}, ${formatDuration(durationMs / 1000)}` }]] as const)),
  ];
}
