import { rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Queue, Queues } from '../../lib/aws/ports/queues.ts';
import { findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import type { ArchiveSelection } from '../../lib/dlq/archive/archive-selection.ts';
import { type Look, lookAtMessages } from '../../lib/dlq/archive/look-at-messages.ts';
import { type PurgeResult, purge } from '../../lib/dlq/archive/purge.ts';
import { openPurgeFile } from '../../lib/dlq/archive/purge-file.ts';
import { queueDepth } from '../../lib/dlq/queue-depth.ts';
import { newRunId } from '../../lib/dlq/replay/run-id.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { formatCount, formatDuration, plural, text } from '../../lib/io/format.ts';
import type { Next, Outcome, Warning } from '../../lib/io/outcome.ts';
import { confirmName } from '../../lib/io/prompt.ts';
import { shellWord } from '../../lib/io/shell-word.ts';
import { defineCommand, dryRunFlag } from '../command.ts';
import { usageError } from '../parse.ts';
import {
  countFields,
  exportsFolder,
  groupTable,
  lookWarnings,
  parseSelection,
  type SelectionFlags,
  selectionFlags,
  selectionOf,
  serviceArgument,
} from './archive-options.ts';

interface PurgeOptions extends SelectionFlags {
  readonly to: string | undefined;
  readonly confirm: string | undefined;
  readonly dryRun: boolean;
}

export const dlqPurge = defineCommand<PurgeOptions>({
  arguments: [serviceArgument],
  flags: [
    ...selectionFlags,
    { flags: '--to <file>', description: 'the file for the export; default: a new one in the state folder' },
    { flags: '--confirm <name>', description: 'name of the dead-letter queue, instead of typing it when asked' },
    { flags: '--force', description: 'purge even a queue that could lose messages to one of its own' },
    dryRunFlag,
  ],
  examples: [
    'cvops dlq purge processor --dry-run',
    "cvops dlq purge --filter 'body.type == `test`' --to tests.ndjson",
    'cvops dlq purge processor --confirm cv-analytics-dlq.fifo --yes',
  ],
  parse: ([service], flags) => {
    const to = flags['to'] as string | undefined;
    if (to === '-' || to === '') {
      throw usageError('a purge keeps its export in a file.', 'name one with --to, or leave --to out.');
    }
    return {
      ...parseSelection(service, flags),
      to,
      confirm: flags['confirm'] as string | undefined,
      dryRun: flags['dryRun'] === true,
    };
  },
  run,
});

async function run(options: PurgeOptions, context: Context): Promise<Outcome> {
  const selection = await selectionOf(options);
  const service = findService(await context.config(), options.service, 'dlq');
  const queues = await context.queues();
  const dlq = await queues.describe(service.dlq);
  const path =
    options.to === undefined
      ? join(exportsFolder(context), `${dlq.name}-${newRunId(context.clock.now())}.ndjson`)
      : resolve(context.cwd, options.to);
  if (options.dryRun) return dryRun(options, selection, service.name, queues, dlq, path, context);
  await confirmName(question(options, dlq), dlq.name, options.confirm, context.streams, context.settings);
  const file = await openPurgeFile(path, options.to === undefined);
  const progress = await context.progress();
  progress.milestone(`Exporting to ${path} and deleting from ${dlq.name}`);
  let result: PurgeResult;
  try {
    result = await purge({
      ...selection,
      queues,
      clock: context.clock,
      signal: context.signal,
      dlq,
      file,
      force: options.force,
      onProgress: ({ exported, deleted }) =>
        progress.update(`exported ${formatCount(exported)} · deleted ${formatCount(deleted)}`),
      onWaiting: (until) =>
        progress.milestone(
          `waiting up to ${formatDuration((until - context.clock.now()) / 1000)}: the queue counts messages that do not show up`,
        ),
    });
  } finally {
    // All that was deleted is on disk already; nothing else is worth an error here.
    await file.close().catch(() => {});
    progress.stop();
  }
  // Nothing is deleted before it is on disk: an export that holds nothing for sure holds nothing of worth.
  const kept = result.exported > 0;
  if (!kept) await rm(path, { force: true });
  if (result.stopped !== null && result.stopped.code !== 'Interrupted' && result.deleted === 0) {
    throw withExport(result.stopped, kept ? path : null);
  }
  return outcome(service.name, dlq, result, kept ? path : null, context);
}

function question(options: PurgeOptions, dlq: Queue): string {
  const all = options.filter === undefined && options.group === undefined && options.max === undefined;
  const what = all ? `about ${plural(queueDepth(dlq), 'message')}` : 'the messages that match';
  return `This exports ${what} of ${dlq.name} and deletes them.`;
}

function withExport(stopped: CvopsError, path: string | null): CvopsError {
  const hints = [
    stopped.hint,
    path === null ? undefined : `${path} holds what was exported; none is known to be deleted.`,
  ];
  const hint = hints.filter((each) => each !== undefined).join(' ');
  return new CvopsError(stopped.code, stopped.exitCode, stopped.message, hint === '' ? {} : { hint });
}

async function dryRun(
  options: PurgeOptions,
  selection: ArchiveSelection,
  service: string,
  queues: Queues,
  dlq: Queue,
  path: string,
  context: Context,
): Promise<Outcome> {
  const progress = await context.progress();
  progress.update(`looking at ${dlq.name}`);
  let look: Look;
  try {
    look = await lookAtMessages(
      { ...selection, queues, clock: context.clock, signal: context.signal, dlq, limit: null, force: options.force },
      () => {},
    );
  } finally {
    progress.stop();
  }
  const { matched, scanned, hidden, complete, groups } = look;
  return {
    kind: 'dlq.purge',
    data: {
      service,
      queue: dlq.name,
      dryRun: true,
      matched,
      exported: 0,
      deleted: 0,
      undeleted: 0,
      skipped: scanned - matched,
      remaining: scanned + hidden,
      complete,
      hidden,
      exportPath: path,
      groups,
    },
    warnings: lookWarnings(look),
    next: matched === 0 ? [] : [{ command: `cvops dlq purge ${service}`, why: 'do it' }],
    view: () => [
      {
        kind: 'line',
        text: `Would export ${plural(matched, 'message')} of ${dlq.name} to ${path} and delete them. Nothing was deleted.`,
      },
      ...groupTable(groups),
      { kind: 'fields', fields: countFields({ matched, 'left out': scanned - matched, 'not seen': hidden }) },
    ],
  };
}

function outcome(service: string, dlq: Queue, result: PurgeResult, path: string | null, context: Context): Outcome {
  const { stopped, ...counts } = result;
  const exitCode = exitCodeOf(result);
  const good = exitCode === ExitCode.done;
  const none = result.matched === 0 && stopped === null;
  return {
    kind: 'dlq.purge',
    data: {
      service,
      queue: dlq.name,
      dryRun: false,
      ...counts,
      exportPath: path,
      stopped: stopped === null ? null : { code: stopped.code, message: stopped.message },
    },
    warnings: warnings(result),
    next: next(service, result, path),
    exitCode,
    view: () => [
      {
        kind: 'line',
        text: none
          ? `No messages of ${dlq.name} to delete.`
          : `${good ? '✓ ' : ''}Deleted ${formatCount(result.deleted)} of ${plural(result.matched, 'message')} of ${dlq.name}.`,
        ...(none ? {} : { tone: good ? 'good' : 'warn' }),
      },
      {
        kind: 'fields',
        fields: [
          ['deleted', { raw: result.deleted, text: formatCount(result.deleted) }],
          ['export', text(path === null ? null : relativeTo(context.cwd, path))],
          ...countFields({ undeleted: result.undeleted, 'left out': result.skipped, remaining: result.remaining }),
        ],
      },
    ],
  };
}

/** Short where that is shorter. */
function relativeTo(cwd: string, path: string): string {
  return dirname(path) === cwd ? path.slice(cwd.length + 1) : path;
}

function exitCodeOf({ stopped, undeleted, complete, deleted, skipped, remaining, reachedMax }: PurgeResult): ExitCode {
  if (stopped !== null) return stopped.code === 'Interrupted' ? stopped.exitCode : ExitCode.partial;
  if (undeleted > 0) return deleted > 0 ? ExitCode.partial : ExitCode.failed;
  return !complete && !reachedMax && remaining > skipped ? ExitCode.partial : ExitCode.done;
}

function warnings(result: PurgeResult): Warning[] {
  const found: Warning[] = [];
  const warn = (code: string, message: string) => found.push({ code, message });
  if (result.stopped !== null) warn(result.stopped.code, `stopped: ${result.stopped.message}`);
  if (result.undeleted > 0) {
    warn('Undeleted', `${plural(result.undeleted, 'message')} exported but not deleted: in the file and in the queue.`);
  }
  const unseen = result.remaining - result.undeleted - result.skipped;
  if (!result.complete && !result.reachedMax && result.stopped === null && unseen > 0) {
    warn(
      'Incomplete',
      `about ${plural(unseen, 'message')} could not be seen: others hold them, or messages that were left out lock their group.`,
    );
  }
  if (result.notGivenBack > 0) {
    warn(
      'NotGivenBack',
      `${plural(result.notGivenBack, 'message')} could not be given back at once, sqs:ChangeMessageVisibility failed; visible again within a minute.`,
    );
  }
  return found;
}

function next(service: string, result: PurgeResult, path: string | null): readonly Next[] {
  const steps: Next[] = [];
  if (exitCodeOf(result) !== ExitCode.done) steps.push({ command: `cvops dlq purge ${service}`, why: 'go on' });
  if (path !== null)
    steps.push({ command: `cvops dlq import ${service} --from ${shellWord(path)}`, why: 'put them back' });
  return steps;
}
