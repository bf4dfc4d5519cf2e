import type { MoveTask } from '../../aws/ports/move-tasks.ts';

/** What is known of one task of a queue, to find it in the list again. */
export interface TaskMark {
  /** What its start answered; null when that answer was lost. */
  readonly handle: string | null;
  /** By AWS's clock; null until it was seen in the list. */
  readonly startedAt: number | null;
  /** Start times of the tasks that the queue had before. */
  readonly before: readonly number[];
}

/**
 * AWS lists handles of running tasks only, and no ids: a task is known by its handle while it runs, and by its start time
 * after. Before it was seen at all it is the first that is not one of those before, as a queue has one active task at a time.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html
 */
export function findTask(tasks: readonly MoveTask[], mark: TaskMark): MoveTask | undefined {
  const { handle, startedAt } = mark;
  const running = handle === null ? undefined : tasks.find((task) => task.handle === handle);
  if (running !== undefined) return running;
  if (startedAt !== null) return tasks.find((task) => task.startedAt === startedAt);
  return tasks
    .filter((task) => !mark.before.includes(task.startedAt))
    .sort((one, other) => one.startedAt - other.startedAt)[0];
}

/** Whether it moves messages, or still may. */
export function isActive({ status }: Pick<MoveTask, 'status'>): boolean {
  return status === 'RUNNING' || status === 'CANCELLING';
}
