import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inspect } from '../../../src/lib/dlq/inspect/inspect.ts';
import { CvopsError } from '../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../src/lib/errors/exit-code.ts';
import { FakeQueues, type Faults } from '../../unit/lib/dlq/support/fake-queues.ts';
import { VirtualClock } from '../../unit/lib/dlq/support/virtual-clock.ts';

interface Look {
  readonly fifo: boolean;
  readonly groups: readonly number[];
  readonly limit: number;
  /** What stops it, and at which message. */
  readonly end: 'nothing' | 'abort' | 'filter';
  readonly at: number;
  /** The receive that fails; later ones fail too. */
  readonly failingReceive: number | null;
  /** Entries of ChangeMessageVisibilityBatch that never succeed, by their place in the call. */
  readonly refusedEntries: readonly number[];
  /** Seconds on the way to SQS and back, for the first calls. */
  readonly delays: readonly (readonly [number, number])[];
}

const delay = fc.oneof(
  { weight: 8, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }) },
);
const look: fc.Arbitrary<Look> = fc.record({
  fifo: fc.boolean(),
  groups: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 90 }),
  limit: fc.integer({ min: 1, max: 120 }),
  end: fc.constantFrom('nothing', 'abort', 'filter'),
  at: fc.integer({ min: 1, max: 60 }),
  failingReceive: fc.option(fc.integer({ min: 1, max: 8 }), { nil: null }),
  refusedEntries: fc.oneof(fc.constant([]), fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 3 })),
  delays: fc.array(fc.tuple(delay, delay), { maxLength: 30 }),
});

test('after a look, however it ends, each message is visible again or was told of', async () => {
  await fc.assert(
    fc.asyncProperty(look, async ({ fifo, groups, limit, end, at, failingReceive, refusedEntries, delays }) => {
      const clock = new VirtualClock();
      const queues = new FakeQueues(clock);
      const name = fifo ? 'dead.fifo' : 'dead';
      queues.create(name);
      for (const [n, group] of groups.entries())
        queues.put(name, { body: `${n}`, ...(fifo ? { groupId: `g${group}` } : {}) });
      const dlq = await queues.describe(name);
      queues.faults = faults(failingReceive, refusedEntries, delays);
      const stop = new AbortController();
      let seen = 0;
      let told = 0;
      let toldUntil = 0;
      const result = await inspect({
        queues,
        clock,
        dlq,
        limit,
        signal: stop.signal,
        filter: () => {
          if (++seen === at && end === 'abort') stop.abort();
          if (seen === at && end === 'filter') throw new CvopsError('UsageError', ExitCode.usage, 'no');
          return true;
        },
        onLeftHidden: (count, until) => {
          told = count;
          toldUntil = until;
        },
      }).catch((cause: unknown) => {
        expect(cause).toBeInstanceOf(CvopsError);
        return null;
      });
      expect(queues.inFlight(name)).toBeLessThanOrEqual(told);
      if (refusedEntries.length === 0) expect(told).toBe(0);
      if (result !== null) {
        expect(result.notGivenBack).toBe(told);
        expect(result.scanned + result.hidden).toBeGreaterThanOrEqual(groups.length);
        expect(result.complete && result.scanned < groups.length).toBe(false);
      }
      // What was told of shows up by itself at the time that was told.
      clock.skip(Math.max(0, toldUntil - clock.now()));
      expect(queues.inFlight(name)).toBe(0);
      expect(queues.messages(name)).toHaveLength(groups.length);
    }),
    { numRuns: 1_000 },
  );
});

function faults(failingReceive: number | null, refused: readonly number[], delays: Look['delays']): Faults {
  let calls = 0;
  let receives = 0;
  return {
    before: (operation) => {
      if (operation === 'receive' && failingReceive !== null && ++receives >= failingReceive) {
        throw new CvopsError('Throttled', ExitCode.failed, 'slow down');
      }
    },
    slow: (operation) => (operation === 'receive' ? (delays[calls++] ?? [0, 0]) : [0, 0]),
    entry: (operation, index) =>
      operation === 'changeVisibility' && refused.includes(index)
        ? { code: 'InternalError', senderFault: false }
        : undefined,
  };
}
