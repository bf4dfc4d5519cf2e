import { SimulatedClock } from '../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../src/lib/simulator/simulator.ts';
import { simulatedTime } from '../../../integration/dlq/support/dead-letter-scene.ts';
import { ByteLedgers } from './byte-ledgers.ts';
import { type Played, play, type Scene, type Stage, setStage } from './replay-scene.ts';
import { SimulatorQueues } from './simulator-queues.ts';

/** When every scene begins, ms since the epoch. */
export const START = Date.UTC(2026, 7, 7, 12);

/** Plays a scene on a simulator in this process, in simulated time alone. */
export async function playInProcess(
  scene: Scene,
  change: (stage: Stage) => Partial<Stage> = () => ({}),
  retentionSeconds?: number,
): Promise<Played> {
  const clock = new SimulatedClock({ rate: 0, start: START });
  const simulator = new Simulator({ clock });
  const time = simulatedTime(clock);
  const stage: Stage = {
    simulator,
    ledgers: new ByteLedgers(),
    queues: () => new SimulatorQueues(simulator, scene.attempts),
    clock: time,
    pass: (ms) => time.sleep(ms),
  };
  try {
    await setStage(simulator, scene, retentionSeconds);
    return await clock.until(play({ ...stage, ...change(stage) }, scene));
  } finally {
    await simulator.close();
  }
}
