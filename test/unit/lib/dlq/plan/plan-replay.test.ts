import { beforeEach, describe, expect, test } from 'vitest';
import { makeEdit } from '../../../../../src/lib/dlq/edit/make-edit.ts';
import { estimate } from '../../../../../src/lib/dlq/plan/estimate.ts';
import { type PlanOptions, planReplay } from '../../../../../src/lib/dlq/plan/plan-replay.ts';
import { FakeQueues } from '../support/fake-queues.ts';
import { replayOptions } from '../support/replay-options.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

let clock: VirtualClock;
let queues: FakeQueues;
beforeEach(() => {
  clock = new VirtualClock();
  queues = new FakeQueues(clock);
  queues.create('dead.fifo');
  queues.create('live.fifo', { redrive: { to: 'dead.fifo', maxReceiveCount: 3 } });
});

async function plan(over: Partial<PlanOptions> = {}, look: { limit: number } | null = { limit: 1_000 }) {
  const options = replayOptions({
    dlq: await queues.describe('dead.fifo'),
    target: await queues.describe('live.fifo'),
  });
  const ports = { queues, clock, functions: null, logs: null };
  return planReplay(ports, { ...options, ...over }, look, new AbortController().signal);
}

function fill(count: number, groups: number): void {
  for (let n = 0; n < count; n++) queues.put('dead.fifo', { body: `{"n":${n}}`, groupId: `g${n % groups}` });
}

describe('the plan of a replay', () => {
  test('counts what matches by group, and lists it in the order of each group', async () => {
    fill(9, 3);
    const { plan: found, messages } = await plan();
    expect(found.look).toMatchObject({ scanned: 9, matched: 9, complete: true, groupCount: 3, missing: null });
    expect(found.look!.groups.map(({ count }) => count)).toEqual([3, 3, 3]);
    const ids = (group: string) =>
      queues
        .messages('dead.fifo')
        .filter(({ groupId }) => groupId === group)
        .map(({ messageId }) => messageId);
    for (const group of ['g0', 'g1', 'g2']) {
      expect(messages!.filter(({ groupId }) => groupId === group).map(({ id }) => id)).toEqual(ids(group));
    }
    expect(queues.inFlight('dead.fifo')).toBe(0);
    expect(queues.calls.some(({ operation }) => operation === 'send' || operation === 'delete')).toBe(false);
  });

  test('without a look receives a handful at most, and gives it back', async () => {
    fill(100, 100);
    const { plan: found, messages } = await plan({}, null);
    expect(found).toMatchObject({ look: null, waiting: 100 });
    expect(messages).toBeNull();
    expect(queues.messages('dead.fifo').filter(({ receives }) => receives > 0).length).toBeLessThanOrEqual(10);
    expect(queues.inFlight('dead.fifo')).toBe(0);
  });

  test('of a queue that must not be replayed from, not even that', async () => {
    fill(3, 3);
    await plan({ target: await queues.describe('dead.fifo') }, null);
    expect(queues.calls.some(({ operation }) => operation === 'receive')).toBe(false);
  });

  test('says which of a saved plan are not there', async () => {
    fill(2, 2);
    const [first] = queues.messages('dead.fifo');
    const { plan: found } = await plan({ only: new Set([first!.messageId, 'gone']) });
    expect(found.look).toMatchObject({ matched: 1, skipped: 1, missing: ['gone'] });
  });

  test('warns of what is dropped within the hour', async () => {
    const retentionMs = 1_209_600_000;
    const dropped = clock.now() + 60_000;
    queues.put('dead.fifo', { body: '{}', groupId: 'a', sentAt: dropped - retentionMs });
    queues.put('dead.fifo', { body: '{}', groupId: 'b' });
    const { plan: found } = await plan();
    expect(found.look!.expiresFirst).toBe(new Date(dropped).toISOString());
    const expiry = found.checks.find(({ id }) => id === 'expiry');
    expect(expiry).toMatchObject({ status: 'NG', blocking: false });
    expect(expiry!.detail).toMatch(/^1 are dropped before .*--expiring-first$/);
  });

  test('measures the edited copies, not the messages', async () => {
    queues.create('small.fifo', { maximumMessageSize: 1_024 });
    fill(3, 3);
    const edit = makeEdit('e', 'e', (letter) => ({
      ...letter,
      body: { fill: 'x'.repeat((letter.body as { n: number }).n * 1_000) },
    }));
    const { plan: found } = await plan({ edit, target: await queues.describe('small.fifo') });
    expect(found.look!.tooLarge).toBe(1);
    expect(found.edit).toMatchObject({ changed: 3, failed: 0 });
  });
});

describe('the estimate', () => {
  const question = {
    fifo: false,
    count: 1_000,
    largestGroup: 0,
    bytes: 1_000,
    rate: null,
    concurrency: 10,
    callMs: 20,
  };

  test('is of receives, sends and deletes in tens, and the empty polls at the end', () => {
    expect(estimate(question)).toMatchObject({ requests: 303, seconds: null });
  });

  test('on FIFO a group goes one by one', () => {
    expect(estimate({ ...question, fifo: true, largestGroup: 1_000 })).toMatchObject({
      requests: 100 + 1_000 + 103,
      estimatedSeconds: 20,
    });
  });

  test('is never faster than one process can be', () => {
    expect(estimate({ ...question, count: 50_000, callMs: 0 }).estimatedSeconds).toBe(10);
  });

  test('is never faster than the rate', () => {
    expect(estimate({ ...question, rate: 10 })).toMatchObject({ seconds: 100, estimatedSeconds: 100 });
  });

  test('of nothing is nothing', () => {
    expect(estimate({ ...question, count: 0, rate: 5 })).toEqual({
      requests: 0,
      costUsd: 0,
      seconds: 0,
      estimatedSeconds: 0,
    });
  });
});
