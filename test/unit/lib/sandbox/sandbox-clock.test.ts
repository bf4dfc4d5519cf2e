import { describe, expect, test } from 'vitest';
import type { Clock } from '../../../../src/lib/clock.ts';
import type { SandboxRecord } from '../../../../src/lib/sandbox/record.ts';
import { sandboxClock } from '../../../../src/lib/sandbox/sandbox-clock.ts';
import { serveHttp } from '../../../support/loopback-server.ts';

const HERE = Date.parse('2026-11-23T12:00:00Z');
const HOUR_MS = 3_600_000;

/** A local clock that a test moves, and what it was asked to sleep. */
function localClock() {
  const slept: number[] = [];
  const state = { now: HERE };
  const clock: Clock = {
    now: () => state.now,
    sleep: async (ms) => {
      slept.push(ms);
    },
  };
  return { clock, slept, state };
}

async function sandboxThatSays(answer: string) {
  const { port, close } = await serveHttp((response, request) => {
    response.end(request.url === '/_simulator/clock' ? answer : 'not here');
  });
  return { record: { endpoint: `http://127.0.0.1:${port}` } as SandboxRecord, close };
}

async function clockOf(answer: string, local: Clock): Promise<Clock> {
  const { record, close } = await sandboxThatSays(answer);
  try {
    return await sandboxClock(record, local);
  } finally {
    await close();
  }
}

describe('the clock of the sandbox', () => {
  test('is where the sandbox’s time was moved to, and goes on as fast as the local one', async () => {
    const { clock, slept, state } = localClock();
    const moved = await clockOf('{"now":"2026-12-25T00:00:00.000Z","rate":1}', clock);
    expect(moved.now()).toBe(Date.parse('2026-12-25T00:00:00Z'));
    state.now += HOUR_MS;
    expect(moved.now()).toBe(Date.parse('2026-12-25T01:00:00Z'));
    await moved.sleep(60_000);
    expect(slept).toEqual([60_000]);
  });

  test('runs as fast as the sandbox’s, and its waits are as much shorter', async () => {
    const { clock, slept, state } = localClock();
    const fast = await clockOf('{"now":"2026-11-23T12:00:00.000Z","rate":60}', clock);
    state.now += 60_000;
    expect(fast.now()).toBe(HERE + HOUR_MS);
    await fast.sleep(HOUR_MS);
    expect(slept).toEqual([60_000]);
  });

  test('of a frozen sandbox begins at its time and goes on, so that no wait is for ever', async () => {
    const { clock, slept, state } = localClock();
    const frozen = await clockOf('{"now":"2026-12-25T00:00:00.000Z","rate":0}', clock);
    state.now += 1_000;
    expect(frozen.now()).toBe(Date.parse('2026-12-25T00:00:01Z'));
    await frozen.sleep(1_000);
    expect(slept).toEqual([1_000]);
  });

  test('is the local one where the two agree', async () => {
    const { clock } = localClock();
    expect(await clockOf('{"now":"2026-11-23T12:00:00.100Z","rate":1}', clock)).toBe(clock);
  });

  test('is the local one where the sandbox does not answer, or not with a time', async () => {
    const { clock } = localClock();
    expect(await clockOf('no document', clock)).toBe(clock);
    expect(await clockOf('{}', clock)).toBe(clock);
    expect(await clockOf('{"now":"yesterday","rate":1}', clock)).toBe(clock);
    const { record, close } = await sandboxThatSays('{}');
    await close();
    expect(await sandboxClock(record, clock)).toBe(clock);
  });
});
