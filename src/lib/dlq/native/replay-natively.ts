import type { MoveTask, MoveTasks } from '../../aws/ports/move-tasks.ts';
import type { Queue, Queues } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import { endRecord } from '../ledger/end-record.ts';
import type { RunCounts, RunHeader } from '../ledger/ledger-record.ts';
import type { Ledger, Ledgers } from '../ledger/ledgers.ts';
import { newHeader } from '../ledger/new-header.ts';
import { resumeLedger } from '../ledger/resume-ledger.ts';
import { refuseOwnRedrive } from '../own-redrive.ts';
import { queueDepth } from '../queue-depth.ts';
import { Price } from '../replay/price.ts';
import { pricedQueues } from '../replay/priced-queues.ts';
import type { ReplayEvent } from '../replay/replay-event.ts';
import type { ReplayResult, Verified } from '../replay/replay-result.ts';
import { stoppedBySignal } from '../replay/stopped-by.ts';
import { isActive, type TaskMark } from './find-task.ts';
import { whyStopped } from './native-result.ts';
import { markOf, type NativeRunState, readNativeRun, taskOf, taskRecord } from './native-run.ts';
import { noTaskRuns, startedNone } from './no-task.ts';
import { pricedMoveTasks } from './priced-move-tasks.ts';
import { startTask } from './start-task.ts';
import { taskRuns } from './task-words.ts';
import { orUnsupported } from './unsupported.ts';
import { verifyMoved } from './verify-moved.ts';
import { type Watched, watchTask } from './watch-task.ts';

export interface NativePorts {
  readonly queues: Queues;
  readonly moveTasks: MoveTasks;
  readonly ledgers: Ledgers;
  readonly clock: Clock;
}

export interface NativeOptions {
  readonly dlq: Queue;
  /** Where the messages go, from `nativeTargets`; never empty. The first is named as the target. */
  readonly targets: readonly Queue[];
  /** All messages go to the first target (`--to`); otherwise each goes back to its own source. */
  readonly toTarget: boolean;
  readonly service: string | null;
  /** Messages a second, a whole number from 1 to 500; null lets AWS choose. */
  readonly rate: number | null;
  /** Also from a dead-letter queue that has a redrive policy of its own: the verdict looks into it. */
  readonly force: boolean;
  /** Wait for a verdict; null when none is wanted. `waitMs: null` waits until it can be known. */
  readonly verify: { readonly waitMs: number | null } | null;
  /** Watches the task that runs, whoever started it, instead of starting one. Ctrl-C then leaves it alone. */
  readonly attach: boolean;
  /** Goes on watching the task of this run. */
  readonly resume: RunHeader | null;
}

/**
 * Lets AWS move the dead letters (StartMessageMoveTask) and watches it; same events and result as `replay`, with counts that
 * are AWS's approximations. The signal cancels the task, which does not bring back what was moved. A killed process leaves
 * the task running: its ledger finds it again.
 * @throws CvopsError before anything is started: `MoveTaskRunning`, `NoMoveTask`, `NotADeadLetterQueue`,
 * `MoveTasksUnsupported`, `OwnRedrivePolicy`, `LedgerNotWritable` …
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
export async function* replayNatively(
  ports: NativePorts,
  options: NativeOptions,
  signal: AbortSignal,
): AsyncGenerator<ReplayEvent, ReplayResult, undefined> {
  const { clock, ledgers } = ports;
  const { dlq, resume, service } = options;
  if (!options.force) refuseOwnRedrive(dlq);
  const price = new Price();
  const queues = pricedQueues(ports.queues, price);
  const moveTasks = pricedMoveTasks(ports.moveTasks, price);
  const watchedFrom = clock.now();
  const known = await list(moveTasks, dlq);
  const active = known.find(isActive);
  if (resume === null && !options.attach && active !== undefined) throw taskRuns(dlq.name, service, active);
  if (options.attach && active === undefined) throw noTaskRuns(dlq.name, service, known[0]);
  const header = resume ?? headerOf(options, watchedFrom, known, options.attach ? active! : null);
  const state = resume === null ? NEW : await readNativeRun(ledgers.read(resume.runId));
  /** Moved before the watch began. */
  let already = 0;
  const ledger = resume === null ? await ledgers.create(header) : await resumeLedger(ledgers, resume.runId, clock);
  try {
    yield {
      type: 'started',
      at: watchedFrom,
      runId: header.runId,
      dlq: dlq.name,
      target: header.native!.targets.join(', '),
      resumed: resume !== null,
      expected: queueDepth(dlq),
    };
    yield {
      type: 'note',
      at: watchedFrom,
      message:
        header.native!.attached === true
          ? 'AWS moves the messages; Ctrl-C leaves its task running.'
          : 'AWS moves the messages; Ctrl-C cancels its task, and what was moved stays moved.',
    };
    const before = state.task !== null && !isActive(state.task) ? state.task : null;
    if (before !== null) already = before.moved;
    const watched = before === null ? yield* moved() : { task: taskOf(before), lost: null };
    const { task } = watched;
    const sendingMs = Math.max(1, clock.now() - watchedFrom);
    const endedAt = before?.at ?? clock.now();
    const remaining = await remainingOf(queues, dlq, task);
    /** The task had ended, and the signal cut the wait for its verdict short. */
    let waitEnded = false;
    const result = (verified: Verified | null): ReplayResult => ({
      runId: header.runId,
      engine: 'native',
      // What arrives while the task runs may be moved too, so more can be moved than were counted.
      matched: Math.max(task?.toMove ?? 0, task?.moved ?? 0),
      replayed: task?.moved ?? 0,
      failed: 0,
      skipped: 0,
      suppressed: 0,
      remaining,
      blocked: 0,
      uncertain: 0,
      undeleted: 0,
      possibleTwins: 0,
      verified,
      requests: price.requests,
      costUsd: price.costUsd,
      durationMs: clock.now() - watchedFrom,
      ratePerSecond: Number(((((task?.moved ?? 0) - already) / sendingMs) * 1000).toFixed(1)),
      stopped:
        waitEnded || (task === null && watched.lost === null && signal.aborted)
          ? stoppedBySignal(signal)
          : whyStopped(watched, signal),
    });
    // A task that goes on has no end yet: a resume finds it.
    const standing = watched.lost === null;
    if (standing) await end(ledger, clock, result(null));
    let verified: Verified | null = null;
    if (options.verify !== null && standing && task !== null && task.moved > 0 && !signal.aborted) {
      const course = verifyMoved({
        queues,
        clock,
        signal,
        dlq,
        targets: options.targets,
        moved: task.moved,
        startedAt: task.startedAt,
        lastedMs: lasted(task, header, endedAt),
        endedAt,
        waitMs: options.verify.waitMs,
      });
      try {
        verified = yield* course;
      } catch (cause) {
        if (!signal.aborted) throw cause;
      }
      waitEnded = signal.aborted;
      await end(ledger, clock, result(verified));
    }
    const final = result(verified);
    yield { type: 'finished', at: clock.now(), result: final };
    return final;
  } finally {
    await ledger.close().catch(() => {});
  }

  /** Starts the task, or finds it, and watches it to its end. */
  async function* moved(): AsyncGenerator<ReplayEvent, Watched, undefined> {
    const mark = yield* findOrStart();
    if (mark === null) return { task: null, lost: null };
    const watched = yield* watchTask(
      {
        moveTasks,
        clock,
        dlq,
        mark,
        service,
        leaves: header.native!.attached === true,
        onFound: (task) => {
          if (resume !== null || options.attach) already = task.moved;
          return ledger.commit(taskRecord(task, clock.now(), mark.handle));
        },
      },
      signal,
    );
    if (watched.task !== null) {
      await ledger.commit(taskRecord(watched.task, clock.now(), mark.handle)).catch(() => {});
    }
    return watched;
  }

  async function* findOrStart(): AsyncGenerator<ReplayEvent, TaskMark | null, undefined> {
    const { before } = header.native!;
    if (resume !== null) {
      if (state.task === null && known.every(({ startedAt }) => before.includes(startedAt))) {
        await end(ledger, clock, NOTHING);
        throw startedNone(resume.runId);
      }
      return markOf(state.task, before);
    }
    if (options.attach) return { handle: active!.handle, startedAt: active!.startedAt, before };
    const destination = options.toTarget ? options.targets[0]! : null;
    return yield* startTask(
      { moveTasks, clock, dlq, destination, ratePerSecond: options.rate, before, service },
      signal,
    );
  }
}

const NEW: NativeRunState = { task: null, end: null };
const NOTHING = { matched: 0, replayed: 0, failed: 0, skipped: 0, suppressed: 0, remaining: 0, verified: null };

function headerOf(
  options: NativeOptions,
  now: number,
  known: readonly MoveTask[],
  attached: MoveTask | null,
): RunHeader {
  return newHeader({ ...options, target: options.targets[0]! }, now, {
    options: { filter: null, group: null, max: null, outOfOrder: false },
    native: {
      attached: attached !== null,
      toTarget: attached === null ? options.toTarget : attached.destinationArn !== null,
      targets: options.targets.map(({ name }) => name),
      ratePerSecond: attached === null ? options.rate : attached.ratePerSecond,
      before: known.filter((task) => task !== attached).map(({ startedAt }) => startedAt),
    },
    visibilitySeconds: 0,
  });
}

async function list(moveTasks: MoveTasks, dlq: Queue): Promise<readonly MoveTask[]> {
  try {
    return await moveTasks.list(dlq);
  } catch (cause) {
    throw orUnsupported(cause, dlq.name);
  }
}

/** How long the task took at most, ms: by our clock for one of ours, also by AWS's for one that ran before we came. */
export function lasted(task: Pick<MoveTask, 'startedAt'>, header: RunHeader, endedAt: number): number {
  return Math.max(endedAt - header.at, endedAt - task.startedAt);
}

/** What the queue is said to hold; where it cannot be asked any more, what the task left. */
async function remainingOf(queues: Queues, dlq: Queue, task: MoveTask | null): Promise<number> {
  try {
    return queueDepth(await queues.describe(dlq.url));
  } catch {
    return task === null ? queueDepth(dlq) : Math.max(0, (task.toMove ?? task.moved) - task.moved);
  }
}

async function end(ledger: Ledger, clock: Clock, result: RunCounts & Pick<ReplayResult, 'verified'>): Promise<void> {
  // The work is done; a disk that is full now takes nothing from it.
  await ledger.commit(endRecord(clock.now(), 0, result)).catch(() => {});
}
