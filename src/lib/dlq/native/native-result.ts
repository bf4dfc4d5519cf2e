import type { MoveTask } from '../../aws/ports/move-tasks.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import type { ReplayResult } from '../replay/replay-result.ts';
import { movedWords } from './task-words.ts';
import type { Watched } from './watch-task.ts';

/** Why a run with this task ended early; null when it went through. */
export function whyStopped({ task, lost }: Watched, signal: AbortSignal): ReplayResult['stopped'] {
  if (lost !== null) return stopped(lost);
  if (task === null) return null;
  if (task.status === 'FAILED') return stopped(failedTask(task));
  if (task.status !== 'CANCELLED') return null;
  const stay = `${movedWords(task)} had been moved, and stay moved.`;
  if (!signal.aborted) {
    const message = `somebody cancelled the move task; ${stay}`;
    return { code: 'MoveTaskCancelled', message, hint: null, exitCode: ExitCode.failed };
  }
  const reason = signal.reason instanceof CvopsError ? signal.reason : interrupted();
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

/** Ended by the signal while no task ran: before one began, or while its verdict was waited for. */
export function stoppedBySignal(signal: AbortSignal): NonNullable<ReplayResult['stopped']> {
  return stopped(signal.reason instanceof CvopsError ? signal.reason : interrupted());
}

function interrupted(): CvopsError {
  return new CvopsError('Interrupted', ExitCode.interrupted, 'stopped on request.');
}

function stopped({ code, message, hint, exitCode }: CvopsError): NonNullable<ReplayResult['stopped']> {
  return { code, message, hint: hint ?? null, exitCode };
}
