import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FaultRule } from '../../../src/lib/simulator/kernel/faults.ts';
import { campaign, PATIENT } from './support/campaign.ts';
import { lettersOf, numberOf } from './support/dead-letters.ts';
import { expectKept } from './support/expect-kept.ts';
import { playInProcess, START } from './support/in-process.ts';
import { OtherConsumer } from './support/other-consumer.ts';
import { namesOf, SMALL, scenes } from './support/replay-scene.ts';

const stall = (operations: readonly string[], most: number) =>
  fc.record({
    service: fc.constant('sqs'),
    operation: fc.constantFrom(...operations),
    delayMs: fc.integer({ min: 20_000, max: most }),
    times: fc.integer({ min: 1, max: 4 }),
    probability: fc.constantFrom(1, 0.3),
    seed: fc.integer({ min: 1, max: 1_000 }),
  });

/**
 * Calls that are under way for longer than messages stay hidden (60 s). A send is given up after 30 s, and what is sent
 * again within four and a half minutes still arrives within the deduplication window.
 */
const stalls: fc.Arbitrary<readonly FaultRule[]> = fc
  .tuple(
    fc.array(stall(['DeleteMessageBatch', 'ReceiveMessage', 'ChangeMessageVisibilityBatch'], 130_000), {
      minLength: 1,
      maxLength: 3,
    }),
    fc.array(stall(['SendMessageBatch'], 25_000), { maxLength: 1 }),
  )
  .map(([others, sends]) => [...others, ...sends]);

const pause = fc.integer({ min: 0, max: 100 });

describe('a replay on the simulator whose time runs out', PATIENT, () => {
  test('because calls take longer than messages stay hidden, keeps every message and delivers none twice on FIFO', async () => {
    const slow = fc
      .tuple(scenes(SMALL, pause), stalls)
      .map(([scene, rules]) => ({ ...scene, rules: [...rules, ...scene.rules] }));
    await fc.assert(
      fc.asyncProperty(slow, async (scene) => {
        const beside = scene.lives.some(({ way }) => way === 'both');
        const played = await playInProcess(scene);
        expectKept(scene, { ...played, killedBeside: played.killedBeside || beside });
      }),
      { numRuns: 100 * campaign },
    );
  });

  test('while another consumer takes messages for itself, keeps what that one left', async () => {
    const consumer = fc.record({
      everySeconds: fc.integer({ min: 1, max: 40 }),
      holdsSeconds: fc.integer({ min: 1, max: 90 }),
      deletes: fc.boolean(),
    });
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(scenes(SMALL, pause), stalls, consumer, async (scene, rules, habits) => {
        const all = { ...scene, rules: [...rules, ...scene.rules] };
        const gone = new Set<number>();
        const played = await playInProcess(all, (stage) => {
          const other = new OtherConsumer(stage, namesOf(scene).dlq, habits, (message) => gone.add(numberOf(message)));
          return { calm: () => other.stop() };
        });
        taken += gone.size;
        const beside = scene.lives.some(({ way }) => way === 'both');
        expectKept(scene, { ...played, killedBeside: played.killedBeside || beside }, gone);
      }),
      { numRuns: 100 * campaign },
    );
    expect(taken).toBeGreaterThan(0);
  });

  test('because messages expire, loses none that has not expired', async () => {
    const ages = fc.record({
      retentionSeconds: fc.integer({ min: 60, max: 600 }),
      spread: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    let expired = 0;
    await fc.assert(
      fc.asyncProperty(scenes(SMALL, pause), ages, async (scene, { retentionSeconds, spread }) => {
        // On a standard queue the age counts from the first send, on FIFO from the arrival in the dead-letter queue.
        const sentAt = (n: number) => START - Math.floor((spread * retentionSeconds * 1_000 * n) / scene.count);
        const letters = lettersOf(scene).map((letter, n) => ({ ...letter, sentAt: sentAt(n) }));
        const played = await playInProcess(scene, () => ({ letters: () => letters }), retentionSeconds);
        const end = START + played.elapsedMs;
        const old = letters.filter((_, n) => end >= (scene.fifo ? START : sentAt(n)) + retentionSeconds * 1_000);
        expired += letters.length - new Set([...played.arrived, ...played.left].map(numberOf)).size;
        const beside = scene.lives.some(({ way }) => way === 'both');
        const all = { ...played, killedBeside: played.killedBeside || beside };
        expectKept(scene, all, new Set(old.map(numberOf)));
      }),
      { numRuns: 100 * campaign },
    );
    expect(expired).toBeGreaterThan(0);
  });
});
