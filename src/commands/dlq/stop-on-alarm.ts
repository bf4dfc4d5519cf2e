import type { Context } from '../../lib/context.ts';
import { usageError } from '../parse.ts';

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
  const [{ watchAlarms }, alarms] = await Promise.all([
    import('../../lib/dlq/native/alarm-watch.ts'),
    context.alarms(),
  ]);
  return watchAlarms({ alarms, clock: context.clock }, names, { force }, context.signal);
}

/** The names of `--stop-on-alarm a,b`; empty without the flag. @throws CvopsError `UsageError` */
export function alarmNames(value: unknown): readonly string[] {
  if (value === undefined) return [];
  const names = [
    ...new Set(
      String(value)
        .split(',')
        .map((name) => name.trim()),
    ),
  ].filter((name) => name !== '');
  if (names.length === 0) throw usageError('--stop-on-alarm names no alarm.', 'e.g. --stop-on-alarm processor-errors.');
  if (names.length <= MOST_ALARMS) return names;
  throw usageError(`--stop-on-alarm takes at most ${MOST_ALARMS} alarms, and here are ${names.length}.`);
}

/** One page of DescribeAlarms. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
const MOST_ALARMS = 50;
