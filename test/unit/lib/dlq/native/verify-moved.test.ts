import { beforeEach, describe, expect, test } from 'vitest';
import type { Queue, ReceivedMessage } from '../../../../../src/lib/aws/ports/queues.ts';
import { type VerifyMovedOptions, verifyMoved } from '../../../../../src/lib/dlq/native/verify-moved.ts';
import type { Verified } from '../../../../../src/lib/dlq/replay/replay-result.ts';
import { FakeQueues } from '../support/fake-queues.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

/** Queues that also name the queue in which a dead letter died, which the plain fake does not. */
class DeadLetterQueues extends FakeQueues {
  readonly diedIn = new Map<string, string>();

  override async receive(
    queue: Queue,
    options: { max: number; waitSeconds: number; visibilitySeconds?: number },
  ): Promise<readonly ReceivedMessage[]> {
    const messages = await super.receive(queue, options);
    return messages.map((message) => {
      const source = this.diedIn.get(message.messageId);
      return source === undefined
        ? message
        : { ...message, system: { ...message.system, DeadLetterQueueSourceArn: arn(source) } };
    });
  }
}

let clock: VirtualClock;
let queues: DeadLetterQueues;
let startedAt: number;

beforeEach(() => {
  clock = new VirtualClock();
  queues = new DeadLetterQueues(clock);
  queues.create('dead');
  queues.create('live', { redrive: { to: 'dead', maxReceiveCount: 3 } });
  startedAt = clock.now();
});

function dies(name: string, sentAt: number, source: string | null = 'live'): string {
  const id = queues.put(name, { body: 'x', sentAt });
  if (source !== null) queues.diedIn.set(id, source);
  return id;
}

async function verify(
  options: Partial<VerifyMovedOptions> & { from?: string; to?: readonly string[] } = {},
): Promise<Verified> {
  const { from = 'dead', to = ['live'], ...rest } = options;
  const course = verifyMoved({
    queues,
    clock,
    signal: new AbortController().signal,
    dlq: await queues.describe(from),
    targets: await Promise.all(to.map((name) => queues.describe(name))),
    moved: 10,
    startedAt,
    lastedMs: 20_000,
    endedAt: startedAt + 20_000,
    waitMs: null,
    ...rest,
  });
  for (;;) {
    const step = await course.next();
    if (step.done === true) return step.value;
  }
}

describe('the verdict of a move task', () => {
  test('is good once the target stayed empty for a minute and nothing of its time came back', async () => {
    const before = clock.now();
    expect(await verify()).toEqual({
      succeeded: 10,
      returned: 0,
      pending: 0,
      basis: 'drained',
      approximate: true,
      pendingUntil: null,
      returnedIds: [],
    });
    expect(clock.now() - before).toBeGreaterThanOrEqual(60_000);
  });

  test('counts what was sent while the task ran and died in the target, and nothing else', async () => {
    const back = dies('dead', startedAt + 10_000);
    dies('dead', startedAt - 60_000);
    dies('dead', startedAt + 60_000);
    dies('dead', startedAt + 10_000, 'another');
    dies('dead', startedAt + 10_000, null);
    expect(await verify()).toMatchObject({ succeeded: 9, returned: 1, pending: 0, returnedIds: [back] });
    expect(queues.inFlight('dead')).toBe(0);
  });

  test('never counts more back than were moved', async () => {
    for (let n = 0; n < 5; n++) dies('dead', startedAt + 10_000);
    expect(await verify({ moved: 3 })).toMatchObject({ succeeded: 0, returned: 3 });
  });

  test('on FIFO counts any later time of sending: the move to the dead-letter queue sets a new one', async () => {
    queues.create('dead.fifo');
    queues.create('live.fifo', { redrive: { to: 'dead.fifo', maxReceiveCount: 3 } });
    const id = queues.put('dead.fifo', { body: 'x', groupId: 'g', sentAt: startedAt + 500_000 });
    queues.diedIn.set(id, 'live.fifo');
    expect(await verify({ from: 'dead.fifo', to: ['live.fifo'] })).toMatchObject({ returned: 1 });
  });

  test('is open while the target still holds messages, and says until when', async () => {
    queues.put('live', { body: 'waiting' });
    const verdict = await verify({ waitMs: 30_000 });
    // Three receives of 30 s each, and half a minute for the counts.
    const until = new Date(startedAt + 20_000 + 3 * 30_000 + 30_000).toISOString();
    expect(verdict).toMatchObject({ succeeded: 0, pending: 10, basis: 'none', pendingUntil: until });
  });

  test('waits for every source when messages went back to several', async () => {
    queues.create('second', { redrive: { to: 'dead', maxReceiveCount: 3 } });
    queues.put('second', { body: 'waiting' });
    expect(await verify({ to: ['live', 'second'], waitMs: 90_000 })).toMatchObject({ pending: 10, basis: 'none' });
    queues.takeVisible('second');
    dies('dead', startedAt + 1_000, 'second');
    expect(await verify({ to: ['live', 'second'] })).toMatchObject({ succeeded: 9, returned: 1, pending: 0 });
  });

  test('rests on the deadline once that has passed', async () => {
    expect(await verify({ endedAt: startedAt - 200_000, waitMs: 0 })).toMatchObject({
      succeeded: 10,
      basis: 'deadline',
    });
  });

  test('cannot be known where messages are hidden from the look', async () => {
    dies('dead', startedAt + 1_000);
    await queues.receive(await queues.describe('dead'), { max: 1, waitSeconds: 0, visibilitySeconds: 3_600 });
    expect(await verify({ waitMs: 120_000 })).toMatchObject({ succeeded: 0, pending: 10, basis: 'none' });
  });

  test('keeps what came back once, also when a later look does not see it', async () => {
    dies('dead', startedAt + 1_000);
    dies('dead', startedAt + 1_000);
    const dlq = await queues.describe('dead');
    // Somebody else holds one all the time, and takes the other away between two looks.
    const hold = { max: 1, waitSeconds: 0, visibilitySeconds: 43_200 };
    await queues.receive(dlq, hold);
    queues.faults = { after: (operation) => operation === 'changeVisibility' && queues.takeVisible('dead') };
    expect(await verify({ waitMs: 120_000 })).toMatchObject({ succeeded: 0, returned: 1, pending: 9, basis: 'none' });
    expect(queues.messages('dead')).toHaveLength(1);
  });

  test('cannot be known where the target’s failures go to another queue, and is not waited for', async () => {
    queues.create('elsewhere');
    queues.create('other', { redrive: { to: 'elsewhere', maxReceiveCount: 3 } });
    const before = clock.now();
    expect(await verify({ to: ['other'] })).toMatchObject({
      succeeded: 0,
      pending: 10,
      basis: 'none',
      pendingUntil: null,
    });
    expect(clock.now()).toBe(before);
    // Nor does a passed deadline prove anything there.
    expect(await verify({ to: ['other'], endedAt: startedAt - 500_000 })).toMatchObject({ succeeded: 0, pending: 10 });
  });
});
