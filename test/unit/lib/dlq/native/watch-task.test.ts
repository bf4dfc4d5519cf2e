import { expect, test } from 'vitest';
import type { MoveTask, MoveTasks } from '../../../../../src/lib/aws/ports/move-tasks.ts';
import { type Watched, watchTask } from '../../../../../src/lib/dlq/native/watch-task.ts';
import { FakeQueues } from '../support/fake-queues.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { earlierTask } from './support/fake-move-tasks.ts';

async function watch(lists: readonly (readonly MoveTask[])[]): Promise<Watched> {
  const clock = new VirtualClock();
  const queues = new FakeQueues(clock);
  queues.create('dead');
  let asked = 0;
  const moveTasks: MoveTasks = {
    start: () => Promise.reject(new Error('not here')),
    cancel: () => Promise.reject(new Error('not here')),
    list: async () => lists[Math.min(asked++, lists.length - 1)]!,
  };
  const course = watchTask(
    {
      moveTasks,
      clock,
      dlq: await queues.describe('dead'),
      mark: { handle: 'ours', startedAt: null, before: [] },
      service: null,
    },
    new AbortController().signal,
  );
  for (;;) {
    const step = await course.next();
    if (step.done === true) return step.value;
  }
}

const ours = earlierTask({ handle: 'ours', status: 'RUNNING', startedAt: 20, moved: 1, toMove: 9 });
const next = earlierTask({ handle: 'next', status: 'RUNNING', startedAt: 30 });

test('a task that shows up in the list late is waited for', async () => {
  const watched = await watch([[], [], [ours], [{ ...ours, status: 'COMPLETED', handle: null, moved: 9 }]]);
  expect(watched).toMatchObject({ task: { status: 'COMPLETED', moved: 9 }, lost: null });
});

test('a task that leaves the list is not taken for the one after it', async () => {
  const watched = await watch([[ours], [next]]);
  expect(watched.task).toMatchObject({ startedAt: 20 });
  expect(watched.lost).toMatchObject({ code: 'MoveTaskMissing' });
});
