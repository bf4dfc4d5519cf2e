import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND, SqsUnderTest } from './sqs-under-test.ts';

describe('a FIFO queue', () => {
  it('blocks a group while one of its messages is in flight, and no other group', () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs.fifo');
    for (const body of ['a1', 'a2']) test.sendTo(queue, 'a', body);
    for (const body of ['b1', 'b2']) test.sendTo(queue, 'b', body);
    const [a1] = test.receive(queue, { MaxNumberOfMessages: 1 });
    expect(a1.Body).toBe('a1');
    expect(test.bodies(queue)).toEqual(['b1', 'b2']);
    expect(test.bodies(queue)).toEqual([]);
    test.delete(queue, a1);
    expect(test.bodies(queue)).toEqual(['a2']);
  });

  it('fills a receive with as much of the oldest group as it can, then with the next', () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs.fifo');
    for (let i = 0; i < 6; i++) for (const group of ['a', 'b']) test.sendTo(queue, group, `${group}${i}`);
    expect(test.bodies(queue)).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'b0', 'b1', 'b2', 'b3']);
  });

  it('redelivers a group in its order, ahead of what came later', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs.fifo', { VisibilityTimeout: '30' });
    for (const body of ['1', '2', '3', '4']) test.sendTo(queue, 'g', body);
    const [one, two] = test.receive(queue, { MaxNumberOfMessages: 2 });
    test.hide(queue, two, 0);
    expect(test.bodies(queue)).toEqual([]);
    test.hide(queue, one, 0);
    expect(test.bodies(queue)).toEqual(['1', '2', '3', '4']);
    await test.clock.advance(30 * SECOND);
    expect(test.bodies(queue)).toEqual(['1', '2', '3', '4']);
  });

  it('refuses handles that expired, for deletes and changes', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs.fifo', { VisibilityTimeout: '1' });
    test.sendTo(queue, 'g', 'a');
    const [first] = test.receive(queue);
    await test.clock.advance(SECOND);
    expect(() => test.delete(queue, first)).toThrow('The receipt handle has expired.');
    expect(() => test.hide(queue, first, 5)).toThrow('The receipt handle has expired.');
    const [second] = test.receive(queue);
    expect(() => test.delete(queue, first)).toThrow('The receipt handle has expired.');
    test.delete(queue, second);
    const Entries = [{ Id: 'x', ReceiptHandle: second.ReceiptHandle }];
    expect(test.call('DeleteMessageBatch', { QueueUrl: queue, Entries }).Successful).toEqual([{ Id: 'x' }]);
  });

  it('looks for groups among the first 120,000 messages only', () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs.fifo');
    test.fill(queue, 120_000, () => 'big');
    test.sendTo(queue, 'small', 'hidden');
    const [first] = test.receive(queue, { MaxNumberOfMessages: 1 });
    expect(test.bodies(queue)).toEqual([]);
    test.delete(queue, first);
    expect(test.bodies(queue, { MaxNumberOfMessages: 1 })).toEqual(['1']);
    expect(test.bodies(queue)).toEqual(['hidden']);
  });

  it('answers fewer, without an error, when 120,000 messages are in flight', () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs.fifo');
    test.fill(queue, 120_010, (i) => `g${i}`);
    const [kept] = test.receive(queue, { MaxNumberOfMessages: 5 });
    for (let i = 0; i < 11_999; i++) test.receive(queue);
    expect(test.receive(queue)).toHaveLength(5);
    expect(test.receive(queue)).toEqual([]);
    test.delete(queue, kept);
    expect(test.receive(queue)).toHaveLength(1);
  });

  it('repeats a lost answer by its attempt id, with the same handles and a new timeout', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs.fifo', { VisibilityTimeout: '30' });
    for (const body of ['1', '2']) test.sendTo(queue, 'g', body);
    const attempt = { ReceiveRequestAttemptId: 'try-1' };
    const first = test.receive(queue, attempt);
    await test.clock.advance(20 * SECOND);
    const repeated = test.receive(queue, attempt);
    expect(repeated.map((message) => message.ReceiptHandle)).toEqual(first.map((message) => message.ReceiptHandle));
    await test.clock.advance(20 * SECOND);
    expect(test.receive(queue, { ReceiveRequestAttemptId: 'try-2' })).toEqual([]);
    test.delete(queue, repeated[0]);
    expect(test.receive(queue, attempt)).toEqual([]);
  });

  it('does not repeat an answer whose messages somebody else has received since', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs.fifo', { VisibilityTimeout: '30' });
    test.sendTo(queue, 'g', '1');
    const attempt = { ReceiveRequestAttemptId: 'try-1' };
    expect(test.bodies(queue, attempt)).toEqual(['1']);
    await test.clock.advance(30 * SECOND);
    expect(test.bodies(queue)).toEqual(['1']);
    expect(test.bodies(queue, attempt)).toEqual([]);
  });

  it('goes on with the oldest group after messages ran out of their retention', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs.fifo', { MessageRetentionPeriod: '60' });
    test.sendTo(queue, 'a', 'a1');
    test.sendTo(queue, 'gone', 'x');
    await test.clock.advance(30 * SECOND);
    test.sendTo(queue, 'b', 'b1');
    test.sendTo(queue, 'a', 'a2');
    await test.clock.advance(30 * SECOND);
    expect(test.counts(queue)).toEqual([2, 0, 0]);
    expect(test.bodies(queue, { MaxNumberOfMessages: 1 })).toEqual(['b1']);
    expect(test.bodies(queue)).toEqual(['a2']);
  });
});

describe('deduplication', () => {
  it('answers a repeated send with the first id and sequence number, and delivers nothing', () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs.fifo');
    const first = test.sendTo(queue, 'g', 'body', 'id');
    const second = test.sendTo(queue, 'g', 'other body', 'id');
    expect(second.MessageId).toBe(first.MessageId);
    expect(second.SequenceNumber).toBe(first.SequenceNumber);
    expect(second.MD5OfMessageBody).not.toBe(first.MD5OfMessageBody);
    expect(test.bodies(queue)).toEqual(['body']);
    const third = test.sendTo(queue, 'g', 'body', 'id-2');
    expect(third.SequenceNumber > first.SequenceNumber).toBe(true);
    expect(first.SequenceNumber).toMatch(/^\d{20}$/);
  });

  it('lasts five minutes, also after the message was deleted', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs.fifo');
    const first = test.sendTo(queue, 'g', 'a', 'id');
    test.delete(queue, test.receive(queue)[0]);
    await test.clock.advance(5 * MINUTE - 1);
    expect(test.sendTo(queue, 'g', 'b', 'id').MessageId).toBe(first.MessageId);
    await test.clock.advance(1);
    expect(test.sendTo(queue, 'g', 'c', 'id').MessageId).not.toBe(first.MessageId);
    expect(test.bodies(queue)).toEqual(['c']);
  });

  it('by content looks at the body only, and an explicit id goes before it', () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs.fifo', { ContentBasedDeduplication: 'true' });
    const attributes = { MessageAttributes: { a: { DataType: 'String', StringValue: '1' } } };
    test.send(queue, 'same', { MessageGroupId: 'g' });
    test.send(queue, 'same', { MessageGroupId: 'h', ...attributes });
    test.send(queue, 'same', { MessageGroupId: 'g', MessageDeduplicationId: 'own' });
    const ids = test.receive(queue).map((message) => message.Attributes.MessageDeduplicationId);
    // SHA-256 of "same".
    expect(ids).toEqual(['0967115f2813a3541eaef77de9d9d5773f1c0c04314b0bbfe4ff3b3b1c55b5d5', 'own']);
  });

  it('takes up to a minute to follow a change of its scope', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs.fifo');
    test.sendTo(queue, 'a', '1', 'id');
    test.set(queue, { DeduplicationScope: 'messageGroup' });
    test.sendTo(queue, 'b', '2', 'id');
    await test.clock.advance(MINUTE);
    test.sendTo(queue, 'b', '3', 'id');
    expect(test.bodies(queue)).toEqual(['1', '3']);
  });
});
