import { findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { type FailureGroup, type InspectedMessage, type Inspection, inspect } from '../../lib/dlq/inspect/inspect.ts';
import { count, instant, plural, text } from '../../lib/io/format.ts';
import type { Block, Next, Outcome, Warning } from '../../lib/io/outcome.ts';
import { defineCommand } from '../command.ts';
import { parseCount } from '../parse.ts';
import { compileFilter } from './compile-filter.ts';

interface InspectOptions {
  readonly service: string | undefined;
  readonly filter: string | undefined;
  readonly limit: number;
  readonly explain: boolean;
  readonly force: boolean;
}

const DEFAULT_LIMIT = 1_000;

export const dlqInspect = defineCommand<InspectOptions>({
  arguments: [
    { name: '[service]', description: 'service name; may be left out when only one has a dead-letter queue' },
  ],
  flags: [
    {
      flags: '--filter <jmespath>',
      description: 'over { body, attributes, groupId, messageId, sentAt, receiveCount }',
    },
    { flags: '--limit <n>', description: `look at this many messages at most (${DEFAULT_LIMIT})` },
    { flags: '--explain', description: 'show each message with the error that its function logged' },
    { flags: '--force', description: 'look even when the queue could lose messages to one of its own' },
  ],
  examples: ['cvops dlq inspect', "cvops dlq inspect processor --filter 'body.type == `visit`' --explain"],
  parse: ([service], flags) => ({
    service,
    filter: flags['filter'] as string | undefined,
    limit: parseCount(flags['limit'], '--limit', 1) ?? DEFAULT_LIMIT,
    explain: flags['explain'] === true,
    force: flags['force'] === true,
  }),
  run,
});

async function run(options: InspectOptions, context: Context): Promise<Outcome> {
  const filter = await compileFilter(options.filter);
  const service = findService(await context.config(), options.service, 'dlq');
  const queues = await context.queues();
  const dlq = await queues.describe(service.dlq);
  const progress = await context.progress();
  progress.update(`looking at ${dlq.name}`);
  let found: Inspection;
  try {
    found = await inspect({
      queues,
      dlq,
      clock: context.clock,
      signal: context.signal,
      limit: options.limit,
      force: options.force,
      ...(filter === null ? {} : { filter: filter.matches }),
      ...(service.function === undefined
        ? {}
        : { logs: { reader: await context.functionLogs(), functionName: service.function } }),
    });
  } finally {
    progress.stop();
  }
  context.signal.throwIfAborted();
  return {
    kind: 'dlq.inspect',
    data: { service: service.name, ...found },
    items: found.messages,
    warnings: warnings(found, dlq.fifo, options.limit),
    next: next(service.name, found),
    view: () => view(found, options.explain, context.clock.now()),
  };
}

function warnings(found: Inspection, fifo: boolean, limit: number): readonly Warning[] {
  const all: Warning[] = [];
  if (!found.complete) {
    const why =
      found.scanned >= limit
        ? `--limit is ${limit}`
        : fifo
          ? 'FIFO shows at most ten messages of a group at a time, and none of a group that is in flight'
          : 'others hold them, or the count is not up to date';
    all.push({ code: 'Incomplete', message: `about ${plural(found.hidden, 'message')} not seen: ${why}.` });
  }
  if (found.logsRead === false) {
    all.push({ code: 'LogsUnreadable', message: 'the function’s log cannot be read; grouped by shape instead.' });
  }
  if (found.notGivenBack > 0) {
    all.push({
      code: 'NotGivenBack',
      message: `${plural(found.notGivenBack, 'message')} could not be given back at once; visible again within a minute.`,
    });
  }
  return all;
}

function next(service: string, found: Inspection): readonly Next[] {
  if (found.messages.length === 0) return [];
  return [
    { command: `cvops alias rollback ${service}`, why: 'if a release broke them' },
    { command: `cvops dlq replay ${service} --dry-run`, why: 'see what a replay would do' },
  ];
}

function view(found: Inspection, explain: boolean, now: number): readonly Block[] {
  if (found.messages.length === 0) {
    return [{ kind: 'line', text: nothing(found) }];
  }
  const groups = groupTable(found.groups, now);
  return explain
    ? [messageTable(found.messages, now), groups]
    : [groups, messageTable(found.messages.slice(0, 10), now)];
}

function groupTable(groups: readonly FailureGroup[], now: number): Block {
  return {
    kind: 'table',
    table: {
      columns: [
        { label: 'COUNT', align: 'right' },
        { label: 'CAUSE' },
        { label: 'VERSION' },
        { label: 'FIRST' },
        { label: 'LAST' },
      ],
      rows: groups.map((group) => [
        count(group.count, 'strong'),
        text(group.signature),
        text(group.versions.length === 0 ? null : group.versions.join(',')),
        instant(group.first === null ? null : Date.parse(group.first), now),
        instant(group.last === null ? null : Date.parse(group.last), now),
      ]),
    },
  };
}

function messageTable(messages: readonly InspectedMessage[], now: number): Block {
  return {
    kind: 'table',
    table: {
      columns: ['MESSAGE', 'GROUP', 'SENT', 'RECEIVES', 'EXPIRES', 'ERROR'].map((label) => ({ label })),
      rows: messages.map((message) => [
        text(message.messageId),
        text(message.groupId),
        instant(message.sentAt === null ? null : Date.parse(message.sentAt), now),
        count(message.receiveCount),
        instant(message.expiresAt === null ? null : Date.parse(message.expiresAt), now),
        text(message.error === null ? null : `${message.error.name}: ${message.error.message}`),
      ]),
    },
  };
}

/** An empty answer, told apart from one that could not see. */
function nothing(found: Inspection): string {
  if (found.scanned > 0) return `No dead letters match in ${found.queue}.`;
  if (found.hidden > 0) return `No dead letters can be seen in ${found.queue} now; about ${found.hidden} cannot.`;
  return `No dead letters in ${found.queue}.`;
}
