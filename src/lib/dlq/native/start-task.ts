import type { MoveTask, MoveTasks } from '../../aws/ports/move-tasks.ts';
import type { Queue } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import type { CvopsError } from '../../errors/cvops-error.ts';
import { backoffMs, expected, isPassing, isThrottling } from '../replay/call-failure.ts';
import type { ReplayEvent } from '../replay/replay-event.ts';
import { findTask, isActive, type TaskMark } from './find-task.ts';
import { taskRuns } from './task-words.ts';

export interface StartOptions {
  readonly moveTasks: MoveTasks;
  readonly clock: Clock;
  readonly dlq: Queue;
  readonly destination: Queue | null;
  readonly ratePerSecond: number | null;
  /** Start times of the tasks that the queue had before. */
  readonly before: readonly number[];
  readonly service: string | null;
}

const TRIES = 6;

/**
 * Starts a move task once. When the answer to a start is lost, a task may run: it is looked for before another start, and
 * a refusal because of a running task then means that it was ours. Null when the signal came before any was started.
 * @throws CvopsError `MoveTaskRunning` (somebody else's), `NotADeadLetterQueue`, `AccessDenied` …
 */
export async function* startTask(
  options: StartOptions,
  signal: AbortSignal,
): AsyncGenerator<ReplayEvent, TaskMark | null, undefined> {
  const { moveTasks, clock, dlq, destination, ratePerSecond, before } = options;
  /** A try whose outcome is not known. */
  let lost = false;
  let failure: CvopsError | undefined;
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    if (attempt > 1) await clock.sleep(backoffMs(attempt), lost ? undefined : signal).catch(() => {});
    if (lost) {
      const found = await look(options);
      if (found !== undefined) {
        yield {
          type: 'note',
          at: clock.now(),
          message: 'The answer to the start was lost; the task that began then is taken to be this run’s.',
        };
        return { handle: found.handle, startedAt: found.startedAt, before };
      }
    }
    if (signal.aborted) {
      if (lost) continue;
      return null;
    }
    try {
      const handle = await moveTasks.start(dlq, { destination, ratePerSecond });
      return { handle, startedAt: null, before };
    } catch (cause) {
      failure = expected(cause);
      if (failure.code === 'MoveTaskRunning') {
        if (!lost) throw taskRuns(dlq.name, options.service, await activeTask(moveTasks, dlq));
        continue;
      }
      if (!isPassing(failure)) throw failure;
      // A throttled start was not done; any other failure may have come after the work.
      if (!isThrottling(failure.code)) lost = true;
    }
  }
  if (failure === undefined) return null;
  throw failure.code === 'MoveTaskRunning'
    ? taskRuns(dlq.name, options.service, await activeTask(moveTasks, dlq))
    : failure;
}

/** The task that a lost start may have begun: a new one with what was asked for. */
async function look({ moveTasks, dlq, destination, ratePerSecond, before }: StartOptions) {
  try {
    const task = findTask(await moveTasks.list(dlq), { handle: null, startedAt: null, before });
    const same = task?.destinationArn === (destination?.arn ?? null) && task.ratePerSecond === ratePerSecond;
    return same ? task : undefined;
  } catch (cause) {
    expected(cause);
    return undefined;
  }
}

/** The task that runs on the queue now, as far as AWS says. */
export async function activeTask(moveTasks: MoveTasks, dlq: Queue): Promise<MoveTask | undefined> {
  try {
    return (await moveTasks.list(dlq)).find(isActive);
  } catch (cause) {
    expected(cause);
    return undefined;
  }
}
