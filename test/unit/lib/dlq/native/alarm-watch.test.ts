import { beforeEach, describe, expect, test } from 'vitest';
import type { AlarmState, Alarms } from '../../../../../src/lib/aws/ports/alarms.ts';
import { watchAlarms } from '../../../../../src/lib/dlq/native/alarm-watch.ts';
import { CvopsError } from '../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** Alarms that change at given times (ms after the start). */
class FakeAlarms implements Alarms {
  readonly asked: number[] = [];
  failure: ((askedAt: number) => CvopsError | undefined) | undefined;
  readonly #clock: VirtualClock;
  readonly #from: number;
  readonly #changes: readonly (readonly [afterMs: number, name: string, state: AlarmState['state'] | null])[];

  constructor(clock: VirtualClock, changes: FakeAlarms['changes']) {
    this.#clock = clock;
    this.#from = clock.now();
    this.#changes = changes;
  }

  get changes() {
    return this.#changes;
  }

  async states(names: readonly string[]): Promise<readonly AlarmState[]> {
    const after = this.#clock.now() - this.#from;
    this.asked.push(after);
    const failure = this.failure?.(after);
    if (failure !== undefined) throw failure;
    return names.flatMap((name) => {
      const change = this.#changes.filter(([at, of]) => of === name && at <= after).at(-1);
      return change === undefined || change[2] === null
        ? []
        : [{ name, state: change[2], reason: 'Threshold Crossed.' }];
    });
  }
}

let clock: VirtualClock;
beforeEach(() => {
  clock = new VirtualClock();
});

const never = new AbortController().signal;
const aborted = (signal: AbortSignal) =>
  new Promise<unknown>((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    signal.addEventListener('abort', () => resolve(signal.reason), { once: true });
  });

describe('a watch over alarms', () => {
  test('aborts with exit code 6 when one of them goes to ALARM, and not before', async () => {
    const alarms = new FakeAlarms(clock, [
      [0, 'errors', 'OK'],
      [0, 'age', 'INSUFFICIENT_DATA'],
      [65_000, 'age', 'ALARM'],
    ]);
    const start = clock.now();
    const watch = await watchAlarms({ alarms, clock }, ['errors', 'age'], { force: false }, never);
    expect(watch.signal.aborted).toBe(false);
    expect(await aborted(watch.signal)).toMatchObject({
      code: 'AlarmFired',
      exitCode: ExitCode.gate,
      message: 'alarm "age" went to ALARM: Threshold Crossed.',
    });
    expect(clock.now() - start).toBe(70_000);
  });

  test('does not begin with an alarm that does not exist', async () => {
    const alarms = new FakeAlarms(clock, [[0, 'errors', 'OK']]);
    await expect(watchAlarms({ alarms, clock }, ['errors', 'erors'], { force: true }, never)).rejects.toMatchObject({
      code: 'AlarmNotFound',
      exitCode: ExitCode.notFound,
      message: 'alarm "erors" does not exist here.',
    });
  });

  test('does not begin with one that is in ALARM already', async () => {
    const alarms = new FakeAlarms(clock, [[0, 'errors', 'ALARM']]);
    await expect(watchAlarms({ alarms, clock }, ['errors'], { force: false }, never)).rejects.toMatchObject({
      code: 'AlarmFired',
      exitCode: ExitCode.gate,
      message: 'alarm "errors" is in ALARM already: Threshold Crossed.',
    });
  });

  test('with force waits for such a one to go there anew', async () => {
    const alarms = new FakeAlarms(clock, [
      [0, 'errors', 'ALARM'],
      [100_000, 'errors', 'OK'],
      [200_000, 'errors', 'ALARM'],
    ]);
    const start = clock.now();
    const watch = await watchAlarms({ alarms, clock }, ['errors'], { force: true }, never);
    expect(await aborted(watch.signal)).toMatchObject({ code: 'AlarmFired' });
    expect(clock.now() - start).toBe(200_000);
  });

  test('gives on the abort of the command with its own reason', async () => {
    const alarms = new FakeAlarms(clock, [[0, 'errors', 'OK']]);
    const command = new AbortController();
    const watch = await watchAlarms({ alarms, clock }, ['errors'], { force: false }, command.signal);
    command.abort('Ctrl-C');
    expect(await aborted(watch.signal)).toBe('Ctrl-C');
  });

  test('asks no more once it is closed', async () => {
    const alarms = new FakeAlarms(clock, [[0, 'errors', 'OK']]);
    const watch = await watchAlarms({ alarms, clock }, ['errors'], { force: false }, never);
    watch.close();
    await clock.sleep(60_000);
    expect(alarms.asked).toEqual([0]);
    expect(watch.signal.aborted).toBe(false);
  });

  test('waits out a throttled look, and is shut when it sees nothing for two minutes', async () => {
    const alarms = new FakeAlarms(clock, [[0, 'errors', 'OK']]);
    alarms.failure = (after) =>
      after === 10_000 || after >= 30_000 ? new CvopsError('Throttled', ExitCode.failed, 'AWS throttled.') : undefined;
    const start = clock.now();
    const watch = await watchAlarms({ alarms, clock }, ['errors'], { force: false }, never);
    expect(await aborted(watch.signal)).toMatchObject({
      code: 'AlarmsUnreadable',
      exitCode: ExitCode.failed,
      message: 'the alarms cannot be read any more: AWS throttled.',
    });
    expect(clock.now() - start).toBe(140_000);
  });

  test('is shut at once when the alarm is deleted or may not be read any more', async () => {
    const deleted = new FakeAlarms(clock, [
      [0, 'errors', 'OK'],
      [5_000, 'errors', null],
    ]);
    const one = await watchAlarms({ alarms: deleted, clock }, ['errors'], { force: false }, never);
    expect(await aborted(one.signal)).toMatchObject({ code: 'AlarmsUnreadable', exitCode: ExitCode.notFound });
    const denied = new FakeAlarms(clock, [[0, 'errors', 'OK']]);
    denied.failure = (after) =>
      after > 0
        ? new CvopsError('AccessDenied', ExitCode.setup, 'not allowed to cloudwatch:DescribeAlarms.')
        : undefined;
    const two = await watchAlarms({ alarms: denied, clock }, ['errors'], { force: false }, never);
    expect(await aborted(two.signal)).toMatchObject({ code: 'AlarmsUnreadable', exitCode: ExitCode.setup });
  });
});
