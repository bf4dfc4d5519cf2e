import { join, resolve } from 'node:path';
import { findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { type ArchiveSource, openArchiveSource } from '../../lib/dlq/archive/archive-source.ts';
import { type CheckedArchive, checkArchive } from '../../lib/dlq/archive/check-archive.ts';
import { type ImportState, readImportState } from '../../lib/dlq/archive/import-ledger.ts';
import { alreadyImported, type ImportResult, importMessages } from '../../lib/dlq/archive/import-messages.ts';
import { formatCount, plural } from '../../lib/io/format.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import type { Progress } from '../../lib/io/progress.ts';
import { defineCommand, dryRunFlag } from '../command.ts';
import { parseCount, parseRate, usageError } from '../parse.ts';
import { exportsFolder, serviceArgument } from './archive-options.ts';
import { type ImportOptions, type ImportPlan, importOutcome, plannedImport, whatOf } from './import-outcome.ts';

/** Failures told one by one; more are only counted. */
const FAILURES_TOLD = 5;

export const dlqImport = defineCommand<ImportOptions>({
  arguments: [serviceArgument],
  flags: [
    { flags: '--from <file>', description: 'the file to read, or - for standard input' },
    { flags: '--to <queue>', description: 'send to this queue instead of the dead-letter queue of the service' },
    { flags: '--rate <n/s>', description: 'messages a second, e.g. 50/s' },
    { flags: '--again', description: 'send all of a file once more that was imported before' },
    { flags: '--resend-uncertain', description: 'FIFO: send again what a crashed import may have sent long ago' },
    { flags: '--concurrency <n>', description: 'calls at the same time (8)' },
    dryRunFlag,
  ],
  examples: [
    'cvops dlq import processor --from dead.ndjson --dry-run',
    'cvops dlq import --from dead.ndjson --to other-queue.fifo --rate 50/s',
    'grep visit dead.ndjson | cvops dlq import --from - --yes',
  ],
  parse: ([service], flags) => {
    const from = flags['from'] as string | undefined;
    if (from === undefined || from === '') {
      throw usageError('from where? --from FILE is missing.', '--from - reads what is piped in.');
    }
    return {
      service,
      from,
      to: flags['to'] as string | undefined,
      rate: parseRate(flags['rate']),
      again: flags['again'] === true,
      resendUncertain: flags['resendUncertain'] === true,
      concurrency: parseCount(flags['concurrency'], '--concurrency', 1, 256),
      dryRun: flags['dryRun'] === true,
    };
  },
  run,
});

async function run(options: ImportOptions, context: Context): Promise<Outcome> {
  const { stdin } = context.streams;
  if (options.from === '-' && stdin.isTTY) {
    throw usageError('--from - reads what is piped in, and nothing is.', 'name a file with --from.');
  }
  const source = await openArchiveSource(
    options.from === '-' ? '-' : resolve(context.cwd, options.from),
    () => stdin.read?.() ?? nothing(),
    exportsFolder(context),
  );
  try {
    return await importFrom(source, options, context);
  } finally {
    await source.close();
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}

async function importFrom(source: ArchiveSource, options: ImportOptions, context: Context): Promise<Outcome> {
  const queues = await context.queues();
  const target = await queues.describe(await targetName(options, context));
  const folder = join(context.folders.state, 'imports');
  const progress = await context.progress();
  progress.update(`checking ${source.name}`);
  let archive: CheckedArchive;
  let before: ImportState | null;
  try {
    archive = await checkArchive(source, target);
    before = options.again ? null : await readImportState(folder, archive.sha256, target);
  } finally {
    progress.stop();
  }
  context.signal.throwIfAborted();
  const { messages } = archive;
  const sentBefore = before?.sent.size ?? 0;
  if (messages > 0 && sentBefore >= messages) throw alreadyImported(source.name, target, before!.lastAt);
  const plan: ImportPlan = { options, source, target, archive, sentBefore };
  if (options.dryRun || messages === 0) return plannedImport(plan);
  await context.confirm(`Send ${whatOf(plan)} from ${source.name} to ${target.name}?`);
  const result = await send(plan, folder, context);
  if (result.stopped !== null && result.stopped.code !== 'Interrupted' && result.sent === sentBefore) {
    throw result.stopped;
  }
  return importOutcome(plan, result);
}

async function targetName(options: ImportOptions, context: Context): Promise<string> {
  const config = await context.config();
  if (options.to === undefined) return findService(config, options.service, 'dlq').dlq;
  // A service that is named must be there, though its queue is not used.
  if (options.service !== undefined) findService(config, options.service, 'dlq');
  return options.to;
}

async function send(plan: ImportPlan, folder: string, context: Context): Promise<ImportResult> {
  const { options, source, target, archive, sentBefore } = plan;
  const progress: Progress = await context.progress();
  if (sentBefore > 0) {
    progress.milestone(
      `Going on: ${formatCount(sentBefore)} of ${plural(archive.messages, 'message')} were sent before`,
    );
  }
  let failures = 0;
  try {
    return await importMessages({
      queues: await context.queues(),
      clock: context.clock,
      signal: context.signal,
      source,
      archive,
      target,
      folder,
      rate: options.rate ?? null,
      again: options.again,
      resendUncertain: options.resendUncertain,
      ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
      onProgress: ({ sent, failed }) =>
        progress.update(
          `sent ${formatCount(sentBefore + sent)} of ${formatCount(archive.messages)}${failed === 0 ? '' : ` · failed ${formatCount(failed)}`}`,
        ),
      onFailure: (line, code, message) => {
        if (++failures <= FAILURES_TOLD) progress.milestone(`line ${line}: ${code}: ${message}`);
        if (failures === FAILURES_TOLD + 1) progress.milestone('further failures are only counted');
      },
    });
  } finally {
    progress.stop();
  }
}
