import { localTime, parseCron } from './cron.ts';

/** When something fires: `next(after)` gives the first time (ms) later than `after`, or undefined when there is none. */
export interface Schedule {
  readonly kind: 'rate' | 'cron' | 'at';
  next(after: number): number | undefined;
}

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const RATE = /^rate\((\d+) (minute|hour|day)(s?)\)$/;
const CRON = /^cron\((.+)\)$/;
const AT = /^at\((\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})\)$/;

/**
 * Reads `rate(5 minutes)`, `cron(0 8 ? * MON *)` and, where `oneTime` allows it, `at(2026-11-20T13:00:00)`.
 * @param anchor where rates count from, ms.
 * @returns undefined when the expression is not valid.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function parseSchedule(
  expression: string,
  { anchor, timeZone = 'UTC', oneTime = false }: { anchor: number; timeZone?: string; oneTime?: boolean },
): Schedule | undefined {
  const rate = RATE.exec(expression);
  if (rate !== null) {
    const [, count, unit, plural] = rate;
    // Rules want `1 minute` but `2 minutes`.
    if (Number(count) < 1 || (Number(count) === 1 && plural === 's') || (Number(count) > 1 && plural === ''))
      return undefined;
    const every = Number(count) * UNITS[unit!]!;
    return {
      kind: 'rate',
      next: (after) => (after < anchor ? anchor : anchor + (Math.floor((after - anchor) / every) + 1) * every),
    };
  }
  const cron = CRON.exec(expression);
  if (cron !== null) {
    const fields = parseCron(cron[1]!, timeZone);
    return fields && { kind: 'cron', next: fields };
  }
  const at = AT.exec(expression);
  if (at === null || !oneTime) return undefined;
  const [year, month, day, hour, minute, second] = at.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const time = localTime({ year, month, day, hour, minute, second }, timeZone);
  if (time === undefined) return undefined;
  return { kind: 'at', next: (after) => (time > after ? time : undefined) };
}
