import type { Call } from '../../src/lib/simulator/kernel/service.ts';
import type { Simulator } from '../../src/lib/simulator/simulator.ts';

/** Calls `seen` after each call of the simulator in its default region, before its answer is sent. */
export function observeCalls(
  simulator: Simulator,
  seen: (operation: string, call: Call, input: Record<string, unknown>) => void,
): void {
  const region = simulator.region();
  const finished = region.finished.bind(region);
  region.finished = (target, call, ...rest) => {
    finished(target, call, ...rest);
    seen(target.operation, call, target.input);
  };
}
