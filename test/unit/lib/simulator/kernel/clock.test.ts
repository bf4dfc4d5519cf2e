import { afterEach, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';

const START = Date.UTC(2026, 0, 1);

/** Some turns of the event loop, in which nothing is due. */
async function slowly<T>(then: () => T): Promise<T> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  return then();
}

describe('a frozen clock', () => {
  const clocks: SimulatedClock[] = [];
  const frozen = () => {
    const clock = new SimulatedClock({ start: START, rate: 0 });
    clocks.push(clock);
    return clock;
  };
  afterEach(() => {
    for (const clock of clocks.splice(0)) clock.close();
  });

  it('stands still until it is advanced', async () => {
    const clock = frozen();
    expect(clock.now()).toBe(START);
    await clock.advance(300_000);
    expect(clock.now()).toBe(START + 300_000);
  });

  it('fires what falls due in order of time, each at its own time', async () => {
    const clock = frozen();
    const fired: [string, number][] = [];
    for (const [name, at] of [
      ['late', 3_000],
      ['early', 1_000],
      ['middle', 2_000],
    ] as const) {
      clock.schedule(START + at, () => fired.push([name, clock.now() - START]));
    }
    await clock.advance(2_500);
    expect(fired).toEqual([
      ['early', 1_000],
      ['middle', 2_000],
    ]);
    await clock.advance(500);
    expect(fired.at(-1)).toEqual(['late', 3_000]);
  });

  it('fires entries of the same time in the order in which they were made', async () => {
    const clock = frozen();
    const fired: number[] = [];
    for (let i = 0; i < 50; i++) clock.schedule(START + 1_000, () => fired.push(i));
    await clock.advance(1_000);
    expect(fired).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('moves on once for each that asks, one after the other', async () => {
    const clock = frozen();
    const seen: number[] = [];
    for (const at of [1_000, 2_000, 3_000, 4_000]) {
      clock.schedule(START + at, () => void clock.track(slowly(() => seen.push(clock.now() - START))));
    }
    const ends = [clock.advance(2_000), clock.advance(2_000)].map((move) => move.then(() => clock.now() - START));
    expect(await Promise.all(ends)).toEqual([2_000, 4_000]);
    expect(seen).toEqual([1_000, 2_000, 3_000, 4_000]);
  });

  it('moves on after a move that failed', async () => {
    const clock = frozen();
    clock.schedule(START + 1_000, () => {
      throw new Error('broken');
    });
    await expect(clock.advance(1_000)).rejects.toThrow('broken');
    await clock.advance(1_000);
    expect(clock.now()).toBe(START + 2_000);
  });

  it('moves from one due entry to the next until some work is done, and no further', async () => {
    const clock = frozen();
    const sleep = (ms: number) => new Promise<void>((resolve) => clock.schedule(clock.now() + ms, resolve));
    const far = { fired: false };
    clock.schedule(START + 86_400_000, () => {
      far.fired = true;
    });
    const work = async () => {
      await sleep(500);
      await Promise.all([sleep(2_000), sleep(1_000)]);
      return clock.now() - START;
    };
    expect(await clock.until(work())).toBe(2_500);
    expect([clock.now() - START, far.fired]).toEqual([2_500, false]);
  });

  it('passes on what the work that it waits for failed with', async () => {
    const clock = frozen();
    await expect(clock.until(Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('waits in real time for work that sleeps in none', async () => {
    const clock = frozen();
    expect(await clock.until(slowly(() => clock.now() - START))).toBe(0);
  });

  it('fires what was scheduled on the way, when it is due before the end', async () => {
    const clock = frozen();
    const ticks: number[] = [];
    const tick = (): void => {
      ticks.push(clock.now() - START);
      clock.schedule(clock.now() + 1_000, tick);
    };
    clock.schedule(START + 1_000, tick);
    await clock.advance(5_000);
    expect(ticks).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
  });

  it('does not fire what was cancelled, also when it is cancelled by an entry of the same time', async () => {
    const clock = frozen();
    const fired: string[] = [];
    const first = clock.schedule(START + 1_000, () => fired.push('first'));
    first.cancel();
    clock.schedule(START + 1_000, () => second.cancel());
    const second = clock.schedule(START + 1_000, () => fired.push('second'));
    await clock.advance(1_000);
    expect(fired).toEqual([]);
  });

  it('does not keep what was cancelled long before its time', async () => {
    const clock = frozen();
    const fired: number[] = [];
    for (let i = 0; i < 10_000; i++) {
      clock.schedule(START + 3_600_000 + i, () => fired.push(-1)).cancel();
      if (i % 1_000 === 0) clock.schedule(START + 20_000 - i, () => fired.push(i));
    }
    expect(clock.agendaSize).toBeLessThan(2_100);
    await clock.advance(7_200_000);
    expect(fired).toEqual([9_000, 8_000, 7_000, 6_000, 5_000, 4_000, 3_000, 2_000, 1_000, 0]);
    expect(clock.agendaSize).toBe(0);
  });

  it('keeps order under many entries in any order', async () => {
    const clock = frozen();
    const fired: number[] = [];
    for (let i = 0; i < 1_000; i++) {
      const at = (i * 7_919) % 1_000;
      clock.schedule(START + at, () => fired.push(at));
    }
    await clock.advance(1_000);
    expect(fired).toHaveLength(1_000);
    expect(fired).toEqual([...fired].sort((a, b) => a - b));
  });

  it('runs at the next turn what is due already, without being advanced', async () => {
    const clock = frozen();
    await new Promise<void>((resolve) => {
      clock.schedule(START - 1, resolve);
    });
    expect(clock.now()).toBe(START);
  });

  it('waits for tracked work before time moves past it', async () => {
    const clock = frozen();
    const log: string[] = [];
    clock.schedule(START + 1_000, () => {
      const work = new Promise<void>((resolve) => setTimeout(resolve, 5)).then(() => {
        log.push(`done at ${clock.now() - START}`);
      });
      clock.track(work);
    });
    clock.schedule(START + 2_000, () => log.push('next'));
    await clock.advance(2_000);
    expect(log).toEqual(['done at 1000', 'next']);
  });

  it('waits for work that tracked work starts', async () => {
    const clock = frozen();
    let finished = false;
    const outer = clock.track(
      Promise.resolve().then(() => {
        clock.track(
          new Promise<void>((resolve) => setTimeout(resolve, 5)).then(() => {
            finished = true;
          }),
        );
      }),
    );
    await outer;
    await clock.idle();
    expect(finished).toBe(true);
  });

  it('goes on after tracked work that fails, and hands the failure to its owner', async () => {
    const clock = frozen();
    const work = clock.track(Promise.reject(new Error('broken')));
    await expect(work).rejects.toThrow('broken');
    await clock.advance(1_000);
    expect(clock.now()).toBe(START + 1_000);
  });

  it('passes 14 days with a timer each hour in one go', async () => {
    const clock = frozen();
    let hours = 0;
    const hour = (): void => {
      hours++;
      clock.schedule(clock.now() + 3_600_000, hour);
    };
    clock.schedule(START + 3_600_000, hour);
    await clock.advance(14 * 86_400_000);
    expect(hours).toBe(14 * 24);
  });

  it('fires nothing after close', async () => {
    const clock = frozen();
    let fired = false;
    clock.schedule(START + 1, () => {
      fired = true;
    });
    clock.close();
    await clock.advance(10);
    expect(fired).toBe(false);
  });
});

describe('a running clock', () => {
  it('runs as many times faster than the wall clock as its rate says', async () => {
    const clock = new SimulatedClock({ start: START, rate: 100_000 });
    const at = await new Promise<number>((resolve) => {
      clock.schedule(START + 1_000_000, () => resolve(clock.now()));
    });
    expect(at).toBeGreaterThanOrEqual(START + 1_000_000);
    clock.close();
  });

  it('keeps its time when the rate changes, and stands still at rate 0', () => {
    const clock = new SimulatedClock({ start: START, rate: 1_000 });
    const before = clock.now();
    clock.setRate(0);
    const frozen = clock.now();
    expect(frozen).toBeGreaterThanOrEqual(before);
    expect(clock.now()).toBe(frozen);
    clock.close();
  });

  it('wakes for an earlier entry that comes later', async () => {
    const clock = new SimulatedClock({ start: START, rate: 1 });
    const fired: string[] = [];
    clock.schedule(START + 3_600_000, () => fired.push('hour'));
    await new Promise<void>((resolve) => {
      clock.schedule(clock.now() + 5, () => {
        fired.push('soon');
        resolve();
      });
    });
    expect(fired).toEqual(['soon']);
    clock.close();
  });

  it('does what was scheduled while it was frozen once it runs', async () => {
    const clock = new SimulatedClock({ start: START, rate: 0 });
    const fired = new Promise<void>((resolve) => {
      clock.schedule(START + 10_000, resolve);
    });
    clock.setRate(1_000_000);
    await fired;
    clock.close();
  });
});
