import type { Alarms } from '../../aws/ports/alarms.ts';
import type { Clock } from '../../clock.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { expected, isPassing } from '../replay/call-failure.ts';

/** Alarms under watch. */
export interface AlarmWatch {
  /**
   * Aborts when the signal that the watch was given does, with its reason; when an alarm goes to ALARM, with a CvopsError
   * `AlarmFired` (exit 6); when the alarms cannot be read any more, with `AlarmsUnreadable`: a gate that sees nothing is shut.
   */
  readonly signal: AbortSignal;
  close(): void;
}

export interface AlarmWatchPorts {
  readonly alarms: Alarms;
  readonly clock: Clock;
}

/** ms between two looks; AWS evaluates a standard alarm once a minute, one of high resolution every 10 seconds. */
const POLL_MS = 10_000;
/** So long the alarms may be unreadable. */
const BLIND_MS = 2 * 60_000;

/**
 * Checks the alarms and then watches them until it is closed.
 * @param names at most fifty: one page of DescribeAlarms
 * @param force watches an alarm that is in ALARM already: it fires when it goes there again.
 * @throws CvopsError `AlarmNotFound` (exit 5), `AlarmFired` (exit 6) for one that is in ALARM before the start.
 */
export async function watchAlarms(
  { alarms, clock }: AlarmWatchPorts,
  names: readonly string[],
  { force }: { readonly force: boolean },
  signal: AbortSignal,
): Promise<AlarmWatch> {
  const states = await alarms.states(names);
  const unknown = names.find((name) => states.every((alarm) => alarm.name !== name));
  if (unknown !== undefined) throw notFound(unknown);
  const firing = new Set(states.filter(({ state }) => state === 'ALARM').map(({ name }) => name));
  const first = states.find(({ name }) => firing.has(name));
  if (first !== undefined && !force) {
    throw new CvopsError('AlarmFired', ExitCode.gate, `alarm "${first.name}" is in ALARM already: ${why(first)}`, {
      hint: 'mend that first; --force starts all the same and stops when it goes to ALARM anew.',
    });
  }
  const stop = new AbortController();
  const fired = new AbortController();
  void watch();
  return { signal: AbortSignal.any([signal, fired.signal]), close: () => stop.abort() };

  async function watch(): Promise<void> {
    const over = AbortSignal.any([signal, stop.signal]);
    let seenAt = clock.now();
    for (;;) {
      await clock.sleep(POLL_MS, over).catch(() => {});
      if (over.aborted) return;
      try {
        const now = await alarms.states(names);
        if (over.aborted) return;
        seenAt = clock.now();
        const gone = names.find((name) => now.every((alarm) => alarm.name !== name));
        if (gone !== undefined) return fired.abort(unreadable(notFound(gone)));
        for (const { name, state } of now) if (state !== 'ALARM') firing.delete(name);
        const alarm = now.find(({ name, state }) => state === 'ALARM' && !firing.has(name));
        if (alarm !== undefined) {
          return fired.abort(
            new CvopsError('AlarmFired', ExitCode.gate, `alarm "${alarm.name}" went to ALARM: ${why(alarm)}`),
          );
        }
      } catch (cause) {
        if (over.aborted) return;
        if (!(cause instanceof CvopsError)) return fired.abort(cause);
        const error = expected(cause);
        if (!isPassing(error) || clock.now() - seenAt >= BLIND_MS) return fired.abort(unreadable(error));
      }
    }
  }
}

function why({ reason }: { readonly reason: string }): string {
  const text = reason.trim().replace(/\.$/, '');
  return text === '' ? 'CloudWatch gives no reason.' : `${text}.`;
}

function notFound(name: string): CvopsError {
  return new CvopsError('AlarmNotFound', ExitCode.notFound, `alarm "${name}" does not exist here.`, {
    hint: 'check the name of --stop-on-alarm, the region and the account.',
  });
}

function unreadable(error: CvopsError): CvopsError {
  const message = `the alarms cannot be read any more: ${error.message}`;
  return new CvopsError('AlarmsUnreadable', error.exitCode, message, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  });
}
