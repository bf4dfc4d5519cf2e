import { expect, test } from 'vitest';
import type { LogLine, LogPages, LogQuery } from '../../../../src/lib/aws/ports/function-logs.ts';
import { LogFollower } from '../../../../src/lib/logs/log-follower.ts';
import { readNewest } from '../../../../src/lib/logs/read-newest.ts';

const NOW = Date.UTC(2026, 5, 3, 12);
const MINUTE = 60_000;

/** A log with `page` lines in each answer, which counts its calls. */
class Pages implements LogPages {
  calls = 0;
  readonly lines: readonly LogLine[];
  readonly page: number;

  constructor(lines: readonly LogLine[], page: number) {
    this.lines = lines;
    this.page = page;
  }

  async *pages(_: string, { fromMs, toMs, limit }: LogQuery) {
    const found = this.lines.filter(({ at }) => at >= fromMs && at <= toMs).slice(0, limit);
    for (let at = 0; at === 0 || at < found.length; at += this.page) {
      this.calls += 1;
      yield found.slice(at, at + this.page);
    }
  }
}

/** A line every so many ms, back from now, oldest first. */
const every = (ms: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ at: NOW - (count - 1 - i) * ms, stream: 's', message: `${i}` }));
const query = { text: '', all: false, limit: 1_000, fromMs: NOW - 60 * MINUTE, toMs: NOW };
const last = ({ events }: { events: readonly { message: string }[] }) => events.at(-1)?.message;

test('a quiet log is read whole, in a few calls', async () => {
  const log = new Pages(every(MINUTE, 50), 1_000);
  const found = await readNewest(log, 'f', query);
  expect(found).toMatchObject({ complete: true, readFromMs: query.fromMs });
  expect(found.events).toHaveLength(50);
  expect(log.calls).toBe(3);
});

test('a busy log is read from its end, and no further than asked', async () => {
  const log = new Pages(every(10, 300_000), 10_000);
  const found = await readNewest(log, 'f', query);
  expect(found.events).toHaveLength(1_000);
  expect(last(found)).toBe('299999');
  expect(found.complete).toBe(false);
  expect(log.calls).toBeLessThanOrEqual(12);
});

test('what no calls suffice for ends after forty, with what was read', async () => {
  const log = new Pages(every(1, 20_000), 10);
  const found = await readNewest(log, 'f', { ...query, limit: 10_000 });
  expect(log.calls).toBeLessThanOrEqual(46);
  expect(found.complete).toBe(false);
  expect(last(found)).toBe('19999');
});

test('a follower that falls behind reads on from where it was', async () => {
  const lines = every(1, 50_000);
  const follower = new LogFollower(
    new Pages(lines, 10_000),
    'f',
    { text: '' },
    { told: [], fromMs: NOW - 60 * MINUTE },
  );
  const looks = [
    await follower.next(NOW),
    await follower.next(NOW),
    await follower.next(NOW),
    await follower.next(NOW),
  ];
  expect(looks.map(({ length }) => length)).toEqual([20_000, 19_999, 10_001, 0]);
  expect(looks.flat()).toEqual(lines);
});
