import type { Alarm, AlarmAction, AlarmControls } from '../aws/ports/alarms.ts';
import type { Clock } from '../clock.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { shellWord } from '../io/shell-word.ts';

export interface TryPorts {
  readonly alarms: AlarmControls;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What became of an alarm that was put off for a test. */
export interface Tried {
  /** What CloudWatch says it told and did, since it was put off; null when its history cannot be read. */
  readonly acted: readonly AlarmAction[] | null;
  /** How it stands at the end. */
  readonly after: Alarm;
  /** False: it is still in the state that the test gave it, when the time was up. */
  readonly restored: boolean;
  readonly durationMs: number;
}

const POLL_MS = 1_000;
/** CloudWatch runs the actions at once and writes its history within seconds. */
const ACTIONS_MS = 20_000;

/** Stands in the mail that comes of it. */
export const TEST_REASON = 'Test by cvops alarms test: nothing is wrong.';
const BACK_REASON = 'Set back after a test by cvops alarms test.';

/**
 * Puts an alarm into ALARM, waits until it has told whom it tells, puts it back into the state that it had, and waits until
 * it is really out of it. Interrupted, it puts it back all the same.
 * @param waitMs how long it may take to leave ALARM
 * @throws CvopsError `AlarmLeftOff` when it could not be put back
 */
export async function tryAlarm({ alarms, clock, signal }: TryPorts, alarm: Alarm, waitMs: number): Promise<Tried> {
  const started = clock.now();
  const { name } = alarm;
  const before = await historyOf(alarms, name);
  try {
    await alarms.setState(name, 'ALARM', TEST_REASON);
  } catch (cause) {
    // When only the answer was lost, it is in ALARM.
    if (cause instanceof CvopsError && cause.exitCode === ExitCode.failed) await putBack();
    throw cause;
  }
  let acted: readonly AlarmAction[] | null = null;
  try {
    if (before !== null) acted = await watchActions(before);
  } finally {
    await putBack();
  }
  let after = await look();
  for (const end = clock.now() + waitMs; isOff(after) && clock.now() < end; after = await look()) {
    await clock.sleep(POLL_MS, signal);
  }
  return { acted, after, restored: !isOff(after), durationMs: clock.now() - started };

  async function watchActions(earlier: readonly AlarmAction[]): Promise<readonly AlarmAction[]> {
    // AWS's own times are compared with each other, never with this machine's clock.
    const newest = Math.max(0, ...earlier.map(({ at }) => at));
    const known = earlier.filter(({ at }) => at === newest).length;
    for (const end = clock.now() + ACTIONS_MS; ; ) {
      const now = (await alarms.lastActions(name)).filter(({ at }) => at >= newest);
      const fresh = now.slice(0, now.length - known);
      if (fresh.length >= alarm.actions.alarm.length || clock.now() >= end) return fresh;
      await clock.sleep(POLL_MS, signal);
    }
  }

  async function putBack(): Promise<void> {
    try {
      await alarms.setState(name, alarm.state, BACK_REASON);
    } catch (cause) {
      throw new CvopsError(
        'AlarmLeftOff',
        ExitCode.failed,
        `alarm ${name} is in ALARM after its test and could not be set back: ${cause instanceof Error ? cause.message : String(cause)}`,
        {
          hint: `CloudWatch sets it right when it evaluates it next, or: \`aws cloudwatch set-alarm-state --alarm-name ${shellWord(name)} --state-value ${alarm.state} --state-reason test\`.`,
          cause,
        },
      );
    }
  }

  async function look(): Promise<Alarm> {
    return (await alarms.list()).find((each) => each.name === name) ?? alarm;
  }
}

/** Off because of the test; when CloudWatch has looked again and says ALARM, that is no rest of the test. */
function isOff({ state, reason }: Alarm): boolean {
  return state === 'ALARM' && reason === TEST_REASON;
}

/** What may not be read is left out: the test can do without. */
async function historyOf(alarms: AlarmControls, name: string): Promise<readonly AlarmAction[] | null> {
  try {
    return await alarms.lastActions(name);
  } catch (cause) {
    if (!(cause instanceof CvopsError) || cause.code !== 'AccessDenied') throw cause;
    return null;
  }
}
