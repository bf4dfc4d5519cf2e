import { join, resolve as resolvePath } from 'node:path';
import type { Functions } from '../../lib/aws/ports/functions.ts';
import type { Queue } from '../../lib/aws/ports/queues.ts';
import { findService, servicesWith } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import type { Edit } from '../../lib/dlq/edit/edit.ts';
import { FileLedgers } from '../../lib/dlq/ledger/file-ledgers.ts';
import type { RunHeader } from '../../lib/dlq/ledger/ledger-record.ts';
import { sourceOf } from '../../lib/dlq/list.ts';
import { taskCheck } from '../../lib/dlq/native/task-check.ts';
import { writePlanFile } from '../../lib/dlq/plan/plan-file.ts';
import { planReplay, type ReplayPlan, refuseBadPlan, whyRefused } from '../../lib/dlq/plan/plan-replay.ts';
import { PlannedIds } from '../../lib/dlq/plan/planned-ids.ts';
import { type SavedPlan, savedPlan } from '../../lib/dlq/plan/saved-plan.ts';
import { type ReplayPorts, type ReplayOptions as RunOptions, replay } from '../../lib/dlq/replay/replay.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { formatUsd, plural } from '../../lib/io/format.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import { defineCommand, dryRunFlag } from '../command.ts';
import { parseCount, parseDuration, usageError } from '../parse.ts';
import { compileFilter } from './compile-filter.ts';
import { followReplay } from './follow-replay.ts';
import { refuseOtherEngine, refuseWithAttach, refuseWithNative } from './native-flags.ts';
import { loadPlan, refuseChanged, refuseWithPlan, requirePlanned, withMissing } from './plan-file.ts';
import { planOutcome, planWarnings } from './plan-outcome.ts';
import { replayCommandLine } from './replay-command-line.ts';
import { replayOutcome } from './replay-outcome.ts';
import { alarmNames, stopOnAlarm } from './stop-on-alarm.ts';

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
  readonly edit: string | undefined;
  readonly plan: string | undefined;
  readonly savePlan: string | undefined;
  readonly outOfOrder: boolean;
  readonly resendUncertain: boolean;
  readonly force: boolean;
  readonly verify: boolean;
  readonly waitMs: number | undefined;
  readonly resume: string | undefined;
  readonly concurrency: number | undefined;
  readonly engine: (typeof ENGINES)[number];
  readonly attach: boolean;
  readonly stopOnAlarm: readonly string[];
  readonly dryRun: boolean;
}

const ENGINES = ['auto', 'client', 'native'] as const;

/**
 * Messages that a look holds at most. SQS lets about 120,000 of a queue be in flight at a time.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
const LOOK_LIMIT = 100_000;

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
    {
      flags: '--edit <expr|file>',
      description: 'change each copy: JMESPath or a JSON merge patch over { body, attributes }, or a module ./fix.mjs',
    },
    { flags: '--save-plan <file>', description: 'with --dry-run: write down which messages a replay would take' },
    { flags: '--plan <file>', description: 'replay the messages of a saved plan, and no others' },
    {
      flags: '--engine <engine>',
      description: 'who moves the messages: this process, or AWS by a move task',
      choices: [...ENGINES],
      default: 'auto',
    },
    { flags: '--attach', description: 'with --engine native: watch the move task that runs, instead of starting one' },
    { flags: '--stop-on-alarm <names>', description: 'stop when one of these CloudWatch alarms, a,b, goes to ALARM' },
    { flags: '--out-of-order', description: 'FIFO: replay matches that stand behind others of their group' },
    { flags: '--resend-uncertain', description: 'FIFO: send again what a crashed run may have sent long ago' },
    {
      flags: '--force',
      description:
        'replay though the version that failed them still serves, or their queue has a redrive policy of its own',
    },
    { flags: '--wait <duration>', description: 'wait at most this long for the verdict, e.g. 5m' },
    { flags: '--no-verify', description: 'do not wait for the verdict' },
    { flags: '--resume <run>', description: 'go on with a run that was interrupted' },
    { flags: '--concurrency <n>', description: 'calls at the same time (64)' },
    dryRunFlag,
  ],
  examples: [
    'cvops dlq replay processor --dry-run',
    "cvops dlq replay --filter 'body.type == `visit`' --rate 50/s",
    "cvops dlq replay --edit '{body: {version: `2`}}' --dry-run --save-plan plan.json",
    'cvops dlq replay --plan plan.json',
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
      edit: text('edit'),
      plan: text('plan'),
      savePlan: text('savePlan'),
      outOfOrder: flags['outOfOrder'] === true,
      resendUncertain: flags['resendUncertain'] === true,
      force: flags['force'] === true,
      verify: flags['verify'] !== false,
      waitMs: parseDuration(flags['wait'], '--wait'),
      resume: text('resume'),
      concurrency: parseCount(flags['concurrency'], '--concurrency', 1, 256),
      engine: (flags['engine'] ?? 'auto') as (typeof ENGINES)[number],
      attach: flags['attach'] === true,
      stopOnAlarm: alarmNames(flags['stopOnAlarm']),
      dryRun: flags['dryRun'] === true,
    };
    if (options.engine === 'native') refuseWithNative(options);
    if (options.attach) refuseWithAttach(options);
    if (options.plan !== undefined) refuseWithPlan(options);
    if (options.resume !== undefined) refuseWithResume(options);
    if (options.savePlan !== undefined && !options.dryRun) {
      throw usageError('--save-plan writes down what --dry-run found; pass both.', 'then replay it with --plan.');
    }
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
  const fixed = (['filter', 'group', 'max', 'canary', 'to', 'edit'] as const).find(
    (name) => options[name] !== undefined,
  );
  if (fixed === undefined && options.service === undefined) return;
  throw usageError(
    `--resume goes on with what the run was started with; leave out ${fixed === undefined ? 'the service' : `--${fixed}`}.`,
  );
}

async function run(options: ReplayOptions, context: Context): Promise<Outcome> {
  const alarms = await stopOnAlarm(context, options.stopOnAlarm, options.force);
  try {
    return await replayUnder(alarms.signal, options, context);
  } finally {
    alarms.close();
  }
}

/** @param signal stops the replay: Ctrl-C, or an alarm */
async function replayUnder(signal: AbortSignal, options: ReplayOptions, context: Context): Promise<Outcome> {
  const ledgers = new FileLedgers(join(context.folders.state, 'runs'));
  const resume = options.resume === undefined ? null : (await ledgers.ends(options.resume)).header;
  if (resume !== null) refuseOtherEngine(resume, options.engine);
  if (options.engine === 'native' || resume?.native !== undefined) {
    const { replayWithMoveTask } = await import('./replay-native.ts');
    return replayWithMoveTask(options, { resume, known: null }, context, signal);
  }
  const saved = options.plan === undefined ? null : await loadPlan(options.plan, context.cwd);
  const filter = await compileFilter(resume?.options.filter ?? options.filter);
  const edit = await compiledEdit(resume?.options.edit ?? saved?.options.edit ?? options.edit, context.cwd);
  const { service, functionName, dlq, target } = await resolve(options, resume, saved, context);
  const queues = await context.queues();
  const only = saved === null ? null : new PlannedIds(saved.messages.map(({ id }) => id));
  const chosen: RunOptions = {
    dlq,
    target,
    service,
    filter,
    group: resume?.options.group ?? options.group ?? null,
    max: resume?.options.max ?? options.max ?? null,
    only,
    edit,
    rate: options.rate ?? saved?.options.rate ?? null,
    canary: resume?.options.canary ?? options.canary ?? null,
    maxReturns: options.maxReturns ?? resume?.options.maxReturns ?? null,
    expiringFirst: options.expiringFirst || resume?.options.expiringFirst === true,
    outOfOrder: resume?.options.outOfOrder ?? saved?.options.outOfOrder ?? options.outOfOrder,
    force: options.force,
    resendUncertain: options.resendUncertain,
    verify: options.verify ? { waitMs: options.waitMs ?? null } : null,
    resume,
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
  };
  const functions: Functions | null = await context.functions();
  const mayLeaveGaps = dlq.fifo && filter !== null && !chosen.outOfOrder && resume === null;
  // A filter that can fail on a message, or a plan that may be out of date, must not do so half-way.
  const mustKnow = mayLeaveGaps || (resume === null && filter?.mayFail === true) || saved !== null;
  const look = options.dryRun || mustKnow ? { limit: LOOK_LIMIT } : null;
  const logs = await context.functionLogs();
  const planPorts = { queues, clock: context.clock, functions, logs };
  const suspicions = filter?.suspicions ?? [];
  const [{ plan: made, messages }, task] = await Promise.all([
    planReplay(planPorts, { ...chosen, suspicions }, look, context.signal),
    taskCheck(await context.moveTasks(), dlq, service),
  ]);
  const plan = task === null ? made : { ...made, checks: [...made.checks, task] };
  if (saved !== null) refuseChanged(saved, messages ?? []);
  if (options.dryRun) {
    const { savePlan } = options;
    if (savePlan !== undefined) {
      const asked = {
        filter: filter?.text ?? null,
        edit: edit?.text ?? null,
        rate: chosen.rate,
        outOfOrder: chosen.outOfOrder,
      };
      const kept = { group: chosen.group, max: chosen.max, ...asked };
      const parts = { service, dlq, target, plan, messages: messages ?? [], options: kept, nowMs: context.clock.now() };
      await writePlanFile(resolvePath(context.cwd, savePlan), savedPlan(parts));
    }
    const refusal = whyRefused(plan, chosen.outOfOrder);
    return planOutcome({
      service,
      plan,
      refusal,
      savedTo: savePlan ?? null,
      command: replayCommandLine({ ...options, service: service ?? undefined }),
      nowMs: context.clock.now(),
    });
  }
  refuseBadPlan(plan, chosen.outOfOrder);
  if (options.engine === 'auto' && plan.engine.engine === 'native') {
    try {
      const { replayWithMoveTask } = await import('./replay-native.ts');
      return await replayWithMoveTask(options, { resume: null, known: plan }, context, signal);
    } catch (cause) {
      if (!(cause instanceof CvopsError) || cause.code !== 'MoveTasksUnsupported') throw cause;
      context.note(`${cause.message} The client moves them instead.`);
    }
  }
  const told = warnBefore(plan, context);
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
  // Its own set: what the look came across may be gone by now.
  const ids = only === null ? null : new PlannedIds(only);
  const result = await followReplay(replay(ports, { ...chosen, only: ids }, signal), context);
  const { stopped } = result;
  if (stopped !== null && stopped.code !== 'Interrupted' && result.replayed === 0) {
    throw new CvopsError(stopped.code, stopped.exitCode, stopped.message, {
      ...(stopped.hint === null ? {} : { hint: stopped.hint }),
    });
  }
  const outcome = replayOutcome(service, result, told ? { ...plan, checks: [] } : plan);
  return ids === null ? outcome : withMissing(outcome, ids, result);
}

/** Who is asked should know what stands against it; all others read it beside the result. Whether it was told. */
function warnBefore(plan: ReplayPlan, context: Context): boolean {
  const { yes, output } = context.settings;
  if (yes || output === 'json') return false;
  for (const { message } of planWarnings(plan)) context.note(`Warning: ${message}`);
  return true;
}

interface Resolved {
  readonly service: string | null;
  readonly functionName: string | undefined;
  readonly dlq: Queue;
  readonly target: Queue;
}

/** Only a replay with an edit loads what edits. */
async function compiledEdit(text: string | undefined, folder: string): Promise<Edit | null> {
  if (text === undefined) return null;
  const { compileEdit } = await import('./compile-edit.ts');
  return compileEdit(text, folder);
}

async function resolve(
  options: ReplayOptions,
  resume: RunHeader | null,
  saved: SavedPlan | null,
  context: Context,
): Promise<Resolved> {
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
  if (saved !== null) {
    const service = servicesWith(config, 'dlq').find((each) => each.dlq === saved.dlq.name);
    const dlq = await queues.describe(saved.dlq.name);
    requirePlanned(saved.dlq, dlq);
    const target = await queues.describe(saved.target.name);
    requirePlanned(saved.target, target);
    return { service: saved.service, functionName: service?.function, dlq, target };
  }
  const service = findService(config, options.service, 'dlq');
  const dlq = await queues.describe(service.dlq);
  const target = await sourceOf(queues, dlq, options.to ?? service.queue);
  return { service: service.name, functionName: options.to === undefined ? service.function : undefined, dlq, target };
}
