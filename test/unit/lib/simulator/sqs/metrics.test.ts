import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND, SqsUnderTest } from './sqs-under-test.ts';

describe('metrics of a queue', () => {
  const samples = (test: SqsUnderTest, metric: string, queue = 'jobs') =>
    test.metrics.filter((entry) => entry.metric === metric && entry.queue === queue).map((entry) => entry.value);

  it('add up to what happened', () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs');
    test.fill(queue, 12);
    for (const message of test.receive(queue)) test.delete(queue, message);
    test.receive(queue);
    test.receive(queue);
    expect(test.sum('NumberOfMessagesSent', 'jobs')).toBe(12);
    expect(test.sum('NumberOfMessagesReceived', 'jobs')).toBe(12);
    expect(test.sum('NumberOfMessagesDeleted', 'jobs')).toBe(10);
    expect(test.sum('NumberOfEmptyReceives', 'jobs')).toBe(1);
    expect(test.sum('SentMessageSize', 'jobs')).toBe(10 + 2 * 2);
  });

  it('stand in the minute in which it happened', async () => {
    const test = new SqsUnderTest();
    const start = test.clock.now();
    const queue = test.queue('jobs');
    test.fill(queue, 2);
    await test.clock.advance(MINUTE);
    test.fill(queue, 3);
    test.sqs.flushMetrics();
    const sent = test.metrics.filter((entry) => entry.metric === 'NumberOfMessagesSent');
    expect(sent.map(({ value, at }) => [value, at - start])).toEqual([
      [2, 0],
      [3, MINUTE],
    ]);
  });

  it('sample depth and age at the end of each minute, as it was then', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs', { VisibilityTimeout: '90' });
    test.fill(queue, 3);
    test.send(queue, 'late', { DelaySeconds: 150 });
    test.receive(queue, { MaxNumberOfMessages: 2 });
    await test.clock.advance(3 * MINUTE + 30 * SECOND);
    test.sqs.flushMetrics();
    expect(samples(test, 'ApproximateNumberOfMessagesVisible')).toEqual([1, 3, 4]);
    expect(samples(test, 'ApproximateNumberOfMessagesNotVisible')).toEqual([2, 0, 0]);
    expect(samples(test, 'ApproximateNumberOfMessagesDelayed')).toEqual([1, 1, 0]);
    expect(samples(test, 'ApproximateAgeOfOldestMessage')).toEqual([60, 120, 180]);
  });

  it('stop six hours after the last request to an empty queue, and go on while there are messages', async () => {
    const test = new SqsUnderTest();
    test.queue('jobs');
    test.send(test.queue('dead', { MessageRetentionPeriod: String((12 * HOUR) / SECOND) }), 'letter');
    for (let hour = 0; hour < 24; hour++) {
      await test.clock.advance(HOUR);
      test.sqs.flushMetrics();
    }
    expect(samples(test, 'ApproximateNumberOfMessagesVisible')).toHaveLength((6 * HOUR) / MINUTE);
    const depth = samples(test, 'ApproximateNumberOfMessagesVisible', 'dead');
    expect(depth.filter((value) => value === 1)).toHaveLength((12 * HOUR) / MINUTE - 1);
  });

  it('are sampled every five minutes where the clock was moved on by more than six hours', async () => {
    const test = new SqsUnderTest();
    test.send(test.queue('jobs', { MessageRetentionPeriod: String((14 * DAY) / SECOND) }), 'letter');
    await test.clock.advance(13 * DAY);
    test.sqs.flushMetrics();
    const depth = samples(test, 'ApproximateNumberOfMessagesVisible');
    expect(depth).toHaveLength((13 * DAY - 6 * HOUR) / (5 * MINUTE) + (6 * HOUR) / MINUTE);
    expect(new Set(depth)).toEqual(new Set([1]));
    expect(test.sum('NumberOfMessagesSent', 'jobs')).toBe(1);
  });

  it('do not count dead letters as sent, and tell their age from their arrival', async () => {
    const test = new SqsUnderTest();
    const dead = test.queue('dead');
    const queue = test.queue('jobs', test.redriveTo(dead, 1));
    test.send(queue, 'a');
    await test.clock.advance(HOUR);
    for (let i = 0; i < 2; i++) test.receive(queue, { VisibilityTimeout: 0 });
    await test.clock.advance(MINUTE);
    expect(test.sum('NumberOfMessagesSent', 'dead')).toBe(0);
    expect(samples(test, 'ApproximateAgeOfOldestMessage', 'dead').at(-1)).toBe(60);
    expect(samples(test, 'ApproximateNumberOfMessagesVisible', 'dead').at(-1)).toBe(1);
  });
});
