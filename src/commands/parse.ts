import ms from 'ms';
import { CvopsError, type ErrorDetails } from '../lib/errors/cvops-error.ts';
import { ExitCode } from '../lib/errors/exit-code.ts';

/** A wrong value on the command line: exit code 2. */
export function usageError(message: string, hint?: string, details?: ErrorDetails): CvopsError {
  return new CvopsError('UsageError', ExitCode.usage, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined ? {} : { details }),
  });
}

/** A whole number within bounds; undefined stays undefined. */
export function parseCount(
  value: unknown,
  flag: string,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (value === undefined) return undefined;
  const number = /^\d+$/.test(String(value)) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw usageError(
    `${flag} ${JSON.stringify(value)} is not a whole number from ${min}${max === Number.MAX_SAFE_INTEGER ? ' up' : ` to ${max}`}.`,
  );
}

/** A duration such as `90s`, `5m`, `1h30m` is not: one number and one unit. Answers milliseconds. */
export function parseDuration(value: unknown, flag: string): number | undefined {
  if (value === undefined) return undefined;
  const text = String(value);
  const parsed = /^\d.*[a-z]$/i.test(text) && text.length <= 20 ? ms(text as ms.StringValue) : undefined;
  if (parsed !== undefined && Number.isFinite(parsed)) return parsed;
  throw usageError(`${flag} ${JSON.stringify(value)} is not a duration.`, 'e.g. 90s, 5m, 2h.');
}

/**
 * So many a second: `50/s`, `0.5/s`, or the number alone.
 * @param max the highest that is taken
 */
export function parseRate(value: unknown, max = Number.POSITIVE_INFINITY): number | undefined {
  if (value === undefined) return undefined;
  const rate = Number(/^(\d+(?:\.\d+)?)(?:\/s)?$/.exec(String(value))?.[1] ?? Number.NaN);
  if (rate > 0 && rate <= max) return rate;
  const most = Number.isFinite(max) && rate > max ? ` up to ${max}/s` : '';
  throw usageError(`--rate ${JSON.stringify(value)} is not a rate${most}.`, 'e.g. 50/s or 0.5/s.');
}

/** `5` or `2.5%`, as a share: 0–1. */
export function parsePercent(value: unknown, flag: string): number | undefined {
  if (value === undefined) return undefined;
  const percent = Number(/^(\d+(?:\.\d+)?)%?$/.exec(String(value))?.[1] ?? Number.NaN);
  if (percent >= 0 && percent <= 100) return percent / 100;
  throw usageError(`${flag} ${JSON.stringify(value)} is not a percentage.`, 'e.g. 5 or 2.5%.');
}
