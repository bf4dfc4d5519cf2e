import type { Clock } from '../../src/lib/clock.ts';
import type { SimulatedClock } from '../../src/lib/simulator/kernel/clock.ts';

/**
 * The simulator's time for a command that only waits now and then: it passes at once, and what falls due on the way
 * happens. Sleeps at the same time pass one after the other; not for commands that sleep beside their work.
 */
export function passingTime(clock: SimulatedClock): Clock {
  return {
    now: () => clock.now(),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      await clock.advance(ms);
      signal?.throwIfAborted();
    },
  };
}
