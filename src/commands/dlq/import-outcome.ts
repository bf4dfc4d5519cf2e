import type { Queue } from '../../lib/aws/ports/queues.ts';
import type { ArchiveSource } from '../../lib/dlq/archive/archive-source.ts';
import type { CheckedArchive } from '../../lib/dlq/archive/check-archive.ts';
import type { ImportResult } from '../../lib/dlq/archive/import-messages.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { formatCount, plural, text } from '../../lib/io/format.ts';
import type { Next, Outcome, Warning } from '../../lib/io/outcome.ts';
import { shellWord } from '../../lib/io/shell-word.ts';
import { countFields } from './archive-options.ts';

/** The flags of `dlq import`. */
export interface ImportOptions {
  readonly service: string | undefined;
  readonly from: string;
  readonly to: string | undefined;
  readonly rate: number | undefined;
  readonly again: boolean;
  readonly resendUncertain: boolean;
  readonly concurrency: number | undefined;
  readonly dryRun: boolean;
}

/** A checked file, and where it goes. */
export interface ImportPlan {
  readonly options: ImportOptions;
  readonly source: ArchiveSource;
  readonly target: Queue;
  readonly archive: CheckedArchive;
  readonly sentBefore: number;
}

/** `12 messages in 3 groups`. */
export function whatOf({ archive, sentBefore }: ImportPlan): string {
  const { messages, groups } = archive;
  const rest =
    sentBefore === 0
      ? plural(messages, 'message')
      : `the other ${formatCount(messages - sentBefore)} of ${plural(messages, 'message')}`;
  return groups === null || groups === 0 ? rest : `${rest} in ${plural(groups, 'group')}`;
}

/** What `dlq import --dry-run` answers, and one of an empty file. */
export function plannedImport(plan: ImportPlan): Outcome {
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

function common({ options, source, target, archive }: ImportPlan) {
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
    `--from ${shellWord(from)}`,
    ...(to === undefined ? [] : [`--to ${shellWord(to)}`]),
    ...(rate === undefined ? [] : [`--rate ${rate}/s`]),
  ];
  return ` ${words.join(' ')}`;
}

/** What `dlq import` answers after the sends. */
export function importOutcome(plan: ImportPlan, result: ImportResult): Outcome {
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

function exitCodeOf({ sentBefore }: ImportPlan, { stopped, remaining, sent }: ImportResult): ExitCode {
  if (stopped !== null) return stopped.code === 'Interrupted' ? stopped.exitCode : ExitCode.partial;
  if (remaining === 0) return ExitCode.done;
  return sent > sentBefore ? ExitCode.partial : ExitCode.failed;
}

function originWarnings({ archive, target }: ImportPlan): Warning[] {
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
