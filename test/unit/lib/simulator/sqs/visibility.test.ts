import { describe, expect, it } from 'vitest';
import { HOUR, SECOND, SqsUnderTest } from './sqs-under-test.ts';

describe('visibility on a standard queue', () => {
  it('brings a message back when its timeout is over, not before', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs', { VisibilityTimeout: '30' });
    test.send(queue, 'a');
    expect(test.bodies(queue)).toEqual(['a']);
    await test.clock.advance(30 * SECOND - 1);
    expect(test.bodies(queue)).toEqual([]);
    expect(test.counts(queue)).toEqual([0, 1, 0]);
    await test.clock.advance(1);
    const [again] = test.receive(queue);
    expect(again.Attributes.ApproximateReceiveCount).toBe('2');
  });

  it('counts the timeout anew from a change of visibility', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs', { VisibilityTimeout: '30' });
    test.send(queue, 'a');
    const [message] = test.receive(queue);
    await test.clock.advance(20 * SECOND);
    test.hide(queue, message, 60);
    await test.clock.advance(59 * SECOND);
    expect(test.counts(queue)).toEqual([0, 1, 0]);
    test.hide(queue, message, 0);
    expect(test.bodies(queue)).toEqual(['a']);
  });

  it('refuses more than 12 hours from the receive on', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs');
    test.send(queue, 'a');
    const [message] = test.receive(queue, { VisibilityTimeout: 43_200 });
    expect(() => test.hide(queue, message, 43_201)).toThrow('Must be between 0 and 43200');
    await test.clock.advance(HOUR);
    expect(() => test.hide(queue, message, 11 * 3600 + 1)).toThrow('beyond the limit [43200 seconds]');
    test.hide(queue, message, 11 * 3600);
  });

  it('says success and deletes nothing for the handle of an older receive', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs', { VisibilityTimeout: '1' });
    test.send(queue, 'a');
    const [first] = test.receive(queue);
    await test.clock.advance(SECOND);
    const [second] = test.receive(queue);
    expect(second.ReceiptHandle).not.toBe(first.ReceiptHandle);
    test.delete(queue, first);
    expect(test.counts(queue)).toEqual([0, 1, 0]);
    test.delete(queue, second);
    test.delete(queue, second);
    expect(test.counts(queue)).toEqual([0, 0, 0]);
  });

  it('knows handles that nobody wrote, and those of other queues', () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs');
    const other = test.queue('other');
    test.send(other, 'a');
    const [message] = test.receive(other);
    expect(() => test.delete(queue, { ReceiptHandle: 'garbage' })).toThrow(
      'The input receipt handle "garbage" is not a valid receipt handle.',
    );
    expect(() => test.delete(queue, message)).toThrow('not valid for this queue');
    test.delete(other, message);
    expect(() => test.hide(other, message, 1)).toThrow('not available for visibility timeout change');
  });

  it('keeps the order of a batch that is given back, ahead of what waits', () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs');
    test.fill(queue, 6);
    const messages = test.receive(queue, { MaxNumberOfMessages: 3 });
    const Entries = messages.map(({ ReceiptHandle }, i) => ({ Id: `e${i}`, ReceiptHandle, VisibilityTimeout: 0 }));
    const answer = test.call('ChangeMessageVisibilityBatch', { QueueUrl: queue, Entries });
    expect(answer.Successful).toHaveLength(3);
    expect(test.bodies(queue)).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  it('sends a message to the back after its third receive', () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs');
    test.fill(queue, 2);
    const next = () => test.bodies(queue, { MaxNumberOfMessages: 1, VisibilityTimeout: 0 });
    expect([next(), next(), next(), next()].flat()).toEqual(['0', '0', '0', '1']);
  });

  it('answers OverLimit with 120,000 messages in flight', () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs');
    test.fill(queue, 120_010);
    for (let i = 0; i < 12_000; i++) test.receive(queue);
    expect(test.counts(queue)).toEqual([10, 120_000, 0]);
    expect(() => test.receive(queue)).toThrow('maximum number of in flight messages');
  });

  it('holds delayed messages back, by the queue or by the message', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs', { DelaySeconds: '10' });
    test.send(queue, 'by the queue');
    test.send(queue, 'by itself', { DelaySeconds: 20 });
    test.send(queue, 'at once', { DelaySeconds: 0 });
    expect(test.counts(queue)).toEqual([1, 0, 2]);
    await test.clock.advance(10 * SECOND);
    expect(test.bodies(queue)).toEqual(['at once', 'by the queue']);
    await test.clock.advance(10 * SECOND);
    expect(test.bodies(queue)).toEqual(['by itself']);
    expect(() => test.send(queue, 'x', { DelaySeconds: 901 })).toThrow('DelaySeconds must be >= 0 and <= 900');
  });

  it('forgets messages when the retention period is over, in flight or not', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs', { MessageRetentionPeriod: '60', VisibilityTimeout: '600' });
    test.fill(queue, 3);
    const [message] = test.receive(queue, { MaxNumberOfMessages: 1 });
    await test.clock.advance(30 * SECOND);
    test.send(queue, 'later');
    await test.clock.advance(30 * SECOND);
    expect(test.counts(queue)).toEqual([1, 0, 0]);
    test.delete(queue, message);
    expect(test.bodies(queue)).toEqual(['later']);
  });
});
