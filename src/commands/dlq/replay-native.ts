import type { MoveTask } from '../../lib/aws/ports/move-tasks.ts';
import type { Queue, Queues } from '../../lib/aws/ports/queues.ts';
import type { ServiceConfig } from '../../lib/config/config.ts';
import { findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import type { RunHeader } from '../../lib/dlq/ledger/ledger-record.ts';
import { runningTask } from '../../lib/dlq/native/cancel-task.ts';
import { isActive } from '../../lib/dlq/native/find-task.ts';
import { type NativeTargets, nativeTargets } from '../../lib/dlq/native/native-targets.ts';
import { MAX_NATIVE_RATE } from '../../lib/dlq/native/refuse-native.ts';
import { type NativeOptions, type NativePorts, replayNatively } from '../../lib/dlq/native/replay-natively.ts';
import { taskRuns } from '../../lib/dlq/native/task-words.ts';
import { planReplay, type ReplayPlan, whyRefused } from '../../lib/dlq/plan/plan-replay.ts';
import { unread } from '../../lib/dlq/plan/replay-check.ts';
import type { ReplayEvent } from '../../lib/dlq/replay/replay-event.ts';
import type { ReplayResult } from '../../lib/dlq/replay/replay-result.ts';
import { formatUsd, plural } from '../../lib/io/format.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import { shellWord } from '../../lib/io/shell-word.ts';
import { serviceLogs } from '../service-logs.ts';
import { warnFirst } from '../warn-first.ts';
import { followReplay } from './follow-replay.ts';
import { nativeOutcome } from './native-outcome.ts';
import { planOutcome, planWarnings } from './plan-outcome.ts';
import type { ReplayOptions } from './replay-options.ts';
import { queueOfRun } from './replay-place.ts';
import { runLedgers } from './run-ledgers.ts';

/** What the native engine takes of the flags of `dlq replay`. Alarms are watched by the caller, whose signal they abort. */
export type NativeReplayOptions = Pick<
  ReplayOptions,
  'service' | 'rate' | 'to' | 'force' | 'verify' | 'waitMs' | 'stopOnAlarm' | 'attach' | 'dryRun'
>;

/**
 * `dlq replay --engine native`, `--attach`, and `--resume` of a native run.
 * @param known the plan, where it was made already
 * @param signal cancels the task
 */
export async function replayWithMoveTask(
  options: NativeReplayOptions,
  { resume, known }: { readonly resume: RunHeader | null; readonly known: ReplayPlan | null },
  context: Context,
  signal: AbortSignal,
): Promise<Outcome> {
  const [queues, moveTasks] = await Promise.all([context.queues(), context.moveTasks()]);
  const ports: NativePorts = {
    queues,
    moveTasks,
    ledgers: runLedgers(context),
    clock: context.clock,
  };
  const place = await find(options, resume, ports, context);
  const { service, dlq, targets } = place;
  const watches = options.attach || resume !== null;
  const plan = watches ? null : asNative(known ?? (await makePlan(options, place, context)), options, place);
  if (plan !== null) {
    const running = await runningTask(ports, dlq);
    const refusal = running === null ? whyRefused(plan, false) : taskRuns(dlq.name, service, running);
    if (options.dryRun) {
      const command = commandLine(options, service);
      return planOutcome({ service, plan, refusal, savedTo: null, command, nowMs: context.clock.now() });
    }
    if (refusal !== null) throw refusal;
  }
  const names = targets.map(({ name }) => name);
  const warnings = plan === null ? [] : warnFirst(planWarnings(plan), context);
  if (plan !== null) {
    const about = plural(plan.waiting, 'message');
    await context.confirm(
      `Let AWS move about ${about} from ${dlq.name} to ${names.join(', ')} (${formatUsd(plan.costUsd)})? What was moved stays moved.`,
    );
  }
  const chosen: NativeOptions = {
    dlq,
    targets,
    toTarget: options.to !== undefined,
    service,
    rate: options.rate ?? null,
    force: options.force,
    verify: options.verify ? { waitMs: options.waitMs ?? null } : null,
    attach: options.attach,
    resume,
  };
  const { events, seen } = watched(replayNatively(ports, chosen, signal));
  const result = await followReplay(events, context);
  return nativeOutcome({
    service,
    dlq: dlq.name,
    targets: names,
    fifo: dlq.fifo,
    result,
    goesOn: seen.goesOn,
    warnings,
  });
}

/** The command line that does what a dry run showed. */
function commandLine({ rate, to, force, verify, stopOnAlarm }: NativeReplayOptions, service: string | null): string {
  return [
    ...['cvops', 'dlq', 'replay', ...(service === null ? [] : [service]), '--engine', 'native'],
    ...(rate === undefined ? [] : ['--rate', `${rate}/s`]),
    ...(to === undefined ? [] : ['--to', to]),
    ...(force ? ['--force'] : []),
    ...(verify ? [] : ['--no-verify']),
    ...(stopOnAlarm.length === 0 ? [] : ['--stop-on-alarm', stopOnAlarm.join(',')]),
  ]
    .map(shellWord)
    .join(' ');
}

interface Place extends NativeTargets {
  readonly service: string | null;
  readonly consumer: Pick<ServiceConfig, 'function' | 'alias'>;
  readonly dlq: Queue;
}

async function find(
  options: NativeReplayOptions,
  resume: RunHeader | null,
  { queues, moveTasks }: NativePorts,
  context: Context,
): Promise<Place> {
  if (resume !== null) {
    const dlq = await queueOfRun(queues, resume);
    return {
      service: resume.service,
      consumer: {},
      dlq,
      unread: null,
      targets: await describeAll(queues, resume.native!.targets),
    };
  }
  const service = findService(await context.config(), options.service, 'dlq');
  const dlq = await queues.describe(service.dlq);
  const task = options.attach ? await runningTask({ moveTasks }, dlq) : null;
  const to = task === null ? options.to : destinationOf(task);
  const found = await nativeTargets(queues, dlq, to, service.queue);
  return { service: service.name, consumer: service, dlq, ...found };
}

function destinationOf({ destinationArn }: MoveTask): string | undefined {
  return destinationArn?.split(':').at(-1);
}

function describeAll(queues: Queues, names: readonly string[]): Promise<readonly Queue[]> {
  return Promise.all(names.map((name) => queues.describe(name)));
}

/** The same checks as for the client; the messages are not looked at one by one, as all of them go. */
async function makePlan(options: NativeReplayOptions, place: Place, context: Context): Promise<ReplayPlan> {
  const { plan } = await planReplay(
    {
      queues: await context.queues(),
      clock: context.clock,
      functions: await context.functions(),
      logs: (await serviceLogs(context, place.consumer)).reader,
    },
    {
      dlq: place.dlq,
      target: place.targets[0]!,
      service: place.service,
      filter: null,
      group: null,
      max: null,
      only: null,
      edit: null,
      rate: options.rate ?? null,
      canary: null,
      maxReturns: null,
      expiringFirst: false,
      outOfOrder: false,
      force: options.force,
      verify: options.verify ? { waitMs: options.waitMs ?? null } : null,
      resume: null,
    },
    null,
    context.signal,
  );
  return plan;
}

/** A plan of the client as one of a move task: same checks, AWS's speed, every source. */
function asNative(plan: ReplayPlan, { rate }: NativeReplayOptions, place: Place): ReplayPlan {
  const seconds = Math.ceil(plan.waiting / (rate ?? MAX_NATIVE_RATE));
  return {
    ...plan,
    target: place.targets.map(({ name }) => name).join(', '),
    seconds: rate === undefined ? null : seconds,
    estimatedSeconds: seconds,
    engine: { ...plan.engine, engine: 'native' },
    checks: place.unread === null ? plan.checks : [...plan.checks, unread('sources', place.unread)],
  };
}

/** The same events, with a look at whether the task is active when they end. */
function watched(events: AsyncGenerator<ReplayEvent, ReplayResult, undefined>) {
  const seen = { goesOn: false };
  async function* pass(): AsyncGenerator<ReplayEvent, ReplayResult, undefined> {
    for (;;) {
      const step = await events.next();
      if (step.done === true) return step.value;
      if (step.value.type === 'moving') seen.goesOn = isActive(step.value);
      yield step.value;
    }
  }
  return { events: pass(), seen };
}
