import { join } from 'node:path';
import type { Functions } from '../../lib/aws/ports/functions.ts';
import type { Queue } from '../../lib/aws/ports/queues.ts';
import { findService, servicesWith } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { FileLedgers } from '../../lib/dlq/ledger/file-ledgers.ts';
import type { RunHeader } from '../../lib/dlq/ledger/ledger-record.ts';
import { sourceOf } from '../../lib/dlq/list.ts';
import { planReplay, refuseBadPlan, whyRefused } from '../../lib/dlq/plan/plan-replay.ts';
import { type ReplayPorts, type ReplayOptions as RunOptions, replay } from '../../lib/dlq/replay/replay.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { formatUsd, plural } from '../../lib/io/format.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import { defineCommand, dryRunFlag } from '../command.ts';
import { parseCount, parseDuration, usageError } from '../parse.ts';
import { compileFilter } from './compile-filter.ts';
import { followReplay } from './follow-replay.ts';
import { planOutcome } from './plan-outcome.ts';
import { replayOutcome } from './replay-outcome.ts';
import { shellWord } from './shell-word.ts';

interface ReplayOptions {
  readonly service: string | undefined;
  readonly filter: string | undefined;
  readonly group: string | undefined;
  readonly max: number | undefined;
  readonly rate: number | undefined;
  readonly canary: number | undefined;
  readonly maxReturns: number | undefined;
  readonly expiringFirst: boolean;
  readonly to: string | undefined;
  readonly outOfOrder: boolean;
  readonly resendUncertain: boolean;
  readonly force: boolean;
  readonly verify: boolean;
  readonly waitMs: number | undefined;
  readonly resume: string | undefined;
  readonly concurrency: number | undefined;
  readonly dryRun: boolean;
}

/** Messages that a dry run looks at, at most. */
const LOOK_LIMIT = 10_000;

export const dlqReplay = defineCommand<ReplayOptions>({
  arguments: [
    { name: '[service]', description: 'service name; may be left out when only one has a dead-letter queue' },
  ],
  flags: [
    {
      flags: '--filter <jmespath>',
      description: 'only what matches, over { body, attributes, groupId, messageId, sentAt, receiveCount }',
    },
    { flags: '--group <id>', description: 'only this message group' },
    { flags: '--max <n>', description: 'at most this many messages' },
    { flags: '--rate <n/s>', description: 'messages a second, e.g. 50/s' },
    { flags: '--canary <n>', description: 'replay n first, and the others only when those are known to be processed' },
    { flags: '--max-returns <percent>', description: 'stop when more of the copies than this come back' },
    { flags: '--expiring-first', description: 'replay what expires first before the others' },
    { flags: '--to <queue>', description: 'send to this queue instead of the source' },
    { flags: '--engine <engine>', description: 'who moves the messages', choices: ['auto', 'client'], default: 'auto' },
    { flags: '--out-of-order', description: 'FIFO: replay matches that stand behind others of their group' },
    { flags: '--resend-uncertain', description: 'FIFO: send again what a crashed run may have sent long ago' },
    { flags: '--force', description: 'replay even from a queue that could lose messages to one of its own' },
    { flags: '--wait <duration>', description: 'wait at most this long for the verdict, e.g. 5m' },
    { flags: '--no-verify', description: 'do not wait for the verdict' },
    { flags: '--resume <run>', description: 'go on with a run that was interrupted' },
    { flags: '--concurrency <n>', description: 'calls at the same time (64)' },
    dryRunFlag,
  ],
  examples: [
    'cvops dlq replay processor --dry-run',
    "cvops dlq replay --filter 'body.type == `visit`' --rate 50/s",
    'cvops dlq replay --resume 20260807-141503-9f3c',
  ],
  parse: ([service], flags) => {
    const text = (name: string) => flags[name] as string | undefined;
    const options: ReplayOptions = {
      service,
      filter: text('filter'),
      group: text('group'),
      max: parseCount(flags['max'], '--max', 1),
      rate: parseRate(flags['rate']),
      canary: parseCount(flags['canary'], '--canary', 1),
      maxReturns: parsePercent(flags['maxReturns'], '--max-returns'),
      expiringFirst: flags['expiringFirst'] === true,
      to: text('to'),
      outOfOrder: flags['outOfOrder'] === true,
      resendUncertain: flags['resendUncertain'] === true,
      force: flags['force'] === true,
      verify: flags['verify'] !== false,
      waitMs: parseDuration(flags['wait'], '--wait'),
      resume: text('resume'),
      concurrency: parseCount(flags['concurrency'], '--concurrency', 1, 256),
      dryRun: flags['dryRun'] === true,
    };
    if (options.resume !== undefined) refuseWithResume(options);
    if (options.canary !== undefined && !options.verify) {
      throw usageError('--canary waits for a verdict, and --no-verify wants none.', 'leave one of them out.');
    }
    return options;
  },
  run,
});

function parseRate(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)(?:\/s)?$/.exec(String(value));
  const rate = match === null ? Number.NaN : Number(match[1]);
  if (rate > 0) return rate;
  throw usageError(`--rate ${JSON.stringify(value)} is not a rate.`, 'e.g. 50/s or 0.5/s.');
}

/** @returns a share, 0–1 */
function parsePercent(value: unknown, flag: string): number | undefined {
  if (value === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)%?$/.exec(String(value));
  const percent = match === null ? Number.NaN : Number(match[1]);
  if (percent >= 0 && percent <= 100) return percent / 100;
  throw usageError(`${flag} ${JSON.stringify(value)} is not a percentage.`, 'e.g. 5 or 2.5%.');
}

/** A resumed run keeps what it was started with. */
function refuseWithResume(options: ReplayOptions): void {
  const fixed = (['filter', 'group', 'max', 'canary', 'to'] as const).find((name) => options[name] !== undefined);
  if (fixed === undefined && options.service === undefined) return;
  throw usageError(
    `--resume goes on with what the run was started with; leave out ${fixed === undefined ? 'the service' : `--${fixed}`}.`,
  );
}

async function run(options: ReplayOptions, context: Context): Promise<Outcome> {
  const ledgers = new FileLedgers(join(context.folders.state, 'runs'));
  const resume = options.resume === undefined ? null : (await ledgers.ends(options.resume)).header;
  const { service, functionName, dlq, target } = await resolve(options, resume, context);
  const queues = await context.queues();
  const filter = await compileFilter(resume?.options.filter ?? options.filter);
  const chosen: RunOptions = {
    dlq,
    target,
    service,
    filter,
    group: resume?.options.group ?? options.group ?? null,
    max: resume?.options.max ?? options.max ?? null,
    only: null,
    edit: null,
    rate: options.rate ?? null,
    canary: resume?.options.canary ?? options.canary ?? null,
    maxReturns: options.maxReturns ?? resume?.options.maxReturns ?? null,
    expiringFirst: options.expiringFirst || resume?.options.expiringFirst === true,
    outOfOrder: resume?.options.outOfOrder ?? options.outOfOrder,
    force: options.force,
    resendUncertain: options.resendUncertain,
    verify: options.verify ? { waitMs: options.waitMs ?? null } : null,
    resume,
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
  };
  const functions: Functions | null = await context.functions();
  const mayLeaveGaps = dlq.fifo && filter !== null && !chosen.outOfOrder && resume === null;
  const look = options.dryRun || mayLeaveGaps ? { limit: LOOK_LIMIT } : null;
  const logs = await context.functionLogs();
  const planPorts = { queues, clock: context.clock, functions, logs };
  const suspicions = filter?.suspicions ?? [];
  const { plan } = await planReplay(planPorts, { ...chosen, suspicions }, look, context.signal);
  if (options.dryRun) {
    const refusal = whyRefused(plan, chosen.outOfOrder);
    return planOutcome({
      service,
      plan,
      refusal,
      savedTo: null,
      command: commandLine({ ...options, service: service ?? undefined }),
      nowMs: context.clock.now(),
    });
  }
  refuseBadPlan(plan, chosen.outOfOrder);
  const about = plural(plan.look?.matched ?? plan.waiting, 'message');
  await context.confirm(`Replay about ${about} from ${dlq.name} to ${target.name} (${formatUsd(plan.costUsd)})?`);
  const ports: ReplayPorts = {
    queues,
    ledgers,
    clock: context.clock,
    ...(functionName === undefined || !options.verify
      ? {}
      : { logs: { reader: await context.functionLogs(), functionName } }),
  };
  const result = await followReplay(replay(ports, chosen, context.signal), context);
  const { stopped } = result;
  if (stopped !== null && stopped.code !== 'Interrupted' && result.replayed === 0) {
    throw new CvopsError(stopped.code, stopped.exitCode, stopped.message, {
      ...(stopped.hint === null ? {} : { hint: stopped.hint }),
    });
  }
  return replayOutcome(service, result, plan);
}

/** The command line that does what a dry run showed. */
function commandLine(options: ReplayOptions): string {
  const words = ['cvops', 'dlq', 'replay'];
  if (options.service !== undefined) words.push(options.service);
  const flag = (name: string, value: string | number | undefined) => {
    if (value !== undefined) words.push(name, String(value));
  };
  flag('--filter', options.filter);
  flag('--group', options.group);
  flag('--max', options.max);
  flag('--rate', options.rate === undefined ? undefined : `${options.rate}/s`);
  flag('--to', options.to);
  if (options.outOfOrder) words.push('--out-of-order');
  if (options.force) words.push('--force');
  return words.map(shellWord).join(' ');
}

interface Resolved {
  readonly service: string | null;
  readonly functionName: string | undefined;
  readonly dlq: Queue;
  readonly target: Queue;
}

async function resolve(options: ReplayOptions, resume: RunHeader | null, context: Context): Promise<Resolved> {
  const queues = await context.queues();
  const config = await context.config();
  if (resume !== null) {
    const service = servicesWith(config, 'dlq').find((each) => each.dlq === resume.dlq.name);
    const dlq = await queues.describe(resume.dlq.name);
    if (dlq.arn !== resume.dlq.arn) {
      throw usageError(
        `run ${resume.runId} is of ${resume.dlq.arn}, and here is ${dlq.arn}.`,
        'check --region and --profile.',
      );
    }
    const target = await queues.describe(resume.target.name);
    return { service: resume.service, functionName: service?.function, dlq, target };
  }
  const service = findService(config, options.service, 'dlq');
  const dlq = await queues.describe(service.dlq);
  const target = await sourceOf(queues, dlq, options.to ?? service.queue);
  return { service: service.name, functionName: options.to === undefined ? service.function : undefined, dlq, target };
}
