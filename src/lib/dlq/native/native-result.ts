import type { MoveTask } from '../../aws/ports/move-tasks.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { interruption } from '../../errors/interruption.ts';
import type { ReplayResult } from '../replay/replay-result.ts';
import { stoppedBy } from '../replay/stopped-by.ts';
import { movedWords } from './task-words.ts';
import type { Watched } from './watch-task.ts';

/** Why a run with this task ended early; null when it went through. */
export function whyStopped({ task, lost }: Watched, signal: AbortSignal): ReplayResult['stopped'] {
  if (lost !== null) return stoppedBy(lost);
  if (task === null) return null;
  if (task.status === 'FAILED') return stoppedBy(failedTask(task));
  if (task.status !== 'CANCELLED') return null;
  const stay = `${movedWords(task)} had been moved, and stay moved.`;
  const reason = interruption(signal);
  if (reason === null) {
    const message = `somebody cancelled the move task; ${stay}`;
    return { code: 'MoveTaskCancelled', message, hint: null, exitCode: ExitCode.failed };
  }
  const why =
    reason.code === 'Interrupted' ? 'cancelled on request' : `${reason.message.replace(/\.$/, '')}; cancelled`;
  return { code: reason.code, message: `${why}; ${stay}`, hint: reason.hint ?? null, exitCode: reason.exitCode };
}

/** Reasons that AWS gives in codes, and what mends them. */
const REASONS: Readonly<Record<string, string>> = {
  CouldNotDetermineMessageSource:
    'a message was sent to the dead-letter queue directly and has no source; name a queue with --to, or use --engine client.',
  'AWS.SimpleQueueService.NonExistentQueue': 'a queue that messages go to is gone; name another one with --to.',
  AccessDenied: 'allow sqs:SendMessage on the target, and sqs:ReceiveMessage and sqs:DeleteMessage on the source.',
};

function failedTask(task: MoveTask): CvopsError {
  const reason = task.failureReason ?? 'AWS gives no reason';
  return new CvopsError(
    'MoveTaskFailed',
    ExitCode.failed,
    `the move task failed after ${movedWords(task)}: ${reason}.`,
    {
      hint: REASONS[reason] ?? 'the rest is still in the dead-letter queue; --engine client says for each message why.',
    },
  );
}
