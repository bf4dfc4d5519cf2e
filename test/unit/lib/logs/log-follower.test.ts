import { expect, test } from 'vitest';
import type { LogLine, LogPages } from '../../../../src/lib/aws/ports/function-logs.ts';
import { LogFollower } from '../../../../src/lib/logs/log-follower.ts';

const line = (at: number): LogLine => ({ at, stream: 's', message: `m${at}` });

function follower(pages: LogPages['pages']): LogFollower {
  return new LogFollower({ pages }, 'f', { text: '' }, { told: [], fromMs: 0 });
}

test('a look that does not end is told in parts, and goes on where it was', async () => {
  let calls = 0;
  let looks = 0;
  const follows = follower(async function* () {
    looks++;
    for (let n = 1; n <= 100; n++) {
      calls++;
      yield n % 30 === 0 ? [line(n)] : [];
    }
  });
  const told: (readonly number[])[] = [];
  for (let look = 0; look < 3; look++) told.push((await follows.next(1_000)).map(({ at }) => at));
  expect(told).toEqual([[30], [60], [90]]);
  expect({ calls, looks }).toEqual({ calls: 100, looks: 1 });
  // The next way through tells nothing twice.
  expect(await follows.next(1_000)).toEqual([]);
  expect(looks).toBe(2);
});

test('a look that broke off is made again, and nothing is lost', async () => {
  let broken = true;
  const follows = follower(async function* () {
    yield [line(1)];
    if (broken) throw new Error('throttled');
    yield [line(2)];
  });
  await expect(follows.next(1_000)).rejects.toThrow('throttled');
  broken = false;
  expect((await follows.next(1_000)).map(({ at }) => at)).toEqual([1, 2]);
});
