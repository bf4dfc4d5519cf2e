import type { MoveTask } from '../../aws/ports/move-tasks.ts';
import type { Queue } from '../../aws/ports/queues.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import type { ReplayEvent } from '../replay/replay-event.ts';
import { isActive } from './find-task.ts';
import type { NativePorts } from './replay-natively.ts';
import { orUnsupported } from './unsupported.ts';
import { watchTask } from './watch-task.ts';

/** The task that moves messages out of this queue now; null when none does. @throws CvopsError `MoveTasksUnsupported` … */
export async function runningTask({ moveTasks }: Pick<NativePorts, 'moveTasks'>, dlq: Queue): Promise<MoveTask | null> {
  try {
    return (await moveTasks.list(dlq)).find(isActive) ?? null;
  } catch (cause) {
    throw orUnsupported(cause, dlq.name);
  }
}

/**
 * Cancels a running task, whoever started it, and waits until it stands. Answers it as it ended: it may have been COMPLETED
 * before the cancel came.
 */
export async function* cancelTask(
  { moveTasks, clock }: Pick<NativePorts, 'moveTasks' | 'clock'>,
  options: { readonly dlq: Queue; readonly task: MoveTask; readonly service: string | null },
): AsyncGenerator<ReplayEvent, MoveTask, undefined> {
  const { dlq, task, service } = options;
  const mark = { handle: task.handle, startedAt: task.startedAt, before: [] };
  const now = AbortSignal.abort(new CvopsError('Interrupted', ExitCode.interrupted, 'cancelled on request.'));
  const { task: ended, lost } = yield* watchTask({ moveTasks, clock, dlq, mark, service }, now);
  if (lost !== null) throw lost;
  return ended!;
}
