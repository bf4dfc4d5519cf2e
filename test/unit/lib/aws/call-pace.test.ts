import { expect, test } from 'vitest';
import { CallPace } from '../../../../src/lib/aws/call-pace.ts';
import { VirtualClock } from '../dlq/support/virtual-clock.ts';

/** When each call may go, ms after the first. @param gapMs between one call's being asked for and the next. */
async function turns(calls: number, gapMs: number): Promise<number[]> {
  const clock = new VirtualClock();
  const pace = new CallPace(clock);
  const started = clock.now();
  const times: number[] = [];
  const asked: Promise<void>[] = [];
  for (let call = 0; call < calls; call++) {
    asked.push(pace.turn().then(() => void times.push(clock.now() - started)));
    if (gapMs > 0) await clock.sleep(gapMs);
  }
  await Promise.all(asked);
  return times;
}

/** The most calls in any second. */
const densest = (times: readonly number[]) =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at <= from + 1_000).length));

test('the calls of a command about one function go at once', async () => {
  expect(await turns(5, 0)).toEqual([0, 0, 0, 0, 0]);
});

test.each([0, 1, 30, 60, 99])('many calls, one each %i ms, stay below 15 in any second, in order', async (gapMs) => {
  const times = await turns(100, gapMs);
  expect(densest(times)).toBeLessThan(15);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  // And no slower than it must be.
  expect(times.at(-1)).toBeLessThanOrEqual(10_890);
});

test('calls that come slower than that never wait', async () => {
  expect(await turns(50, 110)).toEqual(Array.from({ length: 50 }, (_, call) => call * 110));
});
