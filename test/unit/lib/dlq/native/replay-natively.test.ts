import { beforeEach, describe, expect, test } from 'vitest';
import { type NativeOptions, replayNatively } from '../../../../../src/lib/dlq/native/replay-natively.ts';
import type { ReplayEvent } from '../../../../../src/lib/dlq/replay/replay-event.ts';
import type { ReplayResult } from '../../../../../src/lib/dlq/replay/replay-result.ts';
import { CvopsError } from '../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';
import { FakeQueues } from '../support/fake-queues.ts';
import { MemoryLedgers } from '../support/memory-ledgers.ts';
import { nativeOptions } from '../support/native-options.ts';
import { resultOf } from '../support/result-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { earlierTask, FakeMoveTasks } from './support/fake-move-tasks.ts';

let clock: VirtualClock;
let queues: FakeQueues;
let ledgers: MemoryLedgers;
let tasks: FakeMoveTasks;
let events: ReplayEvent[];

beforeEach(() => {
  clock = new VirtualClock();
  queues = new FakeQueues(clock);
  ledgers = new MemoryLedgers();
  tasks = new FakeMoveTasks();
  events = [];
  queues.create('dead');
  queues.create('live', { redrive: { to: 'dead', maxReceiveCount: 3 } });
  queues.create('other');
});

async function run(
  options: Partial<NativeOptions> & { signal?: AbortSignal; onEvent?: (event: ReplayEvent) => void } = {},
): Promise<ReplayResult> {
  const { signal = new AbortController().signal, onEvent, ...rest } = options;
  const course = replayNatively(
    { queues, moveTasks: tasks, ledgers, clock },
    nativeOptions({ dlq: await queues.describe('dead'), targets: [await queues.describe('live')], ...rest }),
    signal,
  );
  return resultOf(course, (event) => {
    events.push(event);
    onEvent?.(event);
  });
}

const moving = () =>
  events.flatMap((event) => (event.type === 'moving' ? [`${event.status} ${event.moved}/${event.toMove}`] : []));
const broken = () => new CvopsError('ConnectionBroken', ExitCode.failed, 'the connection broke.');
const throttled = () => new CvopsError('Throttled', ExitCode.failed, 'AWS throttled.');
const denied = () => new CvopsError('AccessDenied', ExitCode.setup, 'not allowed to sqs:ListMessageMoveTasks.');

describe('a native replay', () => {
  test('starts a task, tells how it goes, and ends with AWS’s counts', async () => {
    tasks.script = [
      { status: 'RUNNING', moved: 0, toMove: 1000 },
      { status: 'RUNNING', moved: 400, toMove: 1000 },
      { status: 'COMPLETED', moved: 1000, toMove: 1000 },
    ];
    const result = await run({ rate: 200 });
    expect(tasks.started).toEqual([{ destination: null, ratePerSecond: 200 }]);
    expect(moving()).toEqual(['RUNNING 0/1000', 'RUNNING 400/1000', 'COMPLETED 1000/1000']);
    const [, second] = events.filter((event) => event.type === 'moving');
    expect(second).toMatchObject({ ratePerSecond: 200, etaSeconds: 3 });
    expect(result).toMatchObject({
      engine: 'native',
      matched: 1000,
      replayed: 1000,
      failed: 0,
      remaining: 0,
      verified: null,
      stopped: null,
    });
    expect(result.requests).toBeGreaterThanOrEqual(5);
  });

  test('names a destination only when one was asked for', async () => {
    await run({ toTarget: true, targets: [await queues.describe('other')] });
    expect(tasks.started).toEqual([{ destination: 'other', ratePerSecond: null }]);
  });

  test('looks less and less often, at most every 15 seconds', async () => {
    tasks.script = [
      ...Array.from({ length: 14 }, (_, n) => ({ status: 'RUNNING' as const, moved: n, toMove: 99 })),
      { status: 'COMPLETED' },
    ];
    await run();
    const times = events.filter((event) => event.type === 'moving').map(({ at }) => at);
    const gaps = times.slice(1).map((at, n) => (at - times[n]!) / 1000);
    expect(gaps[0]).toBe(2);
    expect(gaps.at(-1)).toBe(15);
    expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
  });

  test('writes its ledger before the start, so that a killed process finds its task again', async () => {
    tasks.earlier = [earlierTask({ startedAt: 7 })];
    tasks.before = (operation) => {
      if (operation === 'start') {
        expect(ledgers.records()).toHaveLength(1);
        expect(ledgers.records()[0]).toMatchObject({
          type: 'run',
          native: { toTarget: false, targets: ['live'], before: [7] },
        });
      }
    };
    tasks.script = [
      { status: 'RUNNING', moved: 1, toMove: 3 },
      { status: 'COMPLETED', moved: 3 },
    ];
    await run();
    expect(ledgers.records().slice(1)).toMatchObject([
      { type: 'task', handle: 'handle-1', status: 'RUNNING', moved: 1, toMove: 3 },
      { type: 'task', handle: 'handle-1', status: 'COMPLETED', moved: 3, toMove: 3 },
      { type: 'end', open: 0, counts: { matched: 3, replayed: 3 }, verified: null },
    ]);
  });

  test('is not taken for another task of the same queue once its handle is gone', async () => {
    tasks.earlier = [earlierTask({ startedAt: 7, moved: 77 })];
    tasks.script = [{ status: 'COMPLETED', moved: 3, toMove: 3 }];
    expect(await run()).toMatchObject({ replayed: 3 });
  });

  test('that AWS fails half-way tells how far it came and why', async () => {
    tasks.script = [
      { status: 'RUNNING', moved: 2, toMove: 10 },
      { status: 'FAILED', moved: 3, failureReason: 'AWS.SimpleQueueService.NonExistentQueue' },
    ];
    const { replayed, matched, stopped } = await run();
    expect([replayed, matched]).toEqual([3, 10]);
    expect(stopped).toMatchObject({
      code: 'MoveTaskFailed',
      message: 'the move task failed after about 3 of 10 messages: AWS.SimpleQueueService.NonExistentQueue.',
      exitCode: ExitCode.failed,
    });
    expect(stopped!.hint).toContain('--to');
  });

  test('that somebody else cancels says so', async () => {
    tasks.script = [
      { status: 'RUNNING', moved: 2, toMove: 10 },
      { status: 'CANCELLED', moved: 4 },
    ];
    expect((await run()).stopped).toMatchObject({
      code: 'MoveTaskCancelled',
      message: 'somebody cancelled the move task; about 4 of 10 messages had been moved, and stay moved.',
    });
  });

  test('is refused while another task runs on the queue, with its state and both ways on', async () => {
    tasks.earlier = [
      earlierTask({ status: 'RUNNING', moved: 2100, toMove: 10_000, startedAt: Date.UTC(2026, 7, 7, 11) }),
    ];
    await expect(run()).rejects.toMatchObject({
      code: 'MoveTaskRunning',
      exitCode: ExitCode.gate,
      message:
        'a move task already runs on "dead" (RUNNING, about 2,100 of 10,000 messages moved, since 2026-08-07T11:00:00.000Z).',
      hint: 'watch it with `cvops dlq replay processor --engine native --attach`, or end it with `cvops dlq cancel processor`.',
    });
    expect(tasks.started).toEqual([]);
    expect(ledgers.files.size).toBe(0);
  });

  test('of a queue with a redrive policy of its own is refused without force', async () => {
    queues.create('dead', { redrive: { to: 'other', maxReceiveCount: 2 } });
    await expect(run()).rejects.toMatchObject({ code: 'OwnRedrivePolicy' });
    expect(await run({ force: true })).toMatchObject({ stopped: null });
  });

  test.each(['UnsupportedOperation', 'InvalidAction', 'EndpointNotAws'])(
    'where the server has no move tasks (%s) names the other engine',
    async (code) => {
      tasks.before = () => {
        throw new CvopsError(code, ExitCode.failed, 'The action ListMessageMoveTasks is not valid.');
      };
      await expect(run()).rejects.toMatchObject({
        code: 'MoveTasksUnsupported',
        message: `"dead" has no move tasks here (${code}).`,
        hint: 'replay with --engine client.',
      });
    },
  );
});

describe('a start whose answer is lost', () => {
  test('attaches to the task that did start instead of starting another', async () => {
    tasks.script = [
      { status: 'RUNNING', moved: 1, toMove: 4 },
      { status: 'COMPLETED', moved: 4 },
    ];
    tasks.lost = (operation) => {
      if (operation === 'start') throw broken();
    };
    expect(await run()).toMatchObject({ replayed: 4, stopped: null });
    expect(tasks.started).toHaveLength(1);
    expect(events).toContainEqual(expect.objectContaining({ type: 'note', message: expect.stringContaining('lost') }));
  });

  test('starts again when no task began', async () => {
    tasks.before = (operation, nth) => {
      if (operation === 'start' && nth === 1) throw broken();
    };
    tasks.script = [{ status: 'COMPLETED', moved: 4, toMove: 4 }];
    expect(await run()).toMatchObject({ replayed: 4 });
    expect(tasks.calls.filter((call) => call === 'start')).toHaveLength(2);
    expect(tasks.started).toHaveLength(1);
  });

  test('takes the refusal of a second start as a sign of the first, where the list is behind', async () => {
    tasks.script = [
      { status: 'RUNNING', moved: 1, toMove: 4 },
      { status: 'COMPLETED', moved: 4 },
    ];
    tasks.lost = (operation) => {
      if (operation === 'start') throw broken();
    };
    tasks.before = (operation, nth) => {
      if (operation === 'list' && nth === 2) throw throttled();
    };
    expect(await run()).toMatchObject({ replayed: 4, stopped: null });
    expect(tasks.calls.slice(0, 5)).toEqual(['list', 'start', 'list', 'start', 'list']);
    expect(tasks.started).toHaveLength(1);
  });

  test('does not take a task with another rate for its own', async () => {
    tasks.script = [{ status: 'RUNNING', ratePerSecond: 5 }];
    tasks.lost = (operation) => {
      if (operation === 'start') throw broken();
    };
    await expect(run({ rate: 9 })).rejects.toMatchObject({ code: 'MoveTaskRunning' });
  });

  test('is given up after some tries, as what it is', async () => {
    tasks.before = (operation) => {
      if (operation === 'start') throw throttled();
    };
    await expect(run()).rejects.toMatchObject({ code: 'Throttled' });
    expect(tasks.calls.filter((call) => call === 'start')).toHaveLength(6);
  });
});

describe('a watch', () => {
  test('waits out throttled and broken lists', async () => {
    tasks.script = [
      { status: 'RUNNING', moved: 1, toMove: 2 },
      { status: 'COMPLETED', moved: 2 },
    ];
    tasks.before = (operation, nth) => {
      if (operation === 'list' && nth > 1 && nth < 12) throw nth % 2 === 0 ? throttled() : broken();
    };
    expect(await run()).toMatchObject({ replayed: 2, stopped: null });
  });

  test('that is refused leaves the run open and says that the task goes on', async () => {
    tasks.script = [{ status: 'RUNNING', moved: 40, toMove: 100 }];
    tasks.before = (operation, nth) => {
      if (operation === 'list' && nth > 3) throw denied();
    };
    const { stopped, replayed } = await run();
    expect(replayed).toBe(40);
    expect(stopped).toMatchObject({
      code: 'AccessDenied',
      exitCode: ExitCode.setup,
      message:
        'not allowed to sqs:ListMessageMoveTasks; the move task goes on in AWS, about 40 of 100 messages moved when last seen.',
    });
    expect(stopped!.hint).toContain('cvops dlq cancel processor');
    expect(ledgers.records().at(-1)).toMatchObject({ type: 'task', status: 'RUNNING' });
  });

  test('that hears nothing for five minutes is given up', async () => {
    tasks.script = [{ status: 'RUNNING', moved: 40, toMove: 100 }];
    tasks.before = (operation, nth) => {
      if (operation === 'list' && nth > 2) throw throttled();
    };
    const before = clock.now();
    expect((await run()).stopped).toMatchObject({ code: 'Throttled' });
    expect(clock.now() - before).toBeGreaterThanOrEqual(300_000);
  });
});

describe('Ctrl-C', () => {
  test('cancels the task, waits until it stands, and says that what was moved stays moved', async () => {
    tasks.script = [{ status: 'RUNNING', moved: 2, toMove: 10 }];
    tasks.afterCancel = [
      { status: 'RUNNING', moved: 3 },
      { status: 'CANCELLING', moved: 6 },
      { status: 'CANCELLED', moved: 8 },
    ];
    const stop = new AbortController();
    const result = await run({
      verify: { waitMs: null },
      signal: stop.signal,
      onEvent: (event) => event.type === 'moving' && event.moved === 2 && stop.abort(),
    });
    expect(moving()).toEqual(['RUNNING 2/10', 'RUNNING 3/10', 'CANCELLING 6/10', 'CANCELLED 8/10']);
    expect(tasks.calls.filter((call) => call === 'cancel')).toHaveLength(1);
    expect(result).toMatchObject({ replayed: 8, matched: 10, verified: null });
    expect(result.stopped).toMatchObject({
      code: 'Interrupted',
      exitCode: ExitCode.interrupted,
      message: 'cancelled on request; about 8 of 10 messages had been moved, and stay moved.',
    });
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'note',
        message: expect.stringContaining('`cvops dlq cancel processor` ends it'),
      }),
    );
  });

  test('while the cancel is throttled tries it again', async () => {
    tasks.script = [{ status: 'RUNNING', moved: 2, toMove: 10 }];
    tasks.before = (operation, nth) => {
      if (operation === 'cancel' && nth < 3) throw throttled();
    };
    const stop = new AbortController();
    const result = await run({ signal: stop.signal, onEvent: (event) => event.type === 'moving' && stop.abort() });
    expect(result.stopped).toMatchObject({ code: 'Interrupted' });
    expect(tasks.calls.filter((call) => call === 'cancel')).toHaveLength(3);
  });

  test('on a task that has just ended is not taken for a cancel', async () => {
    tasks.script = [
      { status: 'RUNNING', moved: 2, toMove: 10 },
      { status: 'COMPLETED', moved: 10 },
    ];
    tasks.before = (operation) => {
      if (operation === 'cancel') throw new CvopsError('MoveTaskNotFound', ExitCode.notFound, 'no such move task.');
    };
    const stop = new AbortController();
    const result = await run({ signal: stop.signal, onEvent: (event) => event.type === 'moving' && stop.abort() });
    expect(result).toMatchObject({ replayed: 10, stopped: null });
  });

  test('before the start starts nothing', async () => {
    const result = await run({ signal: AbortSignal.abort() });
    expect(tasks.started).toEqual([]);
    expect(result).toMatchObject({ replayed: 0, stopped: { code: 'Interrupted' } });
    expect(ledgers.records().at(-1)).toMatchObject({ type: 'end', open: 0 });
  });

  test('while the outcome of the start is not known cancels the task that began', async () => {
    const stop = new AbortController();
    tasks.script = [{ status: 'RUNNING', moved: 1, toMove: 10 }];
    tasks.lost = (operation) => {
      if (operation !== 'start') return;
      stop.abort();
      throw broken();
    };
    // The list is behind, too.
    tasks.before = (operation, nth) => {
      if (operation === 'list' && nth === 2) throw throttled();
    };
    expect(await run({ signal: stop.signal })).toMatchObject({ replayed: 1, stopped: { code: 'Interrupted' } });
    expect(tasks.calls).toContain('cancel');
    expect(tasks.calls.filter((call) => call === 'start')).toHaveLength(1);
  });

  test('while the verdict is waited for keeps what is known and leaves the rest pending', async () => {
    tasks.script = [{ status: 'COMPLETED', moved: 5, toMove: 5 }];
    queues.put('live', { body: 'not processed yet' });
    const stop = new AbortController();
    const onEvent = (event: ReplayEvent) => event.type === 'verdict' && stop.abort();
    const result = await run({ verify: { waitMs: null }, signal: stop.signal, onEvent });
    expect(result).toMatchObject({ replayed: 5, verified: { pending: 5 }, stopped: { code: 'Interrupted' } });
  });

  test('while a look for the verdict is under way ends it too', async () => {
    tasks.script = [{ status: 'COMPLETED', moved: 5, toMove: 5 }];
    const stop = new AbortController();
    const reason = new CvopsError('Interrupted', ExitCode.terminated, 'interrupted.');
    let looks = 0;
    queues.faults = {
      before: (operation) => {
        // As the adapter does: a read ends with the command's signal.
        if (operation === 'describe' && ++looks === 4) {
          stop.abort(reason);
          throw reason;
        }
      },
    };
    const result = await run({ verify: { waitMs: null }, signal: stop.signal });
    expect(result).toMatchObject({ replayed: 5, verified: null, stopped: { exitCode: ExitCode.terminated } });
    expect(ledgers.records().at(-1)).toMatchObject({ type: 'end', verified: null });
  });

  test('with the reason of an alarm keeps that reason and its exit code', async () => {
    tasks.script = [{ status: 'RUNNING', moved: 2, toMove: 10 }];
    const stop = new AbortController();
    const fired = new CvopsError('AlarmFired', ExitCode.gate, 'alarm "errors" went to ALARM: too many.');
    const result = await run({ signal: stop.signal, onEvent: (event) => event.type === 'moving' && stop.abort(fired) });
    expect(result.stopped).toMatchObject({
      code: 'AlarmFired',
      exitCode: ExitCode.gate,
      message:
        'alarm "errors" went to ALARM: too many; cancelled; about 2 of 10 messages had been moved, and stay moved.',
    });
  });
});

describe('Ctrl-C on an attached watch', () => {
  beforeEach(async () => {
    tasks.script = [{ status: 'RUNNING', moved: 2, toMove: 10 }];
    await tasks.start(await queues.describe('dead'), { destination: null, ratePerSecond: null });
  });

  async function stoppedBy(reason: CvopsError): Promise<ReplayResult> {
    const stop = new AbortController();
    const onEvent = (event: ReplayEvent) => event.type === 'moving' && stop.abort(reason);
    return run({ attach: true, signal: stop.signal, onEvent });
  }

  test('leaves the task alone and says how to end it', async () => {
    const { stopped } = await stoppedBy(new CvopsError('Interrupted', ExitCode.interrupted, 'interrupted.'));
    expect(tasks.calls).not.toContain('cancel');
    expect(stopped).toMatchObject({ code: 'Interrupted', exitCode: ExitCode.interrupted });
    expect(stopped!.hint).toContain('cvops dlq cancel processor');
    expect(ledgers.records().at(-1)).toMatchObject({ type: 'task' });
    const { header } = await ledgers.ends((await ledgers.list())[0]!);
    const again = new AbortController();
    const onEvent = (event: ReplayEvent) => event.type === 'moving' && again.abort();
    const resumed = await run({ resume: header, signal: again.signal, onEvent });
    expect(resumed.stopped).toMatchObject({ code: 'Interrupted' });
    expect(tasks.calls).not.toContain('cancel');
  });

  test('but an alarm cancels it', async () => {
    const { stopped } = await stoppedBy(new CvopsError('AlarmFired', ExitCode.gate, 'alarm "x" went to ALARM.'));
    expect(tasks.calls).toContain('cancel');
    expect(stopped).toMatchObject({ code: 'AlarmFired' });
  });
});

describe('a run that was killed', () => {
  /** Runs until `when` and stops there, as kill -9 would: nothing more is written or cancelled. */
  async function killed(when: (event: ReplayEvent) => boolean): Promise<string> {
    const course = replayNatively(
      { queues, moveTasks: tasks, ledgers, clock },
      {
        dlq: await queues.describe('dead'),
        targets: [await queues.describe('live')],
        toTarget: false,
        service: null,
        rate: null,
        force: false,
        verify: null,
        attach: false,
        resume: null,
      },
      new AbortController().signal,
    );
    for (;;) {
      const { value } = await course.next();
      if (when(value as ReplayEvent)) return (await ledgers.list())[0]!;
    }
  }

  test('is gone on with: its task is watched to the end', async () => {
    tasks.script = [
      { status: 'RUNNING', moved: 2, toMove: 10 },
      { status: 'COMPLETED', moved: 10 },
    ];
    const runId = await killed(({ type }) => type === 'moving');
    const { header } = await ledgers.ends(runId);
    expect(await run({ resume: header })).toMatchObject({ runId, replayed: 10, stopped: null });
    expect(tasks.started).toHaveLength(1);
  });

  test('before its task was seen finds it by what the queue had before', async () => {
    tasks.earlier = [earlierTask({ startedAt: 7, moved: 77 })];
    tasks.script = [{ status: 'COMPLETED', moved: 10, toMove: 10 }];
    const runId = await killed(({ type }) => type === 'started');
    const { header } = await ledgers.ends(runId);
    await tasks.start(await queues.describe('dead'), { destination: null, ratePerSecond: null });
    expect(await run({ resume: header })).toMatchObject({ runId, replayed: 10 });
    expect(tasks.started).toHaveLength(1);
  });

  test('before it started anything says so and is settled', async () => {
    const runId = await killed(({ type }) => type === 'started');
    const { header } = await ledgers.ends(runId);
    await expect(run({ resume: header })).rejects.toMatchObject({ code: 'NoMoveTask', exitCode: ExitCode.notFound });
    expect((await ledgers.ends(runId)).last).toMatchObject({ type: 'end', open: 0, counts: { replayed: 0 } });
  });

  test('leaves a task that anybody can attach to', async () => {
    tasks.script = [
      { status: 'RUNNING', moved: 2, toMove: 10 },
      { status: 'RUNNING', moved: 5, toMove: 10 },
      { status: 'COMPLETED', moved: 10 },
    ];
    await killed(({ type }) => type === 'moving');
    const result = await run({ attach: true });
    expect(result).toMatchObject({ replayed: 10, stopped: null });
    expect(tasks.started).toHaveLength(1);
  });

  test('has nothing to attach to when no task runs', async () => {
    tasks.earlier = [earlierTask({ moved: 9, toMove: 9, startedAt: 0 })];
    await expect(run({ attach: true })).rejects.toMatchObject({
      code: 'NoMoveTask',
      message:
        'no move task runs on "dead"; the last one is COMPLETED, about 9 of 9 messages moved, begun 1970-01-01T00:00:00.000Z.',
    });
  });
});
