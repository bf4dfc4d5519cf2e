import type { MoveTask, MoveTasks } from '../../aws/ports/move-tasks.ts';
import type { Queue } from '../../aws/ports/queues.ts';
import { ng, type ReplayCheck, unread } from '../plan/replay-check.ts';
import { expected } from '../replay/call-failure.ts';
import { isActive } from './find-task.ts';
import { cancelCommand, movedWords } from './task-words.ts';

/**
 * Whether AWS moves messages out of the queue that the client is about to replay, perhaps for a run that was killed. Both at
 * a time lose nothing, but the counts and the verdict of the client miss what the task takes. Null when none does, or
 * when the server knows no move tasks.
 */
export async function taskCheck(moveTasks: MoveTasks, dlq: Queue, service: string | null): Promise<ReplayCheck | null> {
  let task: MoveTask | undefined;
  try {
    task = (await moveTasks.list(dlq)).find(isActive);
  } catch (cause) {
    const { code, message } = expected(cause);
    return code === 'AccessDenied' ? unread('move-task', message) : null;
  }
  if (task === undefined) return null;
  const detail = `AWS moves messages out of ${dlq.name} too: a task ${task.status} since ${new Date(task.startedAt).toISOString()}, ${movedWords(task)} moved`;
  return ng('move-task', detail, { hint: `\`${cancelCommand(service)}\` ends it` });
}
