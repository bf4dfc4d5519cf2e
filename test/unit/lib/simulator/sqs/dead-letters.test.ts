import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND, SqsUnderTest } from './sqs-under-test.ts';

describe('dead letters', () => {
  it('move on the receive after maxReceiveCount, with their id and all they carry', async () => {
    const test = new SqsUnderTest();
    const dead = test.queue('dead');
    const queue = test.queue('jobs', { ...test.redriveTo(dead, 2), VisibilityTimeout: '10' });
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'x' } };
    const sent = test.send(queue, 'a', { MessageAttributes, MessageGroupId: 'tenant' });
    for (let i = 0; i < 2; i++) {
      expect(test.bodies(queue)).toEqual(['a']);
      await test.clock.advance(10 * SECOND);
    }
    expect(test.counts(dead)).toEqual([0, 0, 0]);
    expect(test.bodies(queue)).toEqual([]);
    const [letter] = test.receive(dead);
    expect(letter.MessageId).toBe(sent.MessageId);
    expect(letter.MessageAttributes).toEqual(MessageAttributes);
    expect(letter.Attributes).toMatchObject({
      ApproximateReceiveCount: '3',
      DeadLetterQueueSourceArn: test.arn(queue),
      MessageGroupId: 'tenant',
      SentTimestamp: String(Date.UTC(2026, 0, 1)),
    });
  });

  it('of a FIFO queue unblock their group, keep it, and take their own id as deduplication id', () => {
    const test = new SqsUnderTest();
    const dead = test.queue('dead.fifo');
    const queue = test.queue('jobs.fifo', test.redriveTo(dead, 1));
    const bad = test.sendTo(queue, 'g', 'bad');
    test.sendTo(queue, 'g', 'good');
    const [first] = test.receive(queue, { MaxNumberOfMessages: 1 });
    test.hide(queue, first, 0);
    expect(test.bodies(queue)).toEqual(['good']);
    const [letter] = test.receive(dead);
    expect(letter.Attributes).toMatchObject({ MessageGroupId: 'g', MessageDeduplicationId: bad.MessageId });
    expect(letter.MessageId).toBe(bad.MessageId);
  });

  it('keep the retention of their first enqueue on a standard queue, and start anew on FIFO', async () => {
    const test = new SqsUnderTest();
    const retention = { MessageRetentionPeriod: '3600' };
    const dead = test.queue('dead', retention);
    const deadFifo = test.queue('dead.fifo', retention);
    const queue = test.queue('jobs', test.redriveTo(dead, 1));
    const fifo = test.queue('jobs.fifo', test.redriveTo(deadFifo, 1));
    test.send(queue, 'a');
    test.sendTo(fifo, 'g', 'b');
    await test.clock.advance(30 * MINUTE);
    test.send(dead, 'sent here before the dead letter arrived');
    for (let i = 0; i < 2; i++) {
      test.receive(queue, { VisibilityTimeout: 0 });
      test.receive(fifo, { VisibilityTimeout: 0 });
    }
    expect([test.counts(dead)[0], test.counts(deadFifo)[0]]).toEqual([2, 1]);
    await test.clock.advance(30 * MINUTE);
    expect([test.counts(dead)[0], test.counts(deadFifo)[0]]).toEqual([1, 1]);
    await test.clock.advance(HOUR);
    expect([test.counts(dead)[0], test.counts(deadFifo)[0]]).toEqual([0, 0]);
  });

  it('count their receives across queues, so a look can send them onward', () => {
    const test = new SqsUnderTest();
    const last = test.queue('last');
    const dead = test.queue('dead', test.redriveTo(last, 2));
    const queue = test.queue('jobs', test.redriveTo(dead, 1));
    test.send(queue, 'a');
    test.receive(queue, { VisibilityTimeout: 0 });
    test.receive(queue, { VisibilityTimeout: 0 });
    expect(test.bodies(dead, { VisibilityTimeout: 0 })).toEqual(['a']);
    expect(test.bodies(dead)).toEqual([]);
    expect(test.bodies(last)).toEqual(['a']);
  });

  it('stay where they are when their queue is gone', () => {
    const test = new SqsUnderTest();
    const dead = test.queue('dead');
    const queue = test.queue('jobs', test.redriveTo(dead, 1));
    test.call('DeleteQueue', { QueueUrl: dead });
    test.send(queue, 'a');
    for (let i = 0; i < 3; i++) expect(test.bodies(queue, { VisibilityTimeout: 0 })).toEqual(['a']);
  });

  it("are not passed to and fro by two queues that are each other's", () => {
    const test = new SqsUnderTest();
    const one = test.queue('one');
    const two = test.queue('two', test.redriveTo(one, 1));
    test.set(one, test.redriveTo(two, 1));
    test.send(one, 'a');
    expect(test.bodies(one, { VisibilityTimeout: 0 })).toEqual(['a']);
    expect(test.bodies(one)).toEqual([]);
    expect(test.bodies(two, { VisibilityTimeout: 0 })).toEqual(['a']);
    expect(test.counts(one)).toEqual([0, 0, 0]);
  });

  it('wake those who wait at the dead-letter queue', async () => {
    const test = new SqsUnderTest();
    const dead = test.queue('dead');
    const queue = test.queue('jobs', test.redriveTo(dead, 1));
    test.send(queue, 'a');
    const waiting = test.call('ReceiveMessage', { QueueUrl: dead, WaitTimeSeconds: 20 });
    test.receive(queue, { VisibilityTimeout: 0 });
    test.receive(queue);
    await test.clock.advance(0);
    expect((await waiting).Messages).toMatchObject([{ Body: 'a' }]);
  });
});

describe('redrive policies', () => {
  it.each([
    ['nonsense', 'Redrive policy is not a valid JSON map.'],
    ['{"maxReceiveCount":1}', 'Redrive policy does not contain mandatory attribute: deadLetterTargetArn.'],
    ['{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead"}', 'mandatory attribute: maxReceiveCount.'],
    [
      '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":1001}',
      'Invalid value for maxReceiveCount: 1001, valid values are from 1 to 1000 both inclusive.',
    ],
    [
      '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:none","maxReceiveCount":1}',
      'Dead letter target does not exist.',
    ],
    [
      '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead.fifo","maxReceiveCount":1}',
      'Dead-letter queue must be same type of queue as the source.',
    ],
  ])('%s is refused', (policy, reason) => {
    const test = new SqsUnderTest();
    test.queue('dead');
    test.queue('dead.fifo');
    const queue = test.queue('jobs');
    expect(() => test.set(queue, { RedrivePolicy: policy })).toThrow(reason);
    expect(test.attributes(queue)['RedrivePolicy']).toBeUndefined();
  });

  it('need the leave of the dead-letter queue', () => {
    const test = new SqsUnderTest();
    const dead = test.queue('dead', { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
    const queue = test.queue('jobs');
    expect(() => test.set(queue, test.redriveTo(dead, 1))).toThrow('RedriveAllowPolicy');
    const byQueue = { redrivePermission: 'byQueue', sourceQueueArns: [test.arn(queue)] };
    test.set(dead, { RedriveAllowPolicy: JSON.stringify(byQueue) });
    test.set(queue, test.redriveTo(dead, 1));
    test.send(queue, 'a');
    test.set(dead, { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
    for (let i = 0; i < 2; i++) expect(test.bodies(queue, { VisibilityTimeout: 0 })).toEqual(['a']);
    test.set(dead, { RedriveAllowPolicy: '' });
    expect(test.bodies(queue)).toEqual([]);
    expect(test.bodies(dead)).toEqual(['a']);
  });

  it('can be listed from the dead-letter queue, and removed', () => {
    const test = new SqsUnderTest();
    const dead = test.queue('dead');
    const queue = test.queue('jobs', test.redriveTo(dead, 1));
    test.queue('other');
    expect(test.call('ListDeadLetterSourceQueues', { QueueUrl: dead }).queueUrls).toEqual([queue]);
    test.set(queue, { RedrivePolicy: '' });
    expect(test.attributes(queue)['RedrivePolicy']).toBeUndefined();
    expect(test.call('ListDeadLetterSourceQueues', { QueueUrl: dead }).queueUrls).toEqual([]);
  });
});

describe('a move task', () => {
  it('makes new messages of the dead letters, with their attributes and group', async () => {
    const test = new SqsUnderTest();
    const dead = test.queue('dead.fifo');
    const queue = test.queue('jobs.fifo', test.redriveTo(dead, 1));
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'x' } };
    const sent = test.send(queue, 'a', { MessageAttributes, MessageGroupId: 'g', MessageDeduplicationId: 'id' });
    for (let i = 0; i < 2; i++) test.receive(queue, { VisibilityTimeout: 0 });
    await test.clock.advance(HOUR);
    test.call('StartMessageMoveTask', { SourceArn: test.arn(dead) });
    await test.clock.advance(0);
    const [message] = test.receive(queue);
    expect(message.MessageId).not.toBe(sent.MessageId);
    expect(message.MessageAttributes).toEqual(MessageAttributes);
    expect(message.Attributes).toMatchObject({ ApproximateReceiveCount: '1', MessageGroupId: 'g' });
    expect(message.Attributes.DeadLetterQueueSourceArn).toBeUndefined();
    expect(message.Attributes.SentTimestamp).toBe(String(test.clock.now()));
    expect(test.counts(dead)).toEqual([0, 0, 0]);
  });

  it('fails where it cannot tell the source of a message', async () => {
    const test = new SqsUnderTest();
    const dead = test.queue('dead');
    test.queue('jobs', test.redriveTo(dead, 1));
    test.send(dead, 'sent here directly');
    test.call('StartMessageMoveTask', { SourceArn: test.arn(dead) });
    await test.clock.advance(0);
    const { Results } = test.call('ListMessageMoveTasks', { SourceArn: test.arn(dead) });
    expect(Results).toMatchObject([{ Status: 'FAILED', FailureReason: 'CouldNotDetermineMessageSource' }]);
    expect(test.counts(dead)).toEqual([1, 0, 0]);
  });

  it('moves 500 a second at most, and lists the latest first', async () => {
    const test = new SqsUnderTest();
    const dead = test.queue('dead');
    const target = test.queue('target');
    test.queue('jobs', test.redriveTo(dead, 1));
    const start = () =>
      test.call('StartMessageMoveTask', { SourceArn: test.arn(dead), DestinationArn: test.arn(target) });
    test.fill(dead, 1200);
    start();
    await test.clock.advance(0);
    expect(test.counts(target)[0]).toBe(500);
    await test.clock.advance(2 * SECOND);
    expect(test.counts(target)[0]).toBe(1200);
    test.fill(dead, 3);
    start();
    const { Results } = test.call('ListMessageMoveTasks', { SourceArn: test.arn(dead), MaxResults: 10 });
    expect(Results.map((task: { Status: string }) => task.Status)).toEqual(['RUNNING', 'COMPLETED']);
  });

  it('leaves what arrives after it began', async () => {
    const test = new SqsUnderTest();
    const dead = test.queue('dead');
    const target = test.queue('target');
    test.queue('jobs', test.redriveTo(dead, 1));
    test.fill(dead, 2);
    const DestinationArn = test.arn(target);
    test.call('StartMessageMoveTask', { SourceArn: test.arn(dead), DestinationArn, MaxNumberOfMessagesPerSecond: 10 });
    test.send(dead, 'late');
    await test.clock.advance(HOUR);
    expect(test.counts(target)[0]).toBe(2);
    expect(test.bodies(dead)).toEqual(['late']);
  });

  it('keeps to its rate from second to second, and tells how far it is', async () => {
    const { test, dead, target, start, status } = movable(25);
    start(10);
    expect(status()).toMatchObject({
      Status: 'RUNNING',
      ApproximateNumberOfMessagesMoved: 0,
      MaxNumberOfMessagesPerSecond: 10,
    });
    const seen: unknown[] = [];
    for (let second = 0; second < 4; second++) {
      await test.clock.advance(second === 0 ? 0 : SECOND);
      const { Status, ApproximateNumberOfMessagesMoved: moved, ApproximateNumberOfMessagesToMove: toMove } = status();
      seen.push([Status, moved, toMove, test.counts(target)[0]]);
    }
    expect(seen).toEqual([
      ['RUNNING', 10, 25, 10],
      ['RUNNING', 20, 25, 20],
      ['COMPLETED', 25, 25, 25],
      ['COMPLETED', 25, 25, 25],
    ]);
    expect(test.counts(dead)).toEqual([0, 0, 0]);
  });

  it('stops when it is cancelled: what moved stays moved, and the rest stays', async () => {
    const { test, dead, target, start, status } = movable(25);
    const { TaskHandle } = start(10);
    await test.clock.advance(SECOND);
    expect(test.call('CancelMessageMoveTask', { TaskHandle })).toEqual({ ApproximateNumberOfMessagesMoved: 20 });
    await test.clock.advance(HOUR);
    expect([test.counts(dead)[0], test.counts(target)[0]]).toEqual([5, 20]);
    expect(status()).toMatchObject({ Status: 'CANCELLED', ApproximateNumberOfMessagesMoved: 20 });
    expect(status()).not.toHaveProperty('TaskHandle');
    expect(() => test.call('CancelMessageMoveTask', { TaskHandle })).toThrow('Task does not exist.');
  });

  it('can be started again after a cancel, and not while it runs', async () => {
    const { test, target, start } = movable(25);
    const { TaskHandle } = start(10);
    expect(() => start(10)).toThrow('There is already a task running');
    test.call('CancelMessageMoveTask', { TaskHandle });
    start(500);
    await test.clock.advance(SECOND);
    expect(test.counts(target)[0]).toBe(25);
  });

  it.each([0, 501, 1.5, 'many'])('refuses the rate %s', (rate) => {
    const { start } = movable(1);
    expect(() => start(rate)).toThrow('MaxNumberOfMessagesPerSecond');
  });
});

/** A dead-letter queue of so many messages, and a queue to move them to. */
function movable(messages: number) {
  const test = new SqsUnderTest();
  const dead = test.queue('dead');
  const target = test.queue('target');
  test.queue('jobs', test.redriveTo(dead, 1));
  test.fill(dead, messages);
  const SourceArn = test.arn(dead);
  const DestinationArn = test.arn(target);
  const start = (MaxNumberOfMessagesPerSecond: unknown) =>
    test.call('StartMessageMoveTask', { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond });
  const status = () => JSON.parse(JSON.stringify(test.call('ListMessageMoveTasks', { SourceArn }).Results[0]));
  return { test, dead, target, start, status };
}
