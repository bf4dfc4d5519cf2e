import { SimulatedClock } from '../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../src/lib/simulator/simulator.ts';
import type { Backend } from './backend.ts';
import { makeClients } from './clients.ts';
import { openWorld } from './world.ts';

const REGION = 'us-east-1';

/** A simulator of its own for each case, whose clock stands still unless the case passes time. */
export function simulatorBackend(): Backend {
  return {
    name: 'simulator',
    version: 'simulator',
    clock: true,
    caseLimitMs: 30_000,
    concurrency: 4,
    async open() {
      const clock = new SimulatedClock({ rate: 0 });
      const simulator = await Simulator.start({ clock });
      const clients = makeClients({ region: REGION, endpoint: simulator.endpoint });
      const { world } = openWorld({
        clients,
        region: REGION,
        roleArn: `arn:aws:iam::${simulator.accountId}:role/conformance`,
        pollSeconds: 0,
        now: () => clock.now(),
        pass: (ms) => clock.advance(ms),
        patienceMs: 120_000,
      });
      return {
        world,
        async close() {
          clients.destroy();
          await simulator.close();
        },
      };
    },
    async stop() {},
  };
}
