const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const DAY_MS = 86_400_000;
/** Far enough for 29 February on a given weekday. */
const MAX_DAYS = 366 * 30;

interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/**
 * AWS's six fields: minutes, hours, day of month, month, day of week (1 = Sunday), year; one of the two days is `?`.
 * @returns the first matching time after a time (both ms), or undefined when the text is no such expression.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
export function parseCron(text: string, timeZone: string): ((after: number) => number | undefined) | undefined {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 6) return undefined;
  const [minuteText, hourText, dayText, monthText, weekdayText, yearText] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if ((dayText === '?') === (weekdayText === '?')) return undefined;
  const minutes = numbers(minuteText, 0, 59);
  const hours = numbers(hourText, 0, 23);
  const months = numbers(monthText, 1, 12, MONTHS);
  const years = numbers(yearText, 1970, 2199);
  const isDay = dayText === '?' ? weekdayMatcher(weekdayText) : dayMatcher(dayText);
  if (!minutes || !hours || !months || !years || !isDay) return undefined;
  const offsetAt = zone(timeZone);
  if (offsetAt === undefined) return undefined;
  return (after) => {
    const local = new Date(after + offsetAt(after));
    let midnight = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate());
    for (let i = 0; i < MAX_DAYS; i++, midnight += DAY_MS) {
      const date = new Date(midnight);
      const year = date.getUTCFullYear();
      if (year > 2199) return undefined;
      if (!years.has(year) || !months.has(date.getUTCMonth() + 1) || !isDay(date)) continue;
      for (const hour of hours) {
        for (const minute of minutes) {
          const time = toUtc(midnight + (hour * 60 + minute) * 60_000, offsetAt);
          if (time !== undefined && time > after) return time;
        }
      }
    }
    return undefined;
  };
}

/** A wall-clock time of a time zone as ms since the epoch; undefined when it does not exist there. */
export function localTime({ year, month, day, hour, minute, second }: LocalTime, timeZone: string): number | undefined {
  const offsetAt = zone(timeZone);
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(wall);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCHours() === hour;
  return offsetAt === undefined || !exists ? undefined : toUtc(wall, offsetAt);
}

/**
 * A time that the change to summer time jumps over does not exist; one that comes twice counts once, the first.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
function toUtc(wall: number, offsetAt: (ms: number) => number): number | undefined {
  const candidates = [wall - offsetAt(wall - DAY_MS), wall - offsetAt(wall + DAY_MS)].sort((a, b) => a - b);
  return candidates.find((time) => time + offsetAt(time) === wall);
}

/** The zone's offset in ms at a time, or undefined for a name that is no time zone. */
function zone(timeZone: string): ((ms: number) => number) | undefined {
  if (timeZone === 'UTC') return () => 0;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
  return (ms) => {
    const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const wall = Date.UTC(
      parts['year']!,
      parts['month']! - 1,
      parts['day'],
      parts['hour'],
      parts['minute'],
      parts['second'],
    );
    return wall - Math.floor(ms / 1000) * 1000;
  };
}

/** `*`, `5`, `1-5`, `0/15`, `10-40/5`, `MON-FRI`, and lists of these; ascending. */
function numbers(
  text: string,
  low: number,
  high: number,
  names: readonly string[] = [],
): ReadonlySet<number> | undefined {
  const found: number[] = [];
  const read = (part: string): number => {
    const index = names.indexOf(part.toUpperCase());
    return index >= 0 ? index + 1 : /^\d+$/.test(part) ? Number(part) : Number.NaN;
  };
  for (const part of text.split(',')) {
    const [range = '', step] = part.split('/');
    const [from, to] = range === '*' || range === '' ? [low, high] : range.split('-').map(read);
    const last = to ?? (step === undefined ? from : high);
    const by = step === undefined ? 1 : Number(step);
    if (from === undefined || last === undefined || !(by >= 1)) return undefined;
    if (!(from >= low && last <= high && from <= last)) return undefined;
    for (let value = from; value <= last; value += by) found.push(value);
  }
  return new Set(found.sort((a, b) => a - b));
}

/** `15`, `L` (last day), `15W` (weekday nearest to the 15th), `LW`. */
function dayMatcher(text: string): ((date: Date) => boolean) | undefined {
  if (text === 'L') return (date) => date.getUTCDate() === lastDay(date);
  if (text === 'LW') return (date) => date.getUTCDate() === nearestWeekday(date, lastDay(date));
  const near = /^(\d{1,2})W$/.exec(text);
  if (near !== null)
    return (date) => date.getUTCDate() === nearestWeekday(date, Math.min(Number(near[1]), lastDay(date)));
  const days = numbers(text, 1, 31);
  return days && ((date) => days.has(date.getUTCDate()));
}

/** `MON-FRI`, `2#1` (first Monday), `6L` (last Friday), `L` (Saturday). */
function weekdayMatcher(text: string): ((date: Date) => boolean) | undefined {
  if (text === 'L') return (date) => date.getUTCDay() === 6;
  const nth = /^(\w{1,3})#([1-5])$/.exec(text);
  const last = /^(\d|[A-Za-z]{3})L$/.exec(text);
  const special = numbers(nth?.[1] ?? last?.[1] ?? text, 1, 7, WEEKDAYS);
  if (special === undefined) return undefined;
  return (date) => {
    if (!special.has(date.getUTCDay() + 1)) return false;
    if (nth !== null) return Math.ceil(date.getUTCDate() / 7) === Number(nth[2]);
    return last === null || date.getUTCDate() + 7 > lastDay(date);
  };
}

function lastDay(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}

function nearestWeekday(date: Date, day: number): number {
  const weekday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day)).getUTCDay();
  if (weekday === 6) return day > 1 ? day - 1 : day + 2;
  if (weekday === 0) return day < lastDay(date) ? day + 1 : day - 2;
  return day;
}
