import { describe, expect, test } from 'vitest';
import { followEvents, followReplay } from '../../../../src/commands/dlq/follow-replay.ts';
import type { Context } from '../../../../src/lib/context.ts';
import type { ReplayEvent } from '../../../../src/lib/dlq/replay/replay-event.ts';
import type { ReplayResult } from '../../../../src/lib/dlq/replay/replay-result.ts';
import { startProgress } from '../../../../src/lib/io/progress.ts';
import { VirtualClock } from '../../lib/dlq/support/virtual-clock.ts';

/** A command's context in a pipe. */
function inPipe(output: 'table' | 'ndjson' = 'table') {
  const clock = new VirtualClock();
  const written = { stdout: [] as string[], stderr: [] as string[] };
  const streams = {
    stdout: { write: (text: string) => void written.stdout.push(text) },
    stderr: { isTTY: false, write: (text: string) => void written.stderr.push(text) },
  };
  const context = {
    clock,
    streams,
    settings: { output },
    progress: () => startProgress(streams as never, { quiet: false, now: () => clock.now() }),
  };
  return { clock, written, context: context as unknown as Context };
}

async function* verdictAfter(
  clock: VirtualClock,
  seconds: number,
): AsyncGenerator<ReplayEvent, Pick<ReplayResult, 'replayed'>, undefined> {
  const knownBy = clock.now() + seconds * 1000;
  const verdict = { type: 'verdict', returned: 0 } as const;
  yield { ...verdict, at: clock.now(), succeeded: 0, pending: 3, basis: 'none', knownBy };
  await clock.sleep(seconds * 1000);
  yield { ...verdict, at: clock.now(), succeeded: 3, pending: 0, basis: 'deadline', knownBy: null };
  return { replayed: 3 };
}

describe('a verdict that is long in coming', () => {
  test('is told of at once, and again now and then, where there is no terminal', async () => {
    const { clock, written, context } = inPipe();
    expect(await followEvents(verdictAfter(clock, 100), context)).toEqual({ replayed: 3 });
    expect(written.stderr).toEqual([
      'waiting for the verdict of 3 messages, known in 1 min 40 s at the latest\n',
      'verdict: 0 succeeded, 0 returned, 3 pending; known in 1 min 10 s at the latest\n',
      'verdict: 0 succeeded, 0 returned, 3 pending; known in 40 s at the latest\n',
      'verdict: 0 succeeded, 0 returned, 3 pending; known in 10 s at the latest\n',
      'verdict: 3 succeeded, 0 returned, 0 pending\n',
    ]);
  });

  test('is one line for each change with --output ndjson', async () => {
    const { clock, written, context } = inPipe('ndjson');
    await followEvents(verdictAfter(clock, 100), context);
    const pending = written.stdout.map((line) => JSON.parse(line).pending);
    expect(pending).toEqual([3, 0]);
  });
});

describe('what stopped a replay', () => {
  const stopped = { code: 'QueueNotFound', exitCode: 5, message: 'gone.', hint: 'look.' } as const;
  async function* ending(result: object): AsyncGenerator<ReplayEvent, ReplayResult, undefined> {
    yield { type: 'note', at: 0, message: 'ended' };
    return result as ReplayResult;
  }

  test('is an error when nothing was sent', async () => {
    const { context } = inPipe();
    await expect(followReplay(ending({ stopped, replayed: 0 }), context)).rejects.toMatchObject(stopped);
  });

  test.each([
    { stopped, replayed: 1 },
    { stopped: { ...stopped, code: 'Interrupted' }, replayed: 0 },
    { stopped: null, replayed: 0 },
  ])('is a part of the result else: %j', async (result) => {
    const { context } = inPipe();
    expect(await followReplay(ending(result), context)).toEqual(result);
  });
});
