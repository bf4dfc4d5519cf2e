import fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../../src/lib/dlq/replay/replay.ts';
import type { ReplayResult } from '../../../src/lib/dlq/replay/replay-result.ts';
import { FakeQueues } from '../../unit/lib/dlq/support/fake-queues.ts';
import { MemoryLedgers } from '../../unit/lib/dlq/support/memory-ledgers.ts';
import { replayOptions } from '../../unit/lib/dlq/support/replay-options.ts';
import { resultOf } from '../../unit/lib/dlq/support/result-of.ts';
import { VirtualClock } from '../../unit/lib/dlq/support/virtual-clock.ts';
import { campaign, PATIENT } from './support/campaign.ts';

interface Race {
  readonly groups: readonly number[];
  readonly concurrency: readonly [number, number];
  /** Seconds that the first calls are under way, to the queue and back. */
  readonly delays: readonly (readonly [number, number])[];
}

const delay = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 90 }) },
);
const race: fc.Arbitrary<Race> = fc.record({
  groups: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 60 }),
  concurrency: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
  delays: fc.array(fc.tuple(delay, delay), { minLength: 1, maxLength: 150 }),
});

test(
  'two replays of one FIFO queue, slow enough to lose their visibility, deliver once and in order',
  PATIENT,
  async () => {
    await fc.assert(
      fc.asyncProperty(race, async ({ groups, concurrency, delays }) => {
        const clock = new VirtualClock();
        const queues = new FakeQueues(clock);
        queues.create('dead.fifo');
        queues.create('live.fifo');
        for (const [n, group] of groups.entries()) queues.put('dead.fifo', { body: `${n}`, groupId: `g${group}` });
        let call = 0;
        queues.faults = { slow: (operation) => (operation === 'describe' ? [0, 0] : (delays[call++] ?? [0, 0])) };
        const results = await Promise.all(concurrency.map((calls) => run(queues, clock, calls)));
        queues.faults = {};
        const left = queues.messages('dead.fifo').map(({ body }) => body);
        const arrived = queues.messages('live.fifo');
        expect([...new Set([...left, ...arrived.map(({ body }) => body)])]).toHaveLength(groups.length);
        expect(new Set(arrived.map(({ body }) => body)).size).toBe(arrived.length);
        const last = new Map<string, number>();
        for (const { groupId, body } of arrived) {
          expect(Number(body)).toBeGreaterThan(last.get(groupId!) ?? -1);
          last.set(groupId!, Number(body));
        }
        expect(results.every(({ failed }) => failed === 0)).toBe(true);
      }),
      { numRuns: 600 * campaign },
    );
  },
);

async function run(queues: FakeQueues, clock: VirtualClock, concurrency: number): Promise<ReplayResult> {
  const events = replay(
    { queues, ledgers: new MemoryLedgers(), clock },
    replayOptions({
      dlq: await queues.describe('dead.fifo'),
      target: await queues.describe('live.fifo'),
      concurrency,
    }),
    new AbortController().signal,
  );
  return resultOf(events);
}
