import { findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { cancelTask, runningTask } from '../../lib/dlq/native/cancel-task.ts';
import { movedWords } from '../../lib/dlq/native/task-words.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import { defineCommand, dryRunFlag } from '../command.ts';
import { replayProgress } from './replay-progress.ts';

interface CancelOptions {
  readonly service: string | undefined;
  readonly dryRun: boolean;
}

export const dlqCancel = defineCommand<CancelOptions>({
  arguments: [
    { name: '[service]', description: 'service name; may be left out when only one has a dead-letter queue' },
  ],
  flags: [dryRunFlag],
  examples: ['cvops dlq cancel processor --dry-run', 'cvops dlq cancel --yes'],
  parse: ([service], flags) => ({ service, dryRun: flags['dryRun'] === true }),
  run,
});

async function run(options: CancelOptions, context: Context): Promise<Outcome> {
  const service = findService(await context.config(), options.service, 'dlq');
  const [queues, moveTasks] = await Promise.all([context.queues(), context.moveTasks()]);
  const dlq = await queues.describe(service.dlq);
  const task = await runningTask({ moveTasks }, dlq);
  const common = { service: service.name, dlq: dlq.name };
  if (task === null) {
    const data = { ...common, status: null, moved: 0, toMove: null, startedAt: null, cancelled: false };
    return answer(data, `No move task runs on ${dlq.name}.`);
  }
  const startedAt = new Date(task.startedAt).toISOString();
  const state = `the move task of ${dlq.name}, ${movedWords(task)} moved since ${startedAt}`;
  if (options.dryRun) {
    const { status, moved, toMove } = task;
    return answer(
      { ...common, dryRun: true, status, moved, toMove, startedAt, cancelled: false },
      `Would cancel ${state}. What was moved would stay moved.`,
    );
  }
  await context.confirm(`Cancel ${state}? What was moved stays moved.`);
  const progress = await context.progress();
  const show = replayProgress(progress);
  const course = cancelTask({ moveTasks, clock: context.clock }, { dlq, task, service: service.name });
  try {
    for (;;) {
      const step = await course.next();
      if (step.done !== true) {
        show(step.value);
        continue;
      }
      const { status, moved, toMove } = step.value;
      const cancelled = status === 'CANCELLED';
      const end = cancelled ? '✓ Cancelled' : `It had ended before the cancel (${status})`;
      return {
        ...answer(
          { ...common, status, moved, toMove, startedAt, cancelled },
          `${end}: ${movedWords(step.value)} were moved from ${dlq.name} and stay moved.`,
        ),
        exitCode: status === 'FAILED' ? ExitCode.failed : ExitCode.done,
      };
    }
  } finally {
    progress.stop();
  }
}

function answer(data: object, line: string): Outcome {
  return { kind: 'dlq.cancel', data, view: () => [{ kind: 'line', text: line }] };
}
