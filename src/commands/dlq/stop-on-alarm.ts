import type { Context } from '../../lib/context.ts';
import { watchAlarms } from '../../lib/dlq/native/alarm-watch.ts';

/** What a replay needs to stop when an alarm goes off. */
export interface StopOnAlarm {
  /** The command's own signal, or one that also aborts when an alarm fires. */
  readonly signal: AbortSignal;
  close(): void;
}

/**
 * Looks at the alarms of `--stop-on-alarm` once, before anything is changed, and then until it is closed. Without names
 * it is the command's signal alone.
 * @throws CvopsError `AlarmNotFound`, `AlarmFired`
 */
export async function stopOnAlarm(context: Context, names: readonly string[], force: boolean): Promise<StopOnAlarm> {
  if (names.length === 0) return { signal: context.signal, close() {} };
  const alarms = await context.alarms();
  return watchAlarms({ alarms, clock: context.clock }, names, { force }, context.signal);
}
