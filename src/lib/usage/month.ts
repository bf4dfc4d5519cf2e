import { DAY_MS } from '../durations.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';

/** A calendar month in UTC, which is what AWS bills by. */
export interface Month {
  /** `2026-11`. */
  readonly name: string;
  /** Its first ms, since the epoch. */
  readonly startMs: number;
  /** The first ms after it. */
  readonly endMs: number;
  /** 28 to 31. */
  readonly days: number;
  /** 672 to 744. */
  readonly hours: number;
}

/** A month and how much of it is over. */
export interface Period {
  readonly month: Month;
  /** Up to when it can have been measured, ms since the epoch: now, or the end of a month that is over. */
  readonly untilMs: number;
  /** From its start to `untilMs`. */
  readonly elapsedMs: number;
  readonly isOver: boolean;
}

/** CloudWatch forgets everything after 455 days. */
const KEPT_DAYS = 455;

/** The month that a moment (ms since the epoch) is in. */
export function monthOf(atMs: number): Month {
  const at = new Date(atMs);
  return month(at.getUTCFullYear(), at.getUTCMonth());
}

/**
 * The month to report on.
 * @param name `YYYY-MM`; the present month without it.
 * @param nowMs ms since the epoch.
 * @throws CvopsError `UsageError` for what is no month, one that has not begun, and one that no metric reaches back to.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention
 */
export function periodOf(name: string | undefined, nowMs: number): Period {
  const present = monthOf(nowMs);
  const chosen = name === undefined ? present : parseMonth(name);
  if (chosen.startMs > nowMs) {
    throw new CvopsError('UsageError', ExitCode.usage, `--month ${chosen.name} has not begun (UTC).`, {
      hint: `the present month is ${present.name}; \`cvops usage forecast\` looks ahead.`,
    });
  }
  if (nowMs - chosen.startMs > KEPT_DAYS * DAY_MS) {
    throw new CvopsError('UsageError', ExitCode.usage, `--month ${chosen.name} is too long ago to be measured.`, {
      hint: `CloudWatch keeps metrics for ${KEPT_DAYS} days: from ${monthOf(nowMs - (KEPT_DAYS - 31) * DAY_MS).name} on.`,
    });
  }
  const untilMs = Math.min(nowMs, chosen.endMs);
  return { month: chosen, untilMs, elapsedMs: untilMs - chosen.startMs, isOver: nowMs >= chosen.endMs };
}

function parseMonth(name: string): Month {
  const [, year, number] = /^(\d{4})-(\d{2})$/.exec(name) ?? [];
  const index = Number(number) - 1;
  if (year !== undefined && index >= 0 && index < 12 && Number(year) >= 1970) return month(Number(year), index);
  throw new CvopsError('UsageError', ExitCode.usage, `--month takes YYYY-MM; "${name}" is no month.`, {
    hint: 'for example --month 2026-10.',
  });
}

function month(year: number, index: number): Month {
  const startMs = Date.UTC(year, index, 1);
  const endMs = Date.UTC(year, index + 1, 1);
  const days = Math.round((endMs - startMs) / DAY_MS);
  return { name: new Date(startMs).toISOString().slice(0, 7), startMs, endMs, days, hours: days * 24 };
}
