import type { Functions } from '../../lib/aws/ports/functions.ts';
import { DEFAULT_ALIAS } from '../../lib/config/config.ts';
import { findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { commitOf } from '../../lib/deploy/version-note.ts';
import { formatDuration } from '../../lib/io/format.ts';
import type { Outcome, Warning } from '../../lib/io/outcome.ts';
import { type FoundSplit, findSplit, type RecoverPorts, recover } from '../../lib/release/recover.ts';
import { releaseId as makeReleaseId } from '../../lib/release/release-id.ts';
import { percentWords } from '../../lib/release/words.ts';
import { settled } from '../../lib/usage/settled.ts';
import { defineCommand, dryRunFlag } from '../command.ts';
import { author } from './author.ts';
import { rememberFailure, rememberRelease } from './remember-release.ts';

interface RecoverOptions {
  readonly service: string | undefined;
  readonly finish: boolean;
  readonly reason: string | undefined;
  readonly dryRun: boolean;
}

/** A stepped release of cvops writes the alias at each step; one as young as this may still be watched by somebody. */
const MAY_BE_WATCHED_MS = 30 * 60_000;

export const aliasRecover = defineCommand<RecoverOptions>({
  arguments: [{ name: '[service]', description: 'service name; may be left out when only one has a function' }],
  flags: [
    { flags: '--finish', description: 'give all traffic to the new version instead of back to the old one' },
    { flags: '--reason <text>', description: 'kept with the release' },
    dryRunFlag,
  ],
  examples: ['cvops alias recover processor', 'cvops alias recover processor --finish --yes'],
  parse: ([service], flags) => ({
    service,
    finish: flags['finish'] === true,
    reason: flags['reason'] as string | undefined,
    dryRun: flags['dryRun'] === true,
  }),
  run,
});

async function run(options: RecoverOptions, context: Context): Promise<Outcome> {
  const service = findService(await context.config(), options.service, 'function');
  const ports: RecoverPorts = { functions: await context.functions(), trail: context.trail, clock: context.clock };
  const started = context.clock.now();
  const { alias, split } = await findSplit(ports, service.function, service.alias ?? DEFAULT_ALIAS);
  const common = { service: service.name, function: alias.functionName, alias: alias.name };
  if (split === null) {
    return {
      kind: 'alias.recover',
      data: { ...common, action: 'none', split: null, version: alias.version, releaseId: null, durationMs: 0 },
      view: () => [
        {
          kind: 'line',
          text: `${service.name} serves version ${alias.version} alone; there is nothing to recover.`,
        },
      ],
    };
  }
  const version = options.finish ? split.version : alias.version;
  const warnings = warningsOf(split, context.clock.now());
  const data = {
    ...common,
    split: {
      version: split.version,
      weight: split.weight,
      stable: alias.version,
      since: split.since === null ? null : new Date(split.since).toISOString(),
      by: split.by,
      releaseId: split.record?.releaseId ?? null,
    },
    version,
  };
  const found = foundWords(service.name, split, context.clock.now());
  if (options.dryRun) {
    return {
      kind: 'alias.recover',
      data: { ...data, action: 'planned', releaseId: null, durationMs: 0 },
      warnings,
      view: () => [
        { kind: 'line', text: `Would give all traffic to version ${version}. Nothing was done.` },
        { kind: 'line', text: found, tone: 'dim' },
      ],
    };
  }
  let from = started;
  if (!context.settings.yes) {
    context.note(found);
    for (const { message } of warnings) context.note(message);
    await context.confirm(`Give all traffic of ${service.name} to version ${version}?`);
    from = context.clock.now();
  }
  const { releaseId, durationMs, told } = await end(ports, split, options, service.name, from, context);
  return {
    kind: 'alias.recover',
    data: {
      ...data,
      action: options.finish ? 'finished' : 'aborted',
      releaseId,
      durationMs,
    },
    warnings: [...(context.settings.yes ? warnings : []), ...told],
    next: options.finish
      ? [{ command: `cvops alias rollback ${service.name}`, why: `go back to version ${alias.version}` }]
      : [{ command: `cvops alias promote ${service.name} --to ${split.version} --canary 10`, why: 'begin again' }],
    view: () => [
      { kind: 'line', text: `✓ ${service.name} serves version ${version} alone.`, tone: 'good' },
      { kind: 'line', text: found, tone: 'dim' },
    ],
  };
}

/** The ledger is told when it is over; a conflict that was caught is remembered, too. */
async function end(
  ports: RecoverPorts,
  split: FoundSplit,
  options: RecoverOptions,
  service: string,
  from: number,
  context: Context,
) {
  const { alias, record } = split;
  const who = author(options.reason);
  const code = options.finish ? await codeOf(ports.functions, split) : NOT_KNOWN;
  const draft = {
    at: from,
    kind: 'recover',
    service,
    function: alias.functionName,
    alias: alias.name,
    aliasArn: alias.arn,
    from: alias.version,
    to: options.finish ? split.version : alias.version,
    ...who,
    undoes: options.finish ? null : (record?.releaseId ?? null),
    revisionBefore: alias.revisionId,
    codeSha256: code.codeSha256,
    git: code.git,
  } as const;
  const id = makeReleaseId(from);
  try {
    const ended = await recover(ports, split, options.finish ? 'finish' : 'abort', who, id);
    const durationMs = context.clock.now() - from;
    const done = { id, durationMs, outcome: 'succeeded', revisionAfter: ended.revisionId } as const;
    const told = await rememberRelease(context, { ...draft, ...done });
    return { releaseId: id, durationMs, told: [...code.warnings, ...told] };
  } catch (cause) {
    await rememberFailure(context, { ...draft, id, revisionAfter: null }, cause);
    throw cause;
  }
}

const NOT_KNOWN = { codeSha256: null, git: null, warnings: [] };

/** What the version that a finished release leaves in charge was made of, for the ledger; a warning where that may not be asked. */
async function codeOf(functions: Functions, { alias, version }: FoundSplit) {
  const { value, gap } = await settled(() => functions.getVersion(alias.functionName, version));
  if (value !== undefined) {
    return { codeSha256: value.codeSha256, git: commitOf(value.description), warnings: [] };
  }
  const message = `the release is remembered without its commit: ${gap.message}`;
  return { ...NOT_KNOWN, warnings: [{ code: 'CommitUnknown', message }] };
}

function foundWords(service: string, split: FoundSplit, nowMs: number): string {
  const since =
    split.since === null
      ? 'since when, nobody can say'
      : `since ${new Date(split.since).toISOString()} (${formatDuration(Math.max(0, nowMs - split.since) / 1000)} ago)`;
  const by = split.by === null ? '' : ` by ${split.by}`;
  const release = split.record === null ? '' : `, release ${split.record.releaseId}`;
  return `${service} was split: version ${split.alias.version} with ${split.version} at ${percentWords(split.weight)}, ${since}${by}${release}`;
}

function warningsOf({ record, trailUnread }: FoundSplit, nowMs: number): readonly Warning[] {
  if (trailUnread) {
    const message = 'who made the split, and when, is not known: CloudTrail cannot be read (cloudtrail:LookupEvents).';
    return [{ code: 'SplitUnknown', message }];
  }
  if (record === null || nowMs - record.at >= MAY_BE_WATCHED_MS) return [];
  return [
    {
      code: 'MayBeUnderWay',
      message: `the last step is only ${formatDuration(Math.max(0, nowMs - record.at) / 1000)} old: ${record.by || 'somebody'} may be at it; that release stops when it sees this.`,
    },
  ];
}
