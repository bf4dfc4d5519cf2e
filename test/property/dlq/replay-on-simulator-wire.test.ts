import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SqsQueues } from '../../../src/lib/aws/adapters/sqs-queues.ts';
import { SimulatedClock } from '../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../src/lib/simulator/simulator.ts';
import { simulatedTime } from '../../integration/dlq/support/dead-letter-scene.ts';
import { campaign, PATIENT } from './support/campaign.ts';
import { expectKept } from './support/expect-kept.ts';
import { FileLedgersToTear } from './support/file-ledgers-to-tear.ts';
import { HostileProxy, TRICKS, type Trick } from './support/hostile-proxy.ts';
import { type Played, play, type Scene, SMALL, scenes, setStage } from './support/replay-scene.ts';

/** Simulated seconds in a real one: polls and waits for what is hidden take no time. */
const RATE = 100;

test(
  'a replay over HTTP, with its ledger in files, keeps every message whatever stands between it and SQS',
  PATIENT,
  async () => {
    const met = new Set<Trick>();
    const wire = fc.record({
      scene: scenes(SMALL, fc.constantFrom(0, 70, 70, 70)),
      seed: fc.nat(0xffff),
      share: fc.constantFrom(0.05, 0.2, 0.4),
      tricks: fc.subarray([...TRICKS], { minLength: 1 }),
    });
    await fc.assert(
      fc.asyncProperty(wire, async ({ scene, ...proxy }) => {
        const { played, tricks } = await playOverHttp(scene, proxy);
        for (const trick of tricks) met.add(trick);
        // Of two at once, a machine that stalls makes one lose its messages to the other: those twins are not counted.
        const beside = scene.lives.some(({ way }) => way === 'both');
        expectKept(scene, { ...played, killedBeside: played.killedBeside || beside });
      }),
      { numRuns: 40 * campaign },
    );
    expect(met.size).toBeGreaterThan(TRICKS.length / 2);
  },
);

async function playOverHttp(
  scene: Scene,
  options: { seed: number; share: number; tricks: readonly Trick[] },
): Promise<{ played: Played; tricks: Iterable<Trick> }> {
  const folder = mkdtempSync(join(tmpdir(), 'cvops-runs-'));
  const clock = new SimulatedClock({ rate: RATE });
  const simulator = await Simulator.start({ clock });
  const proxy = await HostileProxy.start(simulator.endpoint, options);
  const queues = () =>
    new SqsQueues({
      options: {
        region: 'us-east-1',
        endpoint: proxy.endpoint,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        maxAttempts: scene.attempts,
        customUserAgent: 'cvops/test',
      },
      observe() {},
      now: () => clock.now(),
    });
  try {
    await setStage(simulator, scene);
    const played = await play(
      {
        simulator,
        ledgers: new FileLedgersToTear(folder),
        queues,
        clock: simulatedTime(clock),
        pass: (ms) => clock.advance(ms),
        calm: () => {
          proxy.hostile = false;
        },
      },
      // The proxy is the fault.
      { ...scene, rules: [] },
    );
    return { played, tricks: proxy.played.keys() };
  } finally {
    await proxy.stop();
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
