import { beforeEach, describe, expect, test } from 'vitest';
import { type ScanOptions, scanQueue } from '../../../../src/lib/dlq/scan-queue.ts';
import { FakeQueues } from './support/fake-queues.ts';
import { VirtualClock } from './support/virtual-clock.ts';

const DEAD = 'dead.fifo';

let clock: VirtualClock;
let queues: FakeQueues;
beforeEach(() => {
  clock = new VirtualClock();
  queues = new FakeQueues(clock);
  queues.create(DEAD);
});

/** Groups of so many messages, one group after the other. */
function putGroups(...sizes: readonly number[]): void {
  for (const [group, size] of sizes.entries()) {
    for (let n = 0; n < size; n++) queues.put(DEAD, { body: `${group}.${n}`, groupId: `g${group}` });
  }
}

async function scan(options: Partial<ScanOptions> = {}) {
  const bodies: string[] = [];
  const result = await scanQueue({
    queues,
    queue: await queues.describe(DEAD),
    clock,
    signal: new AbortController().signal,
    limit: 1_000,
    onMessage: ({ body }) => void bodies.push(body),
    ...options,
  });
  return { result, bodies };
}

const callsOf = (operation: string) => queues.calls.filter((call) => call.operation === operation).length;
const mostReceives = () => Math.max(...queues.messages(DEAD).map(({ receives }) => receives));

describe('a look at a FIFO queue', () => {
  test('sees every group of up to ten whole, each in its order', async () => {
    putGroups(...Array.from({ length: 10 }, () => 4));
    const { result, bodies } = await scan();
    expect(result).toMatchObject({ scanned: 40, complete: true, hidden: 0, cutGroups: [] });
    for (let group = 0; group < 10; group++) {
      const own = bodies.filter((body) => body.startsWith(`${group}.`));
      expect(own).toEqual([`${group}.0`, `${group}.1`, `${group}.2`, `${group}.3`]);
    }
  });

  test('says how often it received a message at most, and gives all back', async () => {
    putGroups(...Array.from({ length: 10 }, () => 4));
    const { result } = await scan();
    expect(result.receivesAdded).toBeGreaterThan(1);
    expect(result.receivesAdded).toBe(mostReceives());
    expect(queues.inFlight(DEAD)).toBe(0);
  });

  test.each([1, 3, 4, 7, 9, 10])('takes few more calls than ten messages each: groups of %i', async (size) => {
    putGroups(...Array.from({ length: Math.floor(600 / size) }, () => size));
    const total = queues.messages(DEAD).length;
    const { result } = await scan();
    expect(result).toMatchObject({ scanned: total, complete: true });
    // A receive brings ten; cut groups come once more, ten to a call, and fewer every time.
    expect(callsOf('receive')).toBeLessThanOrEqual(Math.ceil((2 * total) / 10) + 8);
    expect(callsOf('changeVisibility')).toBeLessThanOrEqual(Math.ceil((2 * total) / 10));
  });

  test('sees ten of a longer group, also of one that a receive cut short', async () => {
    putGroups(8, 13);
    const { result } = await scan();
    expect(result).toMatchObject({ scanned: 18, complete: false, hidden: 3, cutGroups: ['g1'] });
  });

  test('goes no further than its limit', async () => {
    putGroups(4, 4, 4, 4);
    const { result, bodies } = await scan({ limit: 11 });
    expect(result).toMatchObject({ scanned: 11, complete: false });
    expect(bodies).toHaveLength(11);
    expect(queues.inFlight(DEAD)).toBe(0);
  });

  test('goes no further than its limit when it looks again, either', async () => {
    putGroups(8, 6);
    const { result, bodies } = await scan({ limit: 12 });
    expect(result).toMatchObject({ scanned: 12, complete: false });
    expect(bodies).toHaveLength(12);
    expect(queues.inFlight(DEAD)).toBe(0);
  });

  test('receives each message once where another receive could move it on', async () => {
    queues.create('deader.fifo');
    queues.create(DEAD, { redrive: { to: 'deader.fifo', maxReceiveCount: 2 } });
    putGroups(...Array.from({ length: 10 }, () => 4));
    const { result } = await scan();
    expect(result).toMatchObject({ receivesAdded: 1, complete: false });
    expect(result.cutGroups.length).toBeGreaterThan(0);
    expect(mostReceives()).toBe(1);
  });

  test('keeps what it cannot give back until the end', async () => {
    putGroups(8, 6);
    let refused = 0;
    queues.faults = {
      entry: (operation) =>
        operation === 'changeVisibility' && refused++ < 2 ? { code: 'InternalError', senderFault: false } : undefined,
    };
    const { result } = await scan();
    expect(result).toMatchObject({ scanned: 10, complete: false, hidden: 4, notGivenBack: 0, cutGroups: ['g1'] });
    expect(queues.inFlight(DEAD)).toBe(0);
  });

  test('ends when others take what it gave back', async () => {
    putGroups(8, 6);
    queues.faults = {
      after: (operation) => {
        if (operation === 'changeVisibility') queues.takeVisible(DEAD);
      },
    };
    const { result } = await scan();
    expect(result).toMatchObject({ scanned: 10, complete: false });
  });
});
