import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../../../../src/lib/simulator/events/schedule-expression.ts';

const at = (iso: string) => Date.parse(iso);
/** The next `count` times after a moment, as ISO texts to the minute. */
const next = (expression: string, after: string, count = 1, timeZone = 'UTC') => {
  const schedule = parseSchedule(expression, { anchor: at(after), timeZone, oneTime: true })!;
  const times: string[] = [];
  for (let time = schedule.next(at(after)); time !== undefined && times.length < count; time = schedule.next(time)) {
    times.push(new Date(time).toISOString().slice(0, 16));
  }
  return times;
};

describe('schedule expressions', () => {
  // 2026-01-15 is a Thursday.
  it.each([
    ['rate(5 minutes)', ['2026-01-15T10:05', '2026-01-15T10:10']],
    ['rate(1 hour)', ['2026-01-15T11:00', '2026-01-15T12:00']],
    ['rate(2 days)', ['2026-01-17T10:00', '2026-01-19T10:00']],
    ['cron(0 8 ? * MON *)', ['2026-01-19T08:00', '2026-01-26T08:00']],
    ['cron(0/30 * * * ? *)', ['2026-01-15T10:30', '2026-01-15T11:00']],
    ['cron(15,45 9-10 * * ? *)', ['2026-01-15T10:15', '2026-01-15T10:45', '2026-01-16T09:15']],
    ['cron(0 0 L * ? *)', ['2026-01-31T00:00', '2026-02-28T00:00']],
    ['cron(0 12 ? * 2#1 *)', ['2026-02-02T12:00', '2026-03-02T12:00']],
    ['cron(0 12 ? * FRIL *)', ['2026-01-30T12:00', '2026-02-27T12:00']],
    ['cron(0 12 ? * 6L *)', ['2026-01-30T12:00', '2026-02-27T12:00']],
    ['cron(0 12 1W * ? *)', ['2026-02-02T12:00', '2026-03-02T12:00']],
    ['cron(0 12 29 FEB ? *)', ['2028-02-29T12:00', '2032-02-29T12:00']],
    ['cron(0 12 ? JAN-MAR SUN 2027)', ['2027-01-03T12:00']],
    ['cron(0 12 1 1 ? 2020)', []],
    ['at(2026-01-20T13:00:00)', ['2026-01-20T13:00']],
    ['at(2020-01-20T13:00:00)', []],
  ])('%s', (expression, expected) => {
    expect(next(expression, '2026-01-15T10:00:00Z', Math.max(1, expected.length))).toEqual(expected);
  });

  it.each([
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(0 minutes)',
    'rate(5 weeks)',
    'cron(0 8 * * MON *)',
    'cron(0 8 ? * ? *)',
    'cron(60 8 ? * MON *)',
    'cron(0 24 ? * MON *)',
    'cron(0 8 ? * MON)',
    'cron(0 8 32 * ? *)',
    'cron(0 8 ? 13 MON *)',
    'cron(a 8 ? * MON *)',
    'at(2026-02-30T00:00:00)',
    'at(tomorrow)',
    'weekly',
    '',
  ])('refuses %s', (expression) => {
    expect(parseSchedule(expression, { anchor: 0, oneTime: true })).toBeUndefined();
  });

  it('takes at() only where one-time schedules are possible', () => {
    expect(parseSchedule('at(2026-01-20T13:00:00)', { anchor: 0 })).toBeUndefined();
  });

  it('counts a rate from its anchor, wherever it is asked from', () => {
    const schedule = parseSchedule('rate(10 minutes)', { anchor: at('2026-01-15T10:03:00Z') })!;
    expect(schedule.next(at('2026-01-15T12:00:00Z'))).toBe(at('2026-01-15T12:03:00Z'));
    expect(schedule.next(at('2026-01-15T09:00:00Z'))).toBe(at('2026-01-15T10:03:00Z'));
  });

  it('follows the clock of a time zone through summer and winter', () => {
    expect(next('cron(0 8 ? * MON *)', '2026-03-20T00:00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2026-03-23T07:00',
      '2026-03-30T06:00',
    ]);
    expect(next('at(2026-07-01T08:00:00)', '2026-01-01T00:00:00Z', 1, 'America/New_York')).toEqual([
      '2026-07-01T12:00',
    ]);
  });

  it('skips a time that the change to summer time leaves out, and runs once in the hour that comes twice', () => {
    // Berlin: 2026-03-29 has no 02:30; 2026-10-25 has it twice.
    expect(next('cron(30 2 * * ? *)', '2026-03-28T00:00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2026-03-28T01:30',
      '2026-03-30T00:30',
    ]);
    expect(next('cron(30 2 * * ? *)', '2026-10-24T12:00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
  });

  it('refuses a time zone that does not exist', () => {
    expect(parseSchedule('cron(0 8 ? * MON *)', { anchor: 0, timeZone: 'Mars/Base' })).toBeUndefined();
  });
});
