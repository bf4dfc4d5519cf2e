import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { campaign, PATIENT } from './support/campaign.ts';
import { expectKept } from './support/expect-kept.ts';
import { playInProcess } from './support/in-process.ts';
import { SMALL, scenes } from './support/replay-scene.ts';

/** Where a kill must have hit, or the runs show nothing. */
const PLACES = ['receive', 'the write of intent', 'send', 'the write of sent', 'delete', 'the write of end'];

describe('a replay on the simulator, under faults, killed at any step', PATIENT, () => {
  test('and gone on with at once keeps every message, its content, its order and the count of twins', async () => {
    const hit = new Set<string>();
    await fc.assert(
      fc.asyncProperty(scenes(SMALL, fc.integer({ min: 0, max: 60 })), async (scene) => {
        const played = await playInProcess(scene);
        for (const place of played.kills) hit.add(place);
        expectKept(scene, played);
      }),
      { numRuns: 1_500 * campaign },
    );
    const places = PLACES.flatMap((place) => [`before ${place}`, `after ${place}`]);
    expect(places.filter((place) => !hit.has(place))).toEqual([]);
  });

  test('and gone on with after the deduplication window delivers nothing twice on FIFO, and says what is uncertain', async () => {
    let uncertain = 0;
    await fc.assert(
      fc.asyncProperty(scenes(SMALL, fc.integer({ min: 280, max: 100_000 })), async (scene) => {
        const played = await playInProcess(scene);
        expectKept(scene, played);
        uncertain += played.last.uncertain;
      }),
      { numRuns: 350 * campaign },
    );
    expect(uncertain).toBeGreaterThan(0);
  });

  test('keeps queues of thousands of messages and hundreds of groups as well', async () => {
    const size = {
      count: fc.integer({ min: 500, max: 5_000 }),
      groups: fc.integer({ min: 40, max: 200 }),
      large: fc.nat(3),
    };
    await fc.assert(
      fc.asyncProperty(scenes(size, fc.integer({ min: 0, max: 60 })), async (scene) => {
        expectKept(scene, await playInProcess(scene));
      }),
      { numRuns: 10 * campaign },
    );
  });
});
