import { resolve } from 'node:path';
import type { FunctionLogs } from '../../lib/aws/ports/function-logs.ts';
import type { Context } from '../../lib/context.ts';
import type { Edit } from '../../lib/dlq/edit/edit.ts';
import type { RunHeader } from '../../lib/dlq/ledger/ledger-record.ts';
import { taskCheck } from '../../lib/dlq/native/task-check.ts';
import type { PlannedMessage } from '../../lib/dlq/plan/look.ts';
import { planReplay, type ReplayPlan, refuseBadPlan, whyRefused } from '../../lib/dlq/plan/plan-replay.ts';
import { PlannedIds } from '../../lib/dlq/plan/planned-ids.ts';
import type { SavedPlan } from '../../lib/dlq/plan/saved-plan.ts';
import { type ReplayPorts, replay } from '../../lib/dlq/replay/replay.ts';
import type { ReplayOptions as RunOptions } from '../../lib/dlq/replay/replay-options.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { formatUsd, plural } from '../../lib/io/format.ts';
import type { Outcome, Warning } from '../../lib/io/outcome.ts';
import { type ServiceLogs, serviceLogs } from '../service-logs.ts';
import { warnFirst } from '../warn-first.ts';
import { compileFilter, type MessageFilter } from './compile-filter.ts';
import { followReplay } from './follow-replay.ts';
import { loadPlan, refuseChanged, savePlanOf, withMissing } from './plan-file.ts';
import { planOutcome, planWarnings } from './plan-outcome.ts';
import { appliedFlags, replayCommandLine } from './replay-command-line.ts';
import type { ReplayOptions } from './replay-options.ts';
import { replayOutcome } from './replay-outcome.ts';
import { type ReplayPlace, replayPlace } from './replay-place.ts';
import { runLedgers } from './run-ledgers.ts';

/**
 * Messages that a look holds at most. SQS lets about 120,000 of a queue be in flight at a time.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
const LOOK_LIMIT = 100_000;

/**
 * `dlq replay` by this process. Without a look the plan is made of what SQS counts.
 * @param signal stops the replay: Ctrl-C, or an alarm
 */
export async function replayWithClient(
  options: ReplayOptions,
  resume: RunHeader | null,
  context: Context,
  signal: AbortSignal,
): Promise<Outcome> {
  const saved = options.plan === undefined ? null : await loadPlan(options.plan, context.cwd);
  // What is wrong with them is told before the first call.
  const filter = await compileFilter(resume?.options.filter ?? options.filter);
  const edit = await compiledEdit(resume?.options.edit ?? saved?.options.edit ?? options.edit, context.cwd);
  const place = await replayPlace(options, resume, saved, context);
  const chosen = chosenOptions(options, resume, saved, { place, filter, edit });
  const logs = await serviceLogs(context, place.consumer);
  const { plan, messages } = await plannedFor(options, chosen, filter, logs.reader, context);
  if (saved !== null) refuseChanged(saved, messages);
  if (options.dryRun) {
    const planned = await dryRun(options, chosen, { plan, messages }, context);
    return { ...planned, warnings: [...(planned.warnings ?? []), ...logs.warnings()] };
  }
  refuseBadPlan(plan, chosen.outOfOrder);
  if (options.engine === 'auto' && plan.engine.engine === 'native') {
    try {
      const { replayWithMoveTask } = await import('./replay-native.ts');
      return await replayWithMoveTask(options, { resume: null, known: plan }, context, signal);
    } catch (cause) {
      if (!(cause instanceof CvopsError) || !MOVED_NOTHING.has(cause.code)) throw cause;
      context.note(`${cause.message} The client moves them instead.`);
    }
  }
  return confirmedRun(chosen, { plan, functionName: place.functionName, logs }, context, signal);
}

/** What the run was started with, what was planned, then what is asked for now. */
function chosenOptions(
  options: ReplayOptions,
  resume: RunHeader | null,
  saved: SavedPlan | null,
  { place, filter, edit }: { place: ReplayPlace; filter: MessageFilter | null; edit: Edit | null },
): RunOptions {
  return {
    dlq: place.dlq,
    target: place.target,
    service: place.service,
    filter,
    group: resume?.options.group ?? options.group ?? null,
    max: resume?.options.max ?? options.max ?? null,
    only: saved === null ? null : new PlannedIds(saved.messages.map(({ id }) => id)),
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
}

interface PlannedReplay {
  readonly plan: ReplayPlan;
  /** Empty where the queue was not looked at as a whole. */
  readonly messages: readonly PlannedMessage[];
}

async function plannedFor(
  options: ReplayOptions,
  chosen: RunOptions,
  filter: MessageFilter | null,
  logs: FunctionLogs,
  context: Context,
): Promise<PlannedReplay> {
  const { dlq, service, outOfOrder, resume, only } = chosen;
  const mayLeaveGaps = dlq.fifo && filter !== null && !outOfOrder && resume === null;
  // A filter that can fail on a message, or a plan that may be out of date, must not do so half-way.
  const mustKnow = mayLeaveGaps || (resume === null && filter?.mayFail === true) || only !== null;
  const look = options.dryRun || mustKnow ? { limit: LOOK_LIMIT } : null;
  const ports = {
    queues: await context.queues(),
    clock: context.clock,
    functions: await context.functions(),
    logs,
  };
  const [{ plan, messages }, task] = await Promise.all([
    planReplay(ports, { ...chosen, suspicions: filter?.suspicions ?? [] }, look, context.signal),
    taskCheck(await context.moveTasks(), dlq, service),
  ]);
  return {
    plan: {
      ...plan,
      engine: options.engine === 'auto' ? plan.engine : { ...plan.engine, engine: 'client' },
      checks: task === null ? plan.checks : [...plan.checks, task],
    },
    messages: messages ?? [],
  };
}

async function dryRun(
  options: ReplayOptions,
  chosen: RunOptions,
  { plan, messages }: PlannedReplay,
  context: Context,
): Promise<Outcome> {
  const nowMs = context.clock.now();
  const { savePlan } = options;
  if (savePlan !== undefined) await savePlanOf(resolve(context.cwd, savePlan), chosen, { plan, messages, nowMs });
  const flags = { ...options, service: chosen.service ?? undefined };
  return planOutcome({
    service: chosen.service,
    plan,
    refusal: whyRefused(plan, chosen.outOfOrder),
    savedTo: savePlan ?? null,
    command: replayCommandLine(savePlan === undefined ? flags : appliedFlags(flags, savePlan)),
    nowMs,
  });
}

async function confirmedRun(
  chosen: RunOptions,
  {
    plan,
    functionName,
    logs,
  }: { readonly plan: ReplayPlan; readonly functionName: string | undefined; readonly logs: ServiceLogs },
  context: Context,
  signal: AbortSignal,
): Promise<Outcome> {
  const { dlq, target, only, verify } = chosen;
  const known = [...planWarnings(plan), ...logs.warnings()];
  const warnings = warnFirst(known, context);
  const about = plural(plan.look?.matched ?? plan.waiting, 'message');
  await context.confirm(`Replay about ${about} from ${dlq.name} to ${target.name} (${formatUsd(plan.costUsd)})?`);
  const ports: ReplayPorts = {
    queues: await context.queues(),
    ledgers: runLedgers(context),
    clock: context.clock,
    ...(functionName === undefined || verify === null ? {} : { logs: { reader: logs.reader, functionName } }),
  };
  // Its own set: what the look came across may be gone by now.
  const ids = only === null ? null : new PlannedIds(only);
  const result = await followReplay(replay(ports, { ...chosen, only: ids }, signal), context);
  const outcome = replayOutcome(chosen.service, result, plan, [
    ...warnings,
    ...unheard(plan, logs, verify !== null).filter((each) => !known.includes(each)),
  ]);
  return ids === null ? outcome : withMissing(outcome, ids, result);
}

/** What the verdict had to do without, unless the plan has told of it: the same log says which version failed. */
function unheard({ checks }: ReplayPlan, logs: ServiceLogs, verifies: boolean): readonly Warning[] {
  const isTold = !verifies || checks.some(({ id, unread }) => id === 'version' && unread !== null);
  return isTold ? logs.warnings() : [...logs.warnings(), ...logs.unheard()];
}

/** How a move task ends that leaves everything to the client. */
const MOVED_NOTHING: ReadonlySet<string> = new Set(['MoveTasksUnsupported', 'MoveTaskFailed']);

/** Only a replay with an edit loads what edits. */
async function compiledEdit(text: string | undefined, folder: string): Promise<Edit | null> {
  if (text === undefined) return null;
  const { compileEdit } = await import('./compile-edit.ts');
  return compileEdit(text, folder);
}
