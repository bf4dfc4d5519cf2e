import { beforeEach, describe, expect, test } from 'vitest';
import { type ReplayPorts, replay } from '../../../../../src/lib/dlq/replay/replay.ts';
import type { ReplayEvent } from '../../../../../src/lib/dlq/replay/replay-event.ts';
import type { ReplayOptions } from '../../../../../src/lib/dlq/replay/replay-options.ts';
import type { ReplayResult } from '../../../../../src/lib/dlq/replay/replay-result.ts';
import { CvopsError } from '../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';
import { FakeQueues } from '../support/fake-queues.ts';
import { MemoryLedgers } from '../support/memory-ledgers.ts';
import { replayOptions } from '../support/replay-options.ts';
import { resultOf } from '../support/result-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const DLQ = 'dead.fifo';
const SOURCE = 'live.fifo';

let clock: VirtualClock;
let queues: FakeQueues;
let ledgers: MemoryLedgers;
let events: ReplayEvent[];

beforeEach(() => {
  clock = new VirtualClock();
  queues = new FakeQueues(clock);
  ledgers = new MemoryLedgers();
  events = [];
  queues.create(DLQ);
  queues.create(SOURCE, { redrive: { to: DLQ, maxReceiveCount: 2 } });
  queues.create('dead');
  queues.create('live', { redrive: { to: 'dead', maxReceiveCount: 2 } });
});

async function run(
  { from = DLQ, to = SOURCE, ...options }: Partial<ReplayOptions> & { from?: string; to?: string },
  ports: ReplayPorts = { queues, ledgers, clock },
): Promise<ReplayResult> {
  const chosen = replayOptions({ dlq: await queues.describe(from), target: await queues.describe(to), ...options });
  return resultOf(replay(ports, chosen, new AbortController().signal), (event) => events.push(event));
}

/** Reads the target until `work` is done: fails the bodies for which `fails` says so and deletes the others. */
async function whileConsumed<T>(target: string, fails: (body: string) => boolean, work: Promise<T>): Promise<T> {
  let done = false;
  const consume = async () => {
    const queue = await queues.describe(target);
    while (!done) {
      for (const message of await queues.receive(queue, { max: 10, waitSeconds: 1 })) {
        if (!fails(message.body)) await queues.delete(queue, [message.receiptHandle]);
      }
    }
  };
  const finished = work.finally(() => {
    done = true;
  });
  const [result] = await Promise.all([finished, consume()]);
  return result;
}

function fill(count: number, groups: number, name = DLQ): void {
  for (let n = 0; n < count; n++) queues.put(name, { body: `${n}`, groupId: `g${n % groups}` });
}

const sentBefore = (type: string, state: string) => {
  const at = events.findIndex((event) => event.type === type && 'state' in event && event.state === state);
  return events
    .slice(0, at)
    .flatMap((event) => (event.type === 'sent' ? [event.total] : []))
    .at(-1);
};

describe('a replay with a canary', () => {
  const canary = { canary: 3, verify: { waitMs: null } } as const;

  test('sends so many alone, and the others when those are processed', async () => {
    fill(30, 6);
    const result = await whileConsumed(SOURCE, () => false, run(canary));
    expect(result).toMatchObject({ matched: 30, replayed: 30, stopped: null });
    expect(result.verified).toMatchObject({ succeeded: 30, returned: 0, pending: 0 });
    expect(sentBefore('canary', 'passed')).toBe(3);
    expect(queues.messages(DLQ)).toEqual([]);
  });

  test('leaves the others when one of them comes back', async () => {
    fill(30, 30);
    const result = await whileConsumed(SOURCE, (body) => body === '0', run(canary));
    expect(result).toMatchObject({ replayed: 3, remaining: 28, stopped: { code: 'CanaryFailed', exitCode: 6 } });
    expect(result.verified).toMatchObject({ returned: 1 });
    expect(queues.messages(DLQ)).toHaveLength(28);
    expect(queues.inFlight(DLQ)).toBe(0);
  });

  test('leaves the others when the verdict does not come in time, and a resumed run goes on from there', async () => {
    fill(30, 6);
    const result = await run({ canary: 3, verify: { waitMs: 1_000 } });
    expect(result).toMatchObject({ replayed: 3, remaining: 27, stopped: { code: 'CanaryPending', exitCode: 8 } });
    const { header } = await ledgers.ends(result.runId);
    const whole = await whileConsumed(SOURCE, () => false, run({ ...canary, resume: header }));
    expect(whole).toMatchObject({ replayed: 30, stopped: null, verified: { succeeded: 30 } });
  });

  test('leaves the others when one of them cannot be sent', async () => {
    queues.create('small.fifo', { maximumMessageSize: 4, redrive: { to: DLQ, maxReceiveCount: 2 } });
    queues.put(DLQ, { body: 'too long', groupId: 'a' });
    fill(5, 5);
    const result = await whileConsumed('small.fifo', () => false, run({ ...canary, to: 'small.fifo' }));
    expect(result.stopped).toMatchObject({ code: 'CanaryFailed' });
    expect(result.replayed).toBeLessThan(5);
  });

  test('of more than there are is a replay like any other', async () => {
    fill(2, 2);
    const result = await whileConsumed(SOURCE, () => false, run(canary));
    expect(result).toMatchObject({ replayed: 2, stopped: null, verified: { succeeded: 2 } });
    expect(events.some(({ type }) => type === 'canary')).toBe(false);
  });
});

describe('a replay that bears few returns', () => {
  test('stops when more than that share of the copies came back', async () => {
    for (let n = 0; n < 400; n++) queues.put('dead', { body: `${n}` });
    const slow = { from: 'dead', to: 'live', rate: 2, maxReturns: 0.1 };
    const result = await whileConsumed('live', (body) => Number(body) % 2 === 0, run(slow));
    expect(result.stopped).toMatchObject({ code: 'TooManyReturned', exitCode: 6 });
    expect(result.replayed).toBeLessThan(400);
    expect(queues.inFlight('dead')).toBe(0);
    expect(result.replayed + queues.messages('dead').length).toBeGreaterThanOrEqual(400);
  });

  test('goes through when no more come back than it bears', async () => {
    for (let n = 0; n < 200; n++) queues.put('dead', { body: `${n}` });
    const result = await whileConsumed(
      'live',
      (body) => body === '7',
      run({ from: 'dead', to: 'live', rate: 2, maxReturns: 0.1 }),
    );
    expect(result).toMatchObject({ replayed: 200, stopped: null });
  });
});

describe('a replay of what expires first', () => {
  test('sends the oldest of a standard queue first', async () => {
    const hour = 3_600_000;
    for (let n = 0; n < 60; n++) queues.put('dead', { body: `${n}`, sentAt: clock.now() - ((n * 7) % 60) * hour });
    await run({ from: 'dead', to: 'live', expiringFirst: true, concurrency: 1 });
    const ages = queues.messages('live').map(({ body }) => (Number(body) * 7) % 60);
    expect(ages).toEqual(ages.toSorted((a, b) => b - a));
  });

  test('takes the groups by their oldest message and keeps the order within each', async () => {
    for (let n = 0; n < 40; n++) {
      queues.put(DLQ, { body: `${n}`, groupId: `g${n % 4}`, sentAt: clock.now() - (n % 4) * 60_000 + n });
    }
    await run({ expiringFirst: true, concurrency: 1 });
    const first = queues
      .messages(SOURCE)
      .slice(0, 4)
      .map(({ groupId }) => groupId);
    expect(first).toEqual(['g3', 'g2', 'g1', 'g0']);
    for (const group of ['g0', 'g1', 'g2', 'g3']) {
      const numbers = queues
        .messages(SOURCE)
        .filter(({ groupId }) => groupId === group)
        .map(({ body }) => Number(body));
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(numbers).toHaveLength(10);
    }
  });
});

test('a run that was stopped does not wait for a verdict', async () => {
  fill(5, 5);
  const later = (event: ReplayEvent) => event.type === 'sent';
  ledgers.onWrite = {
    before: () => {
      if (events.some(later)) throw new CvopsError('LedgerNotWritable', ExitCode.failed, 'full');
    },
  };
  const result = await run({ verify: { waitMs: null }, rate: 1 });
  expect(result).toMatchObject({ verified: null, stopped: { code: 'LedgerNotWritable' } });
  expect(result.replayed).toBeGreaterThan(0);
});

describe('the end of a queue', () => {
  test('is not believed while SQS still counts visible messages', async () => {
    fill(5, 5);
    let empty = 7;
    const receive = queues.receive.bind(queues);
    queues.receive = async (queue, options) => (empty-- > 0 ? [] : receive(queue, options));
    expect(await run({})).toMatchObject({ replayed: 5, remaining: 0 });
  });

  test('is believed after a few rounds although the count says otherwise', async () => {
    const describe = queues.describe.bind(queues);
    queues.describe = async (name) => {
      const queue = await describe(name);
      return name.includes('dead') ? { ...queue, attributes: { ...queue.attributes, visible: 3 } } : queue;
    };
    expect(await run({})).toMatchObject({ replayed: 0 });
    expect(queues.calls.filter(({ operation }) => operation === 'receive').length).toBeLessThan(40);
  });

  test('is found with polls side by side, not one after the other', async () => {
    const before = clock.now();
    await run({ waitSeconds: 20 });
    expect(clock.now() - before).toBeLessThan(45_000);
  });
});

describe('a run that keeps to a plan', () => {
  test('replays those messages and no others, and stops when it has them', async () => {
    const ids = Array.from({ length: 50 }, (_, n) => queues.put('dead', { body: `${n}` }));
    const only = new Set([ids[3]!, ids[4]!, ids[30]!]);
    const result = await run({ from: 'dead', to: 'live', only });
    expect(result).toMatchObject({ matched: 3, replayed: 3 });
    expect(
      queues
        .messages('live')
        .map(({ body }) => body)
        .toSorted(),
    ).toEqual(['3', '30', '4']);
    expect(queues.messages('dead')).toHaveLength(47);
  });

  test('is kept to by the run that resumes it', async () => {
    const ids = Array.from({ length: 20 }, (_, n) => queues.put('dead', { body: `${n}` }));
    const { runId } = await run({ from: 'dead', to: 'live', only: new Set(ids.slice(0, 5)) });
    const { header } = await ledgers.ends(runId);
    await run({ from: 'dead', to: 'live', resume: header });
    expect(queues.messages('live')).toHaveLength(5);
  });
});

test('a few messages cost a few calls, however many may be under way', async () => {
  fill(3, 3);
  await run({ concurrency: 64 });
  expect(queues.calls.filter(({ operation }) => operation === 'receive').length).toBeLessThanOrEqual(12);
});
