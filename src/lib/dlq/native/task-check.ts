import type { MoveTasks } from '../../aws/ports/move-tasks.ts';
import type { Queue } from '../../aws/ports/queues.ts';
import { ng, type ReplayCheck } from '../plan/replay-check.ts';
import { activeTask } from './start-task.ts';
import { cancelCommand, movedWords } from './task-words.ts';

/**
 * Whether AWS moves messages out of the queue that the client is about to replay, perhaps for a run that was killed. Both at
 * a time lose nothing, but the counts and the verdict of the client miss what the task takes. Null when none does, or
 * when the server does not say.
 */
export async function taskCheck(moveTasks: MoveTasks, dlq: Queue, service: string | null): Promise<ReplayCheck | null> {
  const task = await activeTask(moveTasks, dlq);
  if (task === undefined) return null;
  const detail = `AWS moves messages out of ${dlq.name} too: a task ${task.status} since ${new Date(task.startedAt).toISOString()}, ${movedWords(task)} moved`;
  return ng('move-task', detail, { hint: `\`${cancelCommand(service)}\` ends it` });
}
