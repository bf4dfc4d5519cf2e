import { describe, expect, test } from 'vitest';
import {
  projectFlow,
  projectionConfidence,
  projectRecent,
  straightLine,
} from '../../../../src/lib/usage/projection.ts';
import { total } from '../../../../src/lib/usage/rows/hours.ts';
import { HOUR_MS, type periodAt } from './support/month-of-readings.ts';

type Period = ReturnType<typeof periodAt>;

/** 0 to 1, the same numbers each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Traffic of people: nights are quiet, weekends quieter, and each hour is up to a fifth off. */
function month(days: number, firstWeekday: number, weekend: number, seed: number) {
  const startMs = Date.UTC(2026, 5, 1);
  const noise = numbers(seed);
  const hours = Array.from({ length: days * 24 }, (_, hour) => {
    const weekday = (firstWeekday + Math.floor(hour / 24)) % 7;
    const rhythm = (weekday >= 5 ? weekend : 1) * (1 + 0.8 * Math.sin(((hour % 24) / 24) * 2 * Math.PI));
    return { at: startMs + hour * HOUR_MS, value: 1_000 * rhythm * (0.8 + 0.4 * noise()) };
  });
  const whole = { name: 'a month', startMs, endMs: startMs + days * 24 * HOUR_MS, days, hours: days * 24 };
  const until = (hour: number): Period => {
    const elapsedMs = hour * HOUR_MS;
    return { month: whole, untilMs: startMs + elapsedMs, elapsedMs, isOver: false };
  };
  return { hours, until, truth: total(hours) };
}

/** The worst error over every hour of the days 12 to 18, month lengths, first weekdays and seeds. */
function worst(weekend: number, project: (hours: ReturnType<typeof month>['hours'], period: Period) => number): number {
  let error = 0;
  for (const days of [28, 29, 30, 31]) {
    for (let firstWeekday = 0; firstWeekday < 7; firstWeekday++) {
      for (const seed of [1, 2, 3]) {
        const { hours, until, truth } = month(days, firstWeekday, weekend, seed);
        for (let hour = 12 * 24; hour <= 18 * 24; hour += 5) {
          error = Math.max(error, Math.abs(project(hours.slice(0, hour), until(hour)) / truth - 1));
        }
      }
    }
  }
  return error;
}

describe('the end of a month, told in its middle', () => {
  test.each([0, 0.1, 0.3, 0.5, 0.7, 1])('with weekends at %f of a weekday is less than a twentieth off', (weekend) => {
    expect(worst(weekend, (hours, period) => projectFlow(hours, period)!)).toBeLessThan(0.05);
  });

  test('is more than a tenth off by a straight line where weekends are quiet', () => {
    expect(worst(0.1, (hours, period) => straightLine(total(hours), period)!)).toBeGreaterThan(0.1);
  });

  test('in its first week is a straight line', () => {
    const { hours, until } = month(30, 2, 0.3, 1);
    const used = hours.slice(0, 100);
    expect(projectFlow(used, until(100))).toBeCloseTo((total(used) * 720) / 100, 6);
  });

  test('of a month that is over is what was used', () => {
    const { hours, until, truth } = month(30, 2, 0.3, 1);
    expect(projectFlow(hours, { ...until(720), isOver: true })).toBe(truth);
  });

  test('takes the hour in progress for the part of it that is over', () => {
    const steady = Array.from({ length: 201 }, (_, hour) => ({
      at: Date.UTC(2026, 5, 1) + hour * HOUR_MS,
      value: hour === 200 ? 50 : 100,
    }));
    expect(projectFlow(steady, month(30, 0, 1, 1).until(200.5))).toBeCloseTo(72_000, 6);
  });

  test('is told from its first busy day where nothing was there in its first week', () => {
    const { hours, until } = month(30, 0, 1, 1);
    const steady = hours.map(({ at }) => ({ at, value: 100 })).slice(16 * 24);
    expect(projectFlow(steady.slice(0, 2 * 24), until(18 * 24))).toBeCloseTo(100 * 14 * 24, 6);
    expect(projectFlow(steady.slice(0, 10 * 24), until(26 * 24))).toBeCloseTo(100 * 14 * 24, 6);
    expect(projectRecent(steady.slice(0, 2 * 24), until(18 * 24), null)).toBeCloseTo(100 * 14 * 24, 6);
    expect(projectionConfidence(steady.slice(0, 2 * 24), until(18 * 24))).toBe('low');
    expect(projectionConfidence(steady.slice(0, 10 * 24), until(26 * 24))).toBe('high');
  });

  test('of pollers that are known to go on is told from their first whole hour', () => {
    const { hours, until } = month(30, 0, 1, 1);
    const begun = 20 * 24 + 0.5;
    const polls = hours.slice(20 * 24).map(({ at }, index) => ({ at, value: index === 0 ? 450 : 900 }));
    const end = (observed: number) => projectRecent(polls.slice(0, observed), until(20 * 24 + observed), 900);
    expect(end(4)).toBeCloseTo(900 * (720 - begun), 6);
    expect(end(60)).toBeCloseTo(900 * (720 - begun), 6);
    // The hour in which they began is too little, but all there is.
    expect(end(1)).toBeCloseTo(450 * (720 - 20 * 24), 6);
  });

  test('takes nothing that asked for an hour for a poller', () => {
    const { hours, until } = month(30, 0, 1, 1);
    const burst = [{ at: hours[20 * 24]!.at, value: 50_000 }];
    expect(projectRecent(burst, until(20 * 24 + 1), 900)).toBeCloseTo(50_000 + 900 * (720 - 20 * 24 - 1), 6);
    expect(projectRecent(burst, until(20 * 24 + 1), null)).toBeLessThan(50_000 * (1 + 10 / 7));
  });

  test('is not told from one event in the middle', () => {
    const { hours, until } = month(30, 0, 1, 1);
    const once = [{ at: hours[15 * 24]!.at, value: 4 }];
    expect(projectFlow(once, until(16 * 24))).toBeLessThan(10);
  });
});
