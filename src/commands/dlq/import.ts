import { join, resolve } from 'node:path';
import type { Queue } from '../../lib/aws/ports/queues.ts';
import { findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { type ArchiveSource, openArchiveSource } from '../../lib/dlq/archive/archive-source.ts';
import { type CheckedArchive, checkArchive } from '../../lib/dlq/archive/check-archive.ts';
import { type ImportState, readImportState } from '../../lib/dlq/archive/import-ledger.ts';
import { alreadyImported, type ImportResult, importMessages } from '../../lib/dlq/archive/import-messages.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { formatCount, plural, text } from '../../lib/io/format.ts';
import type { Next, Outcome, Warning } from '../../lib/io/outcome.ts';
import type { Progress } from '../../lib/io/progress.ts';
import { defineCommand, dryRunFlag } from '../command.ts';
import { parseCount, parseRate, usageError } from '../parse.ts';
import { countFields, exportsFolder, serviceArgument } from './archive-options.ts';

interface ImportOptions {
  readonly service: string | undefined;
  readonly from: string;
  readonly to: string | undefined;
  readonly rate: number | undefined;
  readonly again: boolean;
  readonly resendUncertain: boolean;
  readonly concurrency: number | undefined;
  readonly dryRun: boolean;
}

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
  const plan: Plan = { options, source, target, archive, sentBefore };
  if (options.dryRun || messages === 0) return planned(plan);
  await context.confirm(`Send ${whatOf(plan)} from ${source.name} to ${target.name}?`);
  const result = await send(plan, folder, context);
  if (result.stopped !== null && result.stopped.code !== 'Interrupted' && result.sent === sentBefore) {
    throw result.stopped;
  }
  return outcome(plan, result);
}

interface Plan {
  readonly options: ImportOptions;
  readonly source: ArchiveSource;
  readonly target: Queue;
  readonly archive: CheckedArchive;
  readonly sentBefore: number;
}

async function targetName(options: ImportOptions, context: Context): Promise<string> {
  const config = await context.config();
  if (options.to === undefined) return findService(config, options.service, 'dlq').dlq;
  // A service that is named must be there, though its queue is not used.
  if (options.service !== undefined) findService(config, options.service, 'dlq');
  return options.to;
}

async function send(plan: Plan, folder: string, context: Context): Promise<ImportResult> {
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

/** `12 messages in 3 groups`. */
function whatOf({ archive, sentBefore }: Plan): string {
  const { messages, groups } = archive;
  const rest =
    sentBefore === 0
      ? plural(messages, 'message')
      : `the other ${formatCount(messages - sentBefore)} of ${plural(messages, 'message')}`;
  return groups === null || groups === 0 ? rest : `${rest} in ${plural(groups, 'group')}`;
}

function planned(plan: Plan): Outcome {
  const { archive, options, source, target, sentBefore } = plan;
  const none = archive.messages === 0;
  return {
    kind: 'dlq.import',
    data: {
      ...common(plan),
      dryRun: options.dryRun,
      count: 0,
      sentBefore,
      failed: 0,
      suppressed: 0,
      uncertain: 0,
      blocked: 0,
      possibleTwins: 0,
      remaining: archive.messages - sentBefore,
      ledger: null,
      stopped: null,
    },
    warnings: originWarnings(plan),
    next: none || options.from === '-' ? [] : [{ command: `cvops dlq import${args(options)}`, why: 'do it' }],
    view: () => [
      {
        kind: 'line',
        text: none
          ? `No messages in ${source.name}.`
          : `Would send ${whatOf(plan)} from ${source.name} to ${target.name}. Nothing was sent.`,
      },
      {
        kind: 'fields',
        fields: countFields({ messages: archive.messages, duplicates: archive.duplicates, bytes: archive.bytes }),
      },
    ],
  };
}

function common({ options, source, target, archive }: Plan) {
  return {
    service: options.service ?? null,
    queue: target.name,
    path: options.from === '-' ? '-' : source.name,
    messages: archive.messages,
    duplicates: archive.duplicates,
    groups: archive.groups,
    bytes: archive.bytes,
    origins: archive.origins,
  };
}

function args({ service, from, to, rate }: ImportOptions): string {
  const words = [
    ...(service === undefined ? [] : [service]),
    `--from ${from}`,
    ...(to === undefined ? [] : [`--to ${to}`]),
    ...(rate === undefined ? [] : [`--rate ${rate}/s`]),
  ];
  return ` ${words.join(' ')}`;
}

function outcome(plan: Plan, result: ImportResult): Outcome {
  const { archive, source, target, options } = plan;
  const exitCode = exitCodeOf(plan, result);
  const good = exitCode === ExitCode.done;
  const { stopped, sent, ...counts } = result;
  return {
    kind: 'dlq.import',
    data: {
      ...common(plan),
      dryRun: false,
      count: sent,
      ...counts,
      stopped: stopped === null ? null : { code: stopped.code, message: stopped.message },
    },
    warnings: [...originWarnings(plan), ...resultWarnings(result)],
    next: next(options, good, target),
    exitCode,
    view: () => [
      {
        kind: 'line',
        text: `${good ? '✓ ' : ''}Sent ${formatCount(sent)} of ${plural(archive.messages, 'message')} to ${target.name}.`,
        tone: good ? 'good' : 'warn',
      },
      {
        kind: 'fields',
        fields: [
          ['from', text(source.name)],
          ['to', text(target.name)],
          ['sent', { raw: sent, text: formatCount(sent) }],
          ...countFields({
            'sent before': result.sentBefore,
            duplicates: archive.duplicates,
            failed: result.failed,
            suppressed: result.suppressed,
            uncertain: result.uncertain,
            blocked: result.blocked,
            remaining: result.remaining,
          }),
        ],
      },
    ],
  };
}

function exitCodeOf({ sentBefore }: Plan, { stopped, remaining, sent }: ImportResult): ExitCode {
  if (stopped !== null) return stopped.code === 'Interrupted' ? stopped.exitCode : ExitCode.partial;
  if (remaining === 0) return ExitCode.done;
  return sent > sentBefore ? ExitCode.partial : ExitCode.failed;
}

function originWarnings({ archive, target }: Plan): Warning[] {
  const others = archive.origins.filter((origin) => origin !== target.name);
  if (others.length === 0) return [];
  return [{ code: 'OtherQueue', message: `the messages come from ${others.join(', ')}, not from ${target.name}.` }];
}

function resultWarnings(result: ImportResult): Warning[] {
  const found: Warning[] = [];
  const warn = (code: string, message: string) => found.push({ code, message });
  if (result.stopped !== null) warn(result.stopped.code, `stopped: ${result.stopped.message}`);
  if (result.blocked > 0) {
    warn('Blocked', `${plural(result.blocked, 'message')} left behind a failed one of their group.`);
  }
  if (result.suppressed > 0) {
    warn(
      'Suppressed',
      `${plural(result.suppressed, 'message')} swallowed by the queue as duplicates of what was sent minutes ago.`,
    );
  }
  if (result.uncertain > 0) {
    warn(
      'Uncertain',
      `${plural(result.uncertain, 'message')} may have been sent before; look at the queue, then --resend-uncertain.`,
    );
  }
  if (result.possibleTwins > 0) {
    warn('PossibleTwins', `${plural(result.possibleTwins, 'message')} may have arrived twice: an answer was lost.`);
  }
  return found;
}

function next(options: ImportOptions, good: boolean, target: Queue): readonly Next[] {
  if (!good) {
    if (options.from === '-') return [];
    return [{ command: `cvops dlq import${args(options)}`, why: 'go on: what was sent is not sent again' }];
  }
  if (options.to !== undefined) return [];
  const service = options.service === undefined ? '' : ` ${options.service}`;
  return [{ command: `cvops dlq replay${service} --dry-run`, why: `see what a replay from ${target.name} would do` }];
}
