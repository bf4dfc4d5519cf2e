import { beforeEach, describe, expect, test } from 'vitest';
import { type DeadLetterQueue, describeDeadLetterQueue, keepsTooShort } from '../../../../src/lib/dlq/list.ts';
import { FakeQueues } from './support/fake-queues.ts';
import { VirtualClock } from './support/virtual-clock.ts';

const RETENTION_SECONDS = 1_209_600;

let clock: VirtualClock;
let queues: FakeQueues;
beforeEach(() => {
  clock = new VirtualClock();
  queues = new FakeQueues(clock);
  queues.create('dead');
  queues.create('live', { redrive: { to: 'dead', maxReceiveCount: 3 } });
});

const describeIt = (age: number | null) => {
  queues.oldestAgeSeconds = async () => age;
  return describeDeadLetterQueue(queues, { name: 'orders', dlq: 'dead' }, () => clock.now());
};
const inSeconds = (seconds: number) => new Date(clock.now() + seconds * 1000).toISOString();

describe('a dead-letter queue', () => {
  test('is told with its sources and the latest time at which its first message expires', async () => {
    queues.put('dead', { body: 'x' });
    expect(await describeIt(3_600)).toEqual({
      service: 'orders',
      dlq: 'dead',
      source: ['live'],
      fifo: false,
      visible: 1,
      inFlight: 0,
      delayed: 0,
      oldestAgeSeconds: 3_600,
      retentionSeconds: RETENTION_SECONDS,
      maxReceiveCount: 3,
      expiresAtLatest: inSeconds(RETENTION_SECONDS - 3_600),
      sourceRetentionSeconds: RETENTION_SECONDS,
      unread: [],
    });
  });

  test.each([
    ['that CloudWatch does not know', null],
    ['whose messages CloudWatch passes over, received three times and more', 0],
  ])('%s has an unknown age and expiry', async (_, age) => {
    queues.put('dead', { body: 'x' });
    expect(await describeIt(age)).toMatchObject({ visible: 1, oldestAgeSeconds: null, expiresAtLatest: null });
  });

  test('that is empty has neither', async () => {
    expect(await describeIt(99)).toMatchObject({ oldestAgeSeconds: null, expiresAtLatest: null });
  });

  test('keeps too short when a message may have spent all of its time in the source', () => {
    const queue = (fifo: boolean, retentionSeconds: number, sourceRetentionSeconds: number | null) =>
      ({ fifo, retentionSeconds, sourceRetentionSeconds }) as DeadLetterQueue;
    expect(keepsTooShort(queue(false, 345_600, 345_600))).toBe(true);
    expect(keepsTooShort(queue(false, 1_209_600, 345_600))).toBe(false);
    expect(keepsTooShort(queue(true, 345_600, 345_600))).toBe(false);
    expect(keepsTooShort(queue(false, 345_600, null))).toBe(false);
  });
});
