import type { CodeVersion } from '../../lib/aws/ports/function-code.ts';
import { findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import {
  type PrunePlan,
  type PrunePorts,
  type PruneResult,
  planPrune,
  pruneVersions,
} from '../../lib/deploy/prune-versions.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { isInterruption } from '../../lib/errors/is-interruption.ts';
import { formatCount, plural, text } from '../../lib/io/format.ts';
import type { Block, Outcome, Warning } from '../../lib/io/outcome.ts';
import { confirmName } from '../../lib/io/prompt.ts';
import { defineCommand, dryRunFlag } from '../command.ts';
import { parseCount, usageError } from '../parse.ts';
import { warnFirst } from '../warn-first.ts';

interface PruneOptions {
  readonly service: string | undefined;
  readonly keep: number;
  readonly confirm: string | undefined;
  readonly force: boolean;
  readonly dryRun: boolean;
}

export const aliasPrune = defineCommand<PruneOptions>({
  arguments: [{ name: '[service]', description: 'service name; may be left out when only one has a function' }],
  flags: [
    { flags: '--keep <n>', description: 'so many of the newest versions stay, beside those that are needed' },
    { flags: '--confirm <name>', description: 'name of the function, instead of typing it when asked' },
    { flags: '--force', description: 'let versions go too that were rolled back from' },
    dryRunFlag,
  ],
  examples: [
    'cvops alias prune processor --keep 5 --dry-run',
    'cvops alias prune processor --keep 5 --confirm cv-analytics-processor --yes',
  ],
  parse: ([service], flags) => {
    const keep = parseCount(flags['keep'], '--keep', 1);
    if (keep === undefined) throw usageError('--keep is missing: how many versions shall stay?', 'e.g. --keep 5.');
    return {
      service,
      keep,
      confirm: flags['confirm'] as string | undefined,
      force: flags['force'] === true,
      dryRun: flags['dryRun'] === true,
    };
  },
  run: prune,
});

async function prune(options: PruneOptions, context: Context): Promise<Outcome> {
  const service = findService(await context.config(), options.service, 'function');
  const [functions, code, ledger] = await Promise.all([
    context.functions(),
    context.functionCode(),
    context.releaseLedger(),
  ]);
  const ports: PrunePorts = { functions, code, ledger, clock: context.clock };
  const wish = { functionName: service.function, keep: options.keep, force: options.force };
  const plan = await planPrune(ports, wish);
  const nothing: PruneResult = { deleted: [], inUse: [], left: [], stopped: null };
  if (options.dryRun || plan.doomed.length === 0) {
    return outcome(service.name, options, plan, nothing, unreadWarnings(plan));
  }
  const unread = warnFirst(unreadWarnings(plan), context);
  await confirmName(
    `This deletes ${versionWords(plan.doomed)} of ${service.function} for good.`,
    service.function,
    options.confirm,
    context.streams,
    context.settings,
  );
  // While somebody typed the name an alias may have moved: only what is doomed still goes.
  const now = await planPrune(ports, wish);
  const before = new Set(plan.doomed.map(({ version }) => version));
  const agreed = { ...now, doomed: now.doomed.filter(({ version }) => before.has(version)) };
  const progress = await context.progress();
  try {
    const result = await pruneVersions(ports, agreed, context.signal, (deleted) =>
      progress.update(`deleted ${formatCount(deleted)} of ${plural(agreed.doomed.length, 'version')}`),
    );
    if (result.stopped !== null && result.deleted.length === 0) throw result.stopped;
    return outcome(service.name, options, agreed, result, unread);
  } finally {
    progress.stop();
  }
}

function versionWords(versions: readonly CodeVersion[]): string {
  const numbers = versions.map(({ version }) => version);
  const listed = numbers.length > 8 ? `${numbers.slice(0, 4).join(', ')} … ${numbers.at(-1)}` : numbers.join(', ');
  return `${plural(numbers.length, 'version')} (${listed})`;
}

function outcome(
  service: string,
  options: PruneOptions,
  plan: PrunePlan,
  result: PruneResult,
  unread: readonly Warning[],
): Outcome {
  const { deleted, inUse, left, stopped } = result;
  const freed = (options.dryRun ? plan.doomed : deleted).reduce((sum, { codeSize }) => sum + codeSize, 0);
  const facts = ({ version, codeSha256, codeSize, lastModified }: CodeVersion) => ({
    version,
    codeSha256,
    codeSize,
    lastModified,
  });
  return {
    kind: 'alias.prune',
    data: {
      service,
      function: plan.functionName,
      keep: options.keep,
      dryRun: options.dryRun,
      planned: plan.doomed.map(facts),
      deleted: deleted.map(facts),
      kept: plan.kept,
      inUse,
      left,
      freedBytes: freed,
    },
    warnings: [...unread, ...warnings(result)],
    next:
      options.dryRun && plan.doomed.length > 0
        ? [{ command: `cvops alias prune ${service} --keep ${options.keep}`, why: 'do it' }]
        : left.length > 0
          ? [{ command: `cvops alias prune ${service} --keep ${options.keep}`, why: 'go on' }]
          : [],
    ...(stopped === null ? {} : { exitCode: isInterruption(stopped) ? stopped.exitCode : ExitCode.partial }),
    view: () => [headline(options, plan, result, freed), ...keptTable(plan)],
  };
}

/** Versions are deleted for good: who is asked should know what nobody looked at. */
function unreadWarnings({ ledgerUnread }: PrunePlan): readonly Warning[] {
  if (ledgerUnread === null) return [];
  const message = `the ledger cannot be read: ${ledgerUnread} What it alone knows of, to go back to or as evidence, is not kept for that.`;
  return [{ code: 'LedgerUnreadable', message }];
}

function warnings({ inUse, stopped, left }: PruneResult): readonly Warning[] {
  return [
    ...inUse.map((version) => ({
      code: 'VersionInUse',
      message: `version ${version} stays: an alias points to it by now.`,
    })),
    ...(stopped === null
      ? []
      : [{ code: stopped.code, message: `stopped: ${stopped.message} Left: ${left.join(', ')}.` }]),
  ];
}

function headline(options: PruneOptions, plan: PrunePlan, { deleted, stopped }: PruneResult, freed: number): Block {
  const size = `${(freed / 1024 / 1024).toFixed(1)} MB`;
  if (plan.doomed.length === 0) return { kind: 'line', text: `No version of ${plan.functionName} to delete.` };
  if (options.dryRun) {
    const what = versionWords(plan.doomed);
    return { kind: 'line', text: `Would delete ${what} of ${plan.functionName}, ${size}. Nothing was deleted.` };
  }
  const good = stopped === null;
  const what = deleted.length === 0 ? 'no version' : versionWords(deleted);
  return {
    kind: 'line',
    text: `${good ? '✓ ' : ''}Deleted ${what} of ${plan.functionName}, ${size}.`,
    tone: good ? 'good' : 'warn',
  };
}

function keptTable({ kept }: PrunePlan): readonly Block[] {
  if (kept.length === 0) return [];
  return [
    {
      kind: 'table',
      table: {
        columns: [{ label: 'KEPT' }, { label: 'WHY' }],
        rows: kept.map(({ version, why }) => [text(version), text(why[0] ?? '')]),
      },
    },
  ];
}
