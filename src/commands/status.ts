import type { Config } from '../lib/config/config.ts';
import { requireService } from '../lib/config/find-service.ts';
import type { Context } from '../lib/context.ts';
import { ExitCode } from '../lib/errors/exit-code.ts';
import type { Next, Outcome } from '../lib/io/outcome.ts';
import { nextSteps } from '../lib/status/next-steps.ts';
import { StatusReader } from '../lib/status/read-status.ts';
import { changesBetween, type StatusChange } from '../lib/status/status-facts.ts';
import type { SystemStatus } from '../lib/status/system-status.ts';
import type { UsageHeadline } from '../lib/status/usage-headline.ts';
import { awsTime } from './aws-time.ts';
import { defineCommand } from './command.ts';
import { endless, untilInterrupted } from './endless.ts';
import { parseDuration, usageError } from './parse.ts';
import { statusView } from './status-view.ts';

interface StatusOptions {
  readonly service: string | undefined;
  readonly usage: boolean;
  readonly watch: boolean;
  readonly intervalMs: number;
}

const INTERVAL_MS = 10_000;
const LEAST_INTERVAL_MS = 1_000;

export const status = defineCommand<StatusOptions>({
  arguments: [{ name: '[service]', description: 'only this service; all without it' }],
  flags: [
    { flags: '--usage', description: "with the month's nearest free limit (some forty calls more)" },
    { flags: '--watch', description: 'look again and again, until Ctrl-C; in a pipe a line for each change' },
    { flags: '--interval <duration>', description: 'how often --watch looks (default: 10s)' },
  ],
  examples: ['cvops status', 'cvops status processor --watch --interval 5s', 'cvops status --watch --output ndjson'],
  parse: ([service], flags) => ({
    service,
    usage: flags['usage'] === true,
    watch: flags['watch'] === true,
    intervalMs: parseInterval(flags['interval'], flags['watch'] === true),
  }),
  run,
});

function parseInterval(value: unknown, watch: boolean): number {
  const interval = parseDuration(value, '--interval') ?? INTERVAL_MS;
  if (value !== undefined && !watch) throw usageError('--interval says how often --watch looks.', 'add --watch.');
  if (interval >= LEAST_INTERVAL_MS) return interval;
  throw usageError(`--interval ${value} is shorter than a second.`, 'each look is some ten calls.');
}

async function run(options: StatusOptions, context: Context): Promise<Outcome> {
  const config = narrowed(await context.config(), options.service);
  const reader = new StatusReader(config, { ...context, now: () => awsTime(context) });
  const usage = options.usage ? readUsage(config, context) : Promise.resolve(null);
  // Whichever of the two fails first is told; the other one is not awaited then.
  usage.catch(() => {});
  if (options.watch) return watch(options, reader, usage, context);
  const found = await reader.read();
  return outcome(found, await usage);
}

/** One service alone; the topic of alarms belongs to all. */
function narrowed(config: Config, name: string | undefined): Config {
  if (name === undefined) return config;
  return { ...config, services: { [name]: { ...requireService(config, name), topic: undefined } } };
}

async function readUsage(config: Config, context: Context): Promise<UsageHeadline> {
  const { usageHeadline } = await import('../lib/status/usage-headline.ts');
  const place = { config, region: await context.region(), stateFolder: context.folders.state };
  return usageHeadline(context.usage, place, context.clock.now());
}

function outcome(found: SystemStatus, usage: UsageHeadline | null): Outcome {
  const isWhole = found.gaps.length === 0 && (usage?.unread.length ?? 0) === 0;
  return {
    kind: 'status',
    data: { ...found, usage },
    next: nextOf(found, usage),
    exitCode: isWhole ? ExitCode.done : ExitCode.partial,
    view: () => statusView(found, usage),
  };
}

function nextOf(found: SystemStatus, usage: UsageHeadline | null): readonly Next[] {
  const steps = nextSteps(found);
  if (steps.length > 0) return steps;
  return usage === null
    ? [{ command: 'cvops usage report', why: 'how near the free limits are' }]
    : [{ command: 'cvops usage report', why: 'every row of the month' }];
}

/** Home, and what is left of the last picture below the new one: less flicker than an empty screen between them. */
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

async function watch(
  { intervalMs }: StatusOptions,
  reader: StatusReader,
  usage: Promise<UsageHeadline | null>,
  context: Context,
): Promise<Outcome> {
  const told = await endless(context, '--watch');
  const { stdout } = context.streams;
  const isScreen = told.format === 'table' && stdout.isTTY;
  let last: SystemStatus | undefined;
  let picture = '';
  await untilInterrupted(context, intervalMs, async () => {
    const found = await reader.read();
    const changes = changesBetween(last, found);
    last = found;
    if (!isScreen) {
      if (changes.length > 0) stdout.write(await told.rendered(changesOutcome(changes)));
      return;
    }
    const next = await told.rendered(outcome(found, await usage));
    if (next === picture) return;
    stdout.write(
      `${picture === '' ? `${HOME}${CLEAR_BELOW}` : HOME}${next.replaceAll('\n', `${CLEAR_LINE}\n`)}${CLEAR_BELOW}`,
    );
    picture = next;
  });
  if (last === undefined) throw context.signal.reason;
  return { ...outcome(last, await usage), exitCode: ExitCode.done, toldIn: told.toldIn };
}

function changesOutcome(changes: readonly StatusChange[]): Outcome {
  return {
    kind: 'status',
    data: { changes },
    items: changes,
    view: () => [
      {
        kind: 'table',
        table: {
          columns: ['AT', 'WHAT', 'FROM', 'TO'].map((label) => ({ label })),
          rows: changes.map(({ at, what, from, to }) => [{ raw: at }, { raw: what }, { raw: from }, { raw: to }]),
        },
      },
    ],
  };
}
