import { findService } from '../lib/config/find-service.ts';
import type { Context } from '../lib/context.ts';
import { isFailedLevel } from '../lib/dlq/explain/log-record.ts';
import { CvopsError } from '../lib/errors/cvops-error.ts';
import { formatCount, formatDuration, text } from '../lib/io/format.ts';
import type { Block, Cell, Outcome, Warning } from '../lib/io/outcome.ts';
import { type LogEvent, logEvents } from '../lib/logs/log-event.ts';
import { LogFollower } from '../lib/logs/log-follower.ts';
import { MOST_CALLS, type NewestLines, readNewest } from '../lib/logs/read-newest.ts';
import { awsTime } from './aws-time.ts';
import { defineCommand } from './command.ts';
import { endless, untilInterrupted } from './endless.ts';
import { parseCount, parseDuration } from './parse.ts';
import { serviceLogs } from './service-logs.ts';

interface LogsOptions {
  readonly service: string | undefined;
  readonly sinceMs: number;
  readonly follow: boolean;
  /** Text that a line must contain; empty for every line. */
  readonly filter: string;
  readonly limit: number;
  readonly all: boolean;
}

const SINCE_MS = 3_600_000;
const LIMIT = 1_000;
const MOST = 100_000;
const LOOK_EVERY_MS = 2_000;

export const logs = defineCommand<LogsOptions>({
  arguments: [{ name: '[service]', description: 'service name; may be left out when only one has a function' }],
  flags: [
    { flags: '--since <duration>', description: 'so far back (default: 1h)' },
    { flags: '--follow', description: 'then each new event as it comes, until Ctrl-C' },
    { flags: '--filter <text>', description: 'only lines that contain this text; case counts' },
    { flags: '--limit <n>', description: `the newest so many events (default: ${formatCount(LIMIT)})` },
    { flags: '--all', description: "also Lambda's own lines of runs that went well: START, END, REPORT" },
  ],
  examples: [
    'cvops logs processor',
    'cvops logs processor --since 15m --filter ERROR --follow',
    'cvops logs processor --json --query "data.events[?error].error.name"',
  ],
  parse: ([service], flags) => ({
    service,
    sinceMs: parseDuration(flags['since'], '--since') ?? SINCE_MS,
    follow: flags['follow'] === true,
    filter: (flags['filter'] as string | undefined) ?? '',
    limit: parseCount(flags['limit'], '--limit', 1, MOST) ?? LIMIT,
    all: flags['all'] === true,
  }),
  run,
});

async function run(options: LogsOptions, context: Context): Promise<Outcome> {
  const service = findService(await context.config(), options.service, 'function');
  const told = options.follow ? await endless(context, '--follow') : undefined;
  const { reader: pages, warnings, isThere } = await serviceLogs(context, service);
  const query = { text: options.filter, signal: context.signal };
  // What AWS's clock says is known from its first answer; the log is searched by that clock.
  const minute = { ...query, ...minuteBefore(context.clock.now()) };
  try {
    for await (const _ of pages.pages(service.function, minute)) break;
  } catch (cause) {
    const [unknown] = warnings();
    throw withoutGroup(cause, unknown?.message ?? (isThere(service.function) ? NEVER_RAN : undefined));
  }
  const now = awsTime(context);
  const { all, limit } = options;
  const span = { ...query, all, limit, fromMs: Math.max(0, now - options.sinceMs), toMs: now };
  const found = await readNewest(pages, service.function, span);
  const first = outcome(service.name, found.events, found, options, context);
  const warned = [...warnings(), ...(first.warnings ?? [])];
  if (told === undefined) return { ...first, warnings: warned };
  const { stdout } = context.streams;
  for (const { message } of warned) context.note(message);
  stdout.write(await told.rendered(first));
  const follower = new LogFollower(pages, service.function, query, { told: found.lines, fromMs: found.readFromMs });
  await untilInterrupted(context, LOOK_EVERY_MS, async () => {
    const events = logEvents(await follower.next(awsTime(context)), all);
    if (events.length > 0) stdout.write(await told.rendered(outcome(service.name, events, null, options, context)));
  });
  return { ...first, warnings: [], toldIn: told.toldIn };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html */
const NEVER_RAN = 'the function is there: its first run makes the group, if its role allows logs:CreateLogGroup.';

/** @param hint what is known of the function whose log group is not there. */
function withoutGroup(cause: unknown, hint: string | undefined): unknown {
  if (!(cause instanceof CvopsError) || cause.code !== 'LogGroupNotFound' || hint === undefined) return cause;
  return new CvopsError(cause.code, cause.exitCode, cause.message, { hint, cause });
}

function minuteBefore(nowMs: number) {
  return { fromMs: nowMs - 60_000, toMs: nowMs, limit: 1 };
}

/** @param found for the look at what was logged before; null for what comes after it. */
function outcome(
  service: string,
  events: readonly LogEvent[],
  found: NewestLines | null,
  options: LogsOptions,
  context: Context,
): Outcome {
  const { stdout } = context.streams;
  const isScreen = (context.settings.output ?? (stdout.isTTY ? 'table' : 'tsv')) === 'table';
  return {
    kind: 'logs',
    data: { service, events, complete: found?.complete ?? true },
    items: events,
    warnings: found === null ? [] : warningsOf(found, options),
    view: () => {
      if (!isScreen) return [table(events)];
      if (events.length > 0) return events.map((event) => line(event, awsTime(context)));
      if (options.follow) return [];
      const matching = options.filter === '' ? '' : ` that contains ${JSON.stringify(options.filter)}`;
      return [
        { kind: 'line', text: `${service} logged nothing${matching} in ${formatDuration(options.sinceMs / 1000)}.` },
      ];
    },
  };
}

function warningsOf({ events, complete, readFromMs }: NewestLines, { limit }: LogsOptions): readonly Warning[] {
  if (complete) return [];
  const from = events[0]?.at ?? new Date(readFromMs).toISOString();
  const shown =
    events.length < limit ? `all that could be read in ${MOST_CALLS} calls` : `the newest ${formatCount(limit)}`;
  return [
    {
      code: 'OlderLeftOut',
      message: `shown are ${shown}, back to ${from}: --filter TEXT, a shorter --since or a higher --limit show others.`,
    },
  ];
}

/** One line an event: the time of day in UTC, with its date when that is not today. */
function line(event: LogEvent, nowMs: number): Block {
  const { at, level, version, message } = event;
  const isToday = at.slice(0, 10) === new Date(nowMs).toISOString().slice(0, 10);
  const time = isToday ? at.slice(11, 23) : `${at.slice(0, 10)}T${at.slice(11, 23)}`;
  const tone = toneOf(event);
  const words = [time, (level ?? '–').padEnd(5), ...(version === null ? [] : [`v${version}`]), message].join('  ');
  return { kind: 'line', text: words, ...(tone === undefined ? {} : { tone }) };
}

function toneOf({ level, error, platform }: LogEvent): Cell['tone'] {
  if (isFailedLevel(level) || error !== null) return 'bad';
  if (level?.startsWith('WARN') === true) return 'warn';
  return platform ? 'dim' : undefined;
}

function table(events: readonly LogEvent[]): Block {
  return {
    kind: 'table',
    table: {
      columns: ['AT', 'LEVEL', 'VERSION', 'MESSAGE'].map((label) => ({ label })),
      rows: events.map(({ at, level, version, message }) => [text(at), text(level), text(version), text(message)]),
    },
  };
}
