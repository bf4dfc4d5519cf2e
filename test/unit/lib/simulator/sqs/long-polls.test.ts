import { describe, expect, it } from 'vitest';
import { SECOND, SqsUnderTest } from './sqs-under-test.ts';

describe('a long poll', () => {
  const wait = (test: SqsUnderTest, QueueUrl: string, more: object = {}, signal?: AbortSignal) =>
    test.call('ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20, ...more }, signal);

  it('ends with the first message that is sent', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs');
    const waiting = wait(test, queue, { MaxNumberOfMessages: 10 });
    test.fill(queue, 3);
    expect((await waiting).Messages).toHaveLength(3);
    expect(test.counts(queue)).toEqual([0, 3, 0]);
  });

  it('ends empty when its time is over, and not before', async () => {
    const test = new SqsUnderTest();
    let answer: unknown;
    const waiting = wait(test, test.queue('jobs')).then((output: unknown) => {
      answer = output;
    });
    await test.clock.advance(20 * SECOND - 1);
    expect(answer).toBeUndefined();
    await test.clock.advance(1);
    await waiting;
    expect(answer).toEqual({});
  });

  it('takes its time from the queue where it names none', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs', { ReceiveMessageWaitTimeSeconds: '5' });
    const waiting = test.call('ReceiveMessage', { QueueUrl: queue });
    expect(waiting).toBeInstanceOf(Promise);
    await test.clock.advance(5 * SECOND);
    expect(await waiting).toEqual({});
    expect(test.call('ReceiveMessage', { QueueUrl: queue, WaitTimeSeconds: 0 })).toEqual({});
  });

  it.each([
    ['a visibility timeout runs out', { VisibilityTimeout: '7' }, {}],
    ['a delay runs out', {}, { DelaySeconds: 7 }],
  ])('ends when %s', async (_, attributes, sending) => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs', attributes);
    test.send(queue, 'a', sending);
    test.receive(queue);
    const startedAt = test.clock.now();
    let endedAt = 0;
    const waiting = wait(test, queue).then((output: { Messages: unknown[] }) => {
      endedAt = test.clock.now();
      return output.Messages;
    });
    await test.clock.advance(20 * SECOND);
    expect(await waiting).toHaveLength(1);
    expect(endedAt - startedAt).toBe(7 * SECOND);
  });

  it('of a FIFO queue ends when a delete opens the group', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs.fifo');
    test.sendTo(queue, 'g', '1');
    const [first] = test.receive(queue);
    const waiting = wait(test, queue);
    test.sendTo(queue, 'g', '2');
    test.delete(queue, first);
    expect((await waiting).Messages).toMatchObject([{ Body: '2' }]);
  });

  it('takes nothing once its client is gone', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs');
    const client = new AbortController();
    const waiting = wait(test, queue, {}, client.signal);
    client.abort();
    expect(await waiting).toEqual({});
    test.send(queue, 'a');
    expect(test.counts(queue)).toEqual([1, 0, 0]);
  });

  it('is served in turn: who waits longest comes first', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs');
    const polls = [wait(test, queue), wait(test, queue)];
    test.send(queue, 'first');
    test.send(queue, 'second');
    const answers = await Promise.all(polls);
    expect(answers.map((answer) => answer.Messages[0].Body)).toEqual(['first', 'second']);
  });

  it('ends when the queue is deleted or the simulator closes', async () => {
    const test = new SqsUnderTest();
    const gone = test.queue('gone');
    const waiting = [wait(test, gone), wait(test, test.queue('jobs'))];
    test.call('DeleteQueue', { QueueUrl: gone });
    test.sqs.close();
    expect(await Promise.all(waiting)).toEqual([{}, {}]);
  });
});
