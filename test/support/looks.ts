import type { SimulatedClock } from '../../src/lib/simulator/kernel/clock.ts';
import type { RunCliOptions } from './run-cli.ts';

/**
 * Lets a command that waits between its looks look so many times; what happens before each look is given. Then Ctrl-C.
 */
export function looks(clock: SimulatedClock, ...before: readonly (() => Promise<unknown>)[]): RunCliOptions {
  const abort = new AbortController();
  const left = [...before];
  const sleep = async (ms: number) => {
    const happens = left.shift();
    if (happens === undefined) {
      abort.abort(new Error('Ctrl-C'));
      throw abort.signal.reason;
    }
    await happens();
    await clock.advance(ms);
  };
  return { clock: { now: () => clock.now(), sleep }, signal: abort.signal };
}
