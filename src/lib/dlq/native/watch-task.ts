import type { MoveTask, MoveTasks } from '../../aws/ports/move-tasks.ts';
import type { Queue } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { interruption } from '../../errors/interruption.ts';
import { expected, isPassing } from '../replay/call-failure.ts';
import type { ReplayEvent } from '../replay/replay-event.ts';
import { findTask, isActive, type TaskMark } from './find-task.ts';
import { attachCommand, cancelCommand, movedWords } from './task-words.ts';

export interface WatchOptions {
  readonly moveTasks: MoveTasks;
  readonly clock: Clock;
  readonly dlq: Queue;
  readonly mark: TaskMark;
  readonly service: string | null;
  /** Ctrl-C ends the watch and leaves the task alone; other reasons of the signal, such as an alarm, cancel it all the same. */
  readonly leaves?: boolean;
  /** Called once, when the task is first seen. */
  readonly onFound?: (task: MoveTask) => Promise<void>;
}

export interface Watched {
  /** As it was last seen; null when it never was. */
  readonly task: MoveTask | null;
  /** Why the watch ended before the task; null when the task ended. */
  readonly lost: CvopsError | null;
}

/** ms between two looks, growing. */
const FIRST_POLL_MS = 2_000;
const LONGEST_POLL_MS = 15_000;
/** So long a task may be missing from the list, or the list may fail, before the watch is given up. */
const BLIND_MS = 5 * 60_000;
const MISSING_MS = 60_000;
/** So long a cancel may take to be done. */
const CANCEL_MS = 15 * 60_000;

/**
 * Watches a move task to its end. The signal cancels it and the watch goes on until AWS says that it stands: messages are
 * still moved after the cancel was accepted. Errors of single calls are waited out; when it cannot be watched any more, `lost` says
 * why, and the task goes on in AWS.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html
 */
export async function* watchTask(
  options: WatchOptions,
  signal: AbortSignal,
): AsyncGenerator<ReplayEvent, Watched, undefined> {
  const { moveTasks, clock, dlq, service } = options;
  const watchedFrom = clock.now();
  let { mark } = options;
  let task: MoveTask | null = null;
  let seenAt = watchedFrom;
  let answeredAt = watchedFrom;
  let base: { readonly at: number; readonly moved: number } | null = null;
  let cancelAskedAt: number | null = null;
  let cancelDone = false;
  let pollMs = FIRST_POLL_MS;
  let told = '';
  const lost = (error: CvopsError): Watched => ({ task, lost: goesOn(error, task, service) });

  for (;;) {
    const interrupted = interruption(signal);
    if (options.leaves === true && interrupted?.code === 'Interrupted') return lost(interrupted);
    if (signal.aborted && cancelAskedAt === null) {
      cancelAskedAt = clock.now();
      pollMs = FIRST_POLL_MS;
      yield {
        type: 'note',
        at: clock.now(),
        message: `Cancelling the move task. If you leave now it may go on in AWS; \`${cancelCommand(service)}\` ends it.`,
      };
    }
    const handle = task?.handle ?? mark.handle;
    if (cancelAskedAt !== null && !cancelDone && handle !== null) {
      try {
        await moveTasks.cancel(dlq, handle);
        cancelDone = true;
      } catch (cause) {
        const error = expected(cause);
        // It has ended, or somebody else has cancelled it: the list says which.
        if (error.code !== 'MoveTaskNotFound' && !isPassing(error)) return lost(error);
      }
    }
    try {
      const found = findTask(await moveTasks.list(dlq), mark);
      answeredAt = clock.now();
      if (found !== undefined) {
        if (task === null) {
          mark = { ...mark, startedAt: found.startedAt };
          await options.onFound?.(found);
        }
        task = found;
        seenAt = clock.now();
        base ??= { at: seenAt, moved: found.moved };
        const event = progress(found, base, clock.now());
        const state = `${event.status} ${event.moved} ${event.toMove}`;
        if (state !== told) {
          told = state;
          yield event;
        }
        if (!isActive(found)) return { task, lost: null };
      }
    } catch (cause) {
      const error = expected(cause);
      if (!isPassing(error) || clock.now() - answeredAt >= BLIND_MS) return lost(error);
    }
    const now = clock.now();
    if (now - seenAt >= MISSING_MS && answeredAt > seenAt) {
      return lost(new CvopsError('MoveTaskMissing', ExitCode.failed, 'AWS does not list the move task any more.'));
    }
    if (cancelAskedAt !== null && now - cancelAskedAt >= CANCEL_MS) {
      return lost(new CvopsError('MoveTaskCancelling', ExitCode.pending, 'the cancel is not done after 15 minutes.'));
    }
    await clock.sleep(pollMs, cancelAskedAt === null ? signal : undefined).catch(() => {});
    pollMs = Math.min(LONGEST_POLL_MS, pollMs * 1.3);
  }
}

function progress(
  { status, moved, toMove }: MoveTask,
  base: { readonly at: number; readonly moved: number },
  now: number,
): Extract<ReplayEvent, { type: 'moving' }> {
  const seconds = (now - base.at) / 1000;
  const rate = seconds > 0 && moved > base.moved ? (moved - base.moved) / seconds : null;
  return {
    type: 'moving',
    at: now,
    status,
    moved,
    toMove,
    ratePerSecond: rate === null ? null : Number(rate.toFixed(1)),
    etaSeconds: rate === null || toMove === null || status !== 'RUNNING' ? null : Math.ceil((toMove - moved) / rate),
  };
}

/** The same error, with what it means for the task. */
function goesOn(error: CvopsError, task: MoveTask | null, service: string | null): CvopsError {
  const state = task === null ? '' : `, ${movedWords(task)} moved when last seen`;
  return new CvopsError(
    error.code,
    error.exitCode,
    `${error.message.replace(/\.$/, '')}; the move task goes on in AWS${state}.`,
    {
      hint: `${error.hint === undefined ? '' : `${error.hint} `}Watch it with \`${attachCommand(service)}\`, end it with \`${cancelCommand(service)}\`.`,
      cause: error,
    },
  );
}
