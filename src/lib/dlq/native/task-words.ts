import type { MoveTask } from '../../aws/ports/move-tasks.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';

/** `about 2,100 of 10,000 messages`. */
export function movedWords({ moved, toMove }: Pick<MoveTask, 'moved' | 'toMove'>): string {
  const number = (count: number) => count.toLocaleString('en-US');
  return toMove === null ? `about ${number(moved)} messages` : `about ${number(moved)} of ${number(toMove)} messages`;
}

/** The command that ends a task of this queue, from any shell. */
export function cancelCommand(service: string | null): string {
  return `cvops dlq cancel${service === null ? '' : ` ${service}`}`;
}

/** The command that watches the task of this queue, whoever started it. */
export function attachCommand(service: string | null): string {
  return `cvops dlq replay${service === null ? '' : ` ${service}`} --engine native --attach`;
}

/** A queue has one task at a time, and this one is busy. */
export function taskRuns(queueName: string, service: string | null, task: MoveTask | undefined): CvopsError {
  const state =
    task === undefined
      ? ''
      : ` (${task.status}, ${movedWords(task)} moved, since ${new Date(task.startedAt).toISOString()})`;
  return new CvopsError('MoveTaskRunning', ExitCode.gate, `a move task already runs on "${queueName}"${state}.`, {
    hint: `watch it with \`${attachCommand(service)}\`, or end it with \`${cancelCommand(service)}\`.`,
  });
}
