import { describe, expect, test } from 'vitest';
import { TEST_REASON, tryAlarm } from '../../../../src/lib/alarms/try-alarm.ts';
import type { Alarm, AlarmAction, AlarmControls } from '../../../../src/lib/aws/ports/alarms.ts';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../src/lib/errors/exit-code.ts';
import { VirtualClock } from '../dlq/support/virtual-clock.ts';
import { anAlarm, TOPIC } from './support/an-alarm.ts';

/** One alarm, whose history and state come as late as the test says. */
class SlowAlarm implements AlarmControls {
  readonly calls: string[] = [];
  actions: AlarmAction[] = [{ at: 5, arn: TOPIC, succeeded: true }];
  alarm: Alarm = anAlarm();
  onSet: (state: Alarm['state'], reason: string) => void = (state, reason) => {
    this.alarm = { ...this.alarm, state, reason };
    if (state === 'ALARM') this.actions.unshift({ at: 10, arn: TOPIC, succeeded: true });
  };

  async list() {
    return [this.alarm];
  }

  async setState(_name: string, state: Alarm['state'], reason: string) {
    this.calls.push(state);
    this.onSet(state, reason);
  }

  async lastActions() {
    this.calls.push('history');
    return [...this.actions];
  }
}

const going = () => new AbortController().signal;
const attempt = (alarms: SlowAlarm, signal = going(), clock = new VirtualClock()) =>
  tryAlarm({ alarms, clock, signal }, anAlarm(), 30_000);

describe('trying an alarm', () => {
  test('puts it off and back into the state that it had, and tells what was told since', async () => {
    const alarms = new SlowAlarm();
    expect(await attempt(alarms)).toMatchObject({ restored: true, acted: [{ at: 10 }], after: { state: 'OK' } });
    expect(alarms.calls).toEqual(['history', 'ALARM', 'history', 'OK']);
  });

  test('waits for a history that is late, up to a limit, and sets it back then', async () => {
    const alarms = new SlowAlarm();
    alarms.onSet = (state, reason) => {
      alarms.alarm = { ...alarms.alarm, state, reason };
    };
    expect(await attempt(alarms)).toMatchObject({ acted: [], restored: true });
    expect(alarms.calls.filter((call) => call === 'history').length).toBeGreaterThan(5);
    expect(alarms.calls.at(-1)).toBe('OK');
  });

  test('is not restored while CloudWatch goes on to show the ALARM of the test', async () => {
    const alarms = new SlowAlarm();
    alarms.onSet = (state) => {
      if (state === 'ALARM') alarms.alarm = { ...alarms.alarm, state, reason: TEST_REASON };
    };
    expect(await attempt(alarms)).toMatchObject({ restored: false, after: { state: 'ALARM' } });
  });

  test('is restored when CloudWatch has looked again and finds it off for a reason of its own', async () => {
    const alarms = new SlowAlarm();
    alarms.onSet = (state) => {
      if (state === 'OK') alarms.alarm = { ...alarms.alarm, state: 'ALARM', reason: 'Threshold Crossed: …' };
    };
    expect(await attempt(alarms)).toMatchObject({ restored: true, after: { state: 'ALARM' } });
  });

  test('sets it back when it is interrupted while it waits', async () => {
    const alarms = new SlowAlarm();
    const controller = new AbortController();
    alarms.onSet = (state) => {
      if (state === 'ALARM') controller.abort(new Error('SIGINT'));
    };
    await expect(attempt(alarms, controller.signal)).rejects.toThrow('SIGINT');
    expect(alarms.calls.at(-1)).toBe('OK');
  });

  test('sets it back when only the answer to the first call was lost', async () => {
    const alarms = new SlowAlarm();
    alarms.onSet = (state) => {
      if (state === 'ALARM') throw new CvopsError('ConnectionBroken', ExitCode.failed, 'no answer.');
    };
    await expect(attempt(alarms)).rejects.toMatchObject({ code: 'ConnectionBroken' });
    expect(alarms.calls.at(-1)).toBe('OK');
  });

  test('that could not be set back is told with a command as a shell takes it', async () => {
    const alarms = new SlowAlarm();
    alarms.onSet = (state) => {
      if (state === 'OK') throw new CvopsError('Throttled', ExitCode.failed, 'AWS throttled it.');
    };
    const named = { ...anAlarm(), name: "queue's depth" };
    await expect(tryAlarm({ alarms, clock: new VirtualClock(), signal: going() }, named, 0)).rejects.toMatchObject({
      code: 'AlarmLeftOff',
      hint: expect.stringContaining("--alarm-name 'queue'\\''s depth' --state-value OK"),
    });
  });

  test('does nothing more when it may not be put off', async () => {
    const alarms = new SlowAlarm();
    alarms.onSet = () => {
      throw new CvopsError('AccessDenied', ExitCode.setup, 'not allowed.');
    };
    await expect(attempt(alarms)).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(alarms.calls).toEqual(['history', 'ALARM']);
  });
});
