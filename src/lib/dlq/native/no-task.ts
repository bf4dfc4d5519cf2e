import type { MoveTask } from '../../aws/ports/move-tasks.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { movedWords } from './task-words.ts';

/** There is nothing to watch. */
export function noTaskRuns(queueName: string, service: string | null, last: MoveTask | undefined): CvopsError {
  const ended =
    last === undefined
      ? ''
      : `; the last one is ${last.status}, ${movedWords(last)} moved, begun ${new Date(last.startedAt).toISOString()}`;
  return new CvopsError('NoMoveTask', ExitCode.notFound, `no move task runs on "${queueName}"${ended}.`, {
    hint: `start one with \`cvops dlq replay${service === null ? '' : ` ${service}`} --engine native\`.`,
  });
}

/** The process of a run died before its task began, or so long ago that AWS does not list it any more. */
export function startedNone(runId: string): CvopsError {
  return new CvopsError('NoMoveTask', ExitCode.notFound, `AWS lists no move task of run "${runId}".`, {
    hint: 'it was stopped before its task began, or ten others followed; run the replay anew for what is left.',
  });
}
