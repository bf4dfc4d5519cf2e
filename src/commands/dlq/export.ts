import { resolve } from 'node:path';
import { findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { type ArchiveTarget, openArchiveTarget, openStandardOutput } from '../../lib/dlq/archive/archive-target.ts';
import { archivedLine } from '../../lib/dlq/archive/archived-message.ts';
import { type Look, lookAtMessages } from '../../lib/dlq/archive/look-at-messages.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { plural, text } from '../../lib/io/format.ts';
import type { Block, Outcome } from '../../lib/io/outcome.ts';
import { shellWord } from '../../lib/io/shell-word.ts';
import { defineCommand } from '../command.ts';
import { parseCount, usageError } from '../parse.ts';
import {
  countFields,
  exportsFolder,
  isAskedFor,
  lookWarnings,
  parseSelection,
  type SelectionFlags,
  selectionFlags,
  selectionOf,
  serviceArgument,
} from './archive-options.ts';

interface ExportOptions extends SelectionFlags {
  readonly to: string;
  readonly limit: number | undefined;
}

export const dlqExport = defineCommand<ExportOptions>({
  arguments: [serviceArgument],
  flags: [
    { flags: '--to <file>', description: 'the file to write, or - for standard output' },
    ...selectionFlags,
    { flags: '--limit <n>', description: 'look at this many messages at most' },
    {
      flags: '--force',
      description: 'replace the file; look even when the queue could lose messages to one of its own',
    },
  ],
  examples: [
    'cvops dlq export --to dead.ndjson',
    "cvops dlq export processor --filter 'body.type == `visit`' --to visits.ndjson",
    "cvops dlq export --to - | jq -r '.body | fromjson | .event.id'",
  ],
  parse: ([service], flags) => {
    const to = flags['to'] as string | undefined;
    if (to === undefined || to === '')
      throw usageError('where to? --to FILE is missing.', '--to - writes to the pipe.');
    return { ...parseSelection(service, flags), to, limit: parseCount(flags['limit'], '--limit', 1) };
  },
  run,
});

async function run(options: ExportOptions, context: Context): Promise<Outcome> {
  const toPipe = options.to === '-';
  if (toPipe && context.settings.output === 'json') {
    throw usageError('--to - and --json both want standard output.', 'leave --json out, or write to a file.');
  }
  const selection = await selectionOf(options);
  const service = findService(await context.config(), options.service, 'dlq');
  const queues = await context.queues();
  const dlq = await queues.describe(service.dlq);
  const path = toPipe ? null : resolve(context.cwd, options.to);
  const target: ArchiveTarget =
    path === null
      ? await openStandardOutput((piece) => context.streams.stdout.write(piece), exportsFolder(context))
      : await openArchiveTarget(path, options.force, exportsFolder(context));
  const progress = await context.progress();
  let look: Look;
  try {
    let found = 0;
    look = await lookAtMessages(
      {
        ...selection,
        queues,
        clock: context.clock,
        signal: context.signal,
        dlq,
        limit: options.limit ?? null,
        force: options.force,
      },
      (message) => {
        target.add(archivedLine(message, dlq, context.clock.now()));
        progress.update(`exporting from ${dlq.name}: ${plural(++found, 'message')}`);
      },
    );
    await target.finish();
  } finally {
    await target.discard();
    progress.stop();
  }
  if (toPipe) context.note(headline(look, dlq.name, 'standard output'));
  return {
    kind: 'dlq.export',
    data: {
      service: service.name,
      queue: dlq.name,
      count: look.matched,
      path: path ?? '-',
      complete: look.complete,
      hidden: look.hidden,
      scanned: look.scanned,
      reason: look.reason,
      notGivenBack: look.notGivenBack,
    },
    // Standard output carries the messages and nothing else; JSON is refused there.
    ...(toPipe ? { toldIn: ['table', 'ndjson', 'tsv', 'markdown'] } : {}),
    warnings: lookWarnings(look),
    next:
      toPipe || look.matched === 0
        ? []
        : [{ command: `cvops dlq import ${service.name} --from ${shellWord(options.to)}`, why: 'put them back later' }],
    exitCode: look.complete || isAskedFor(look) ? ExitCode.done : ExitCode.partial,
    view: () => view(look, dlq.name, options.to),
  };
}

function view(look: Look, queue: string, path: string): readonly Block[] {
  const tick = look.complete || isAskedFor(look);
  return [
    { kind: 'line', text: `${tick ? '✓ ' : ''}${headline(look, queue, path)}`, tone: tick ? 'good' : 'warn' },
    {
      kind: 'fields',
      fields: [
        ['file', text(path)],
        ['messages', { raw: look.matched }],
        ...countFields({ 'left out': look.scanned - look.matched, 'not seen': look.hidden }),
      ],
    },
  ];
}

function headline(look: Look, queue: string, path: string): string {
  return `Exported ${plural(look.matched, 'message')} from ${queue} to ${path}.`;
}
