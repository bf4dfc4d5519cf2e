import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../../src/lib/simulator/kernel/random.ts';
import { type Output, SECOND, SqsUnderTest } from './sqs-under-test.ts';

const ROUNDS = 600;

/**
 * Random traffic over a queue and its dead-letter queue: messages die, are looked at, moved back and deleted, polls wait
 * and are given up. After every step each message that was sent and not deleted is in one of the queues, and the counts
 * say what the content shows.
 */
async function traffic(seed: number, fifo: boolean): Promise<void> {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const test = new SqsUnderTest();
  const end = fifo ? '.fifo' : '';
  const dead = test.queue(`dead${end}`, { VisibilityTimeout: '20' });
  const jobs = test.queue(`jobs${end}`, { VisibilityTimeout: '10', ...test.redriveTo(dead, 2) });
  const names = new Map([
    [jobs, `jobs${end}`],
    [dead, `dead${end}`],
  ]);
  const polls: { abort: AbortController; queue: string; messages: Promise<Output[]> }[] = [];
  const taken: { queue: string; message: Output }[] = [];
  let sent = 0;
  let deleted = 0;
  let died = 0;

  const anyQueue = () => (below(2) === 0 ? jobs : dead);
  const settlePolls = async () => {
    await test.clock.idle();
    for (const { abort } of polls) abort.abort();
    for (const { queue, messages } of polls.splice(0)) {
      for (const message of await messages) taken.push({ queue, message });
    }
  };

  for (let round = 0; round < ROUNDS; round++) {
    const act = below(12);
    const held = taken.splice(below(taken.length), 1)[0];
    if (act < 3) {
      const more = fifo
        ? { MessageGroupId: `g${below(3)}`, MessageDeduplicationId: String(sent) }
        : { DelaySeconds: below(3) };
      test.send(jobs, String(sent++), more);
    } else if (act < 6) {
      const queue = anyQueue();
      const more = fifo && below(2) === 0 ? { ReceiveRequestAttemptId: `attempt-${below(3)}` } : {};
      const given = test.receive(queue, {
        MaxNumberOfMessages: 1 + below(10),
        VisibilityTimeout: below(3) * 5,
        ...more,
      });
      for (const message of given) taken.push({ queue, message });
    } else if (act === 6) {
      const queue = anyQueue();
      const abort = new AbortController();
      const answer = test.call('ReceiveMessage', { QueueUrl: queue, WaitTimeSeconds: 20 }, abort.signal);
      polls.push({ abort, queue, messages: Promise.resolve(answer).then((output) => output.Messages ?? []) });
    } else if (act === 7 && held !== undefined) {
      const before = test.sqs.content(names.get(held.queue)!)!.length;
      try {
        test.delete(held.queue, held.message);
      } catch {
        // An expired handle of a FIFO queue.
      }
      deleted += before - test.sqs.content(names.get(held.queue)!)!.length;
    } else if (act === 8 && held !== undefined) {
      try {
        test.hide(held.queue, held.message, below(4) * 5);
      } catch {
        // No longer in flight.
      }
    } else if (act === 9 && below(4) === 0) {
      try {
        const SourceArn = test.arn(dead);
        test.call('StartMessageMoveTask', {
          SourceArn,
          DestinationArn: test.arn(jobs),
          MaxNumberOfMessagesPerSecond: 3,
        });
      } catch {
        // One at a time.
      }
    } else if (act === 10) await settlePolls();
    else await test.clock.advance(below(12) * SECOND);

    let total = 0;
    for (const [url, name] of names) {
      const content = test.sqs.content(name)!;
      const inState = (state: string) => content.filter((message) => message.state === state).length;
      expect(test.counts(url)).toEqual([inState('visible'), inState('inFlight'), inState('delayed')]);
      total += content.length;
      if (url === dead) died = Math.max(died, content.length);
    }
    expect(total, `in the queues after round ${round}`).toBe(sent - deleted);
  }
  await settlePolls();
  test.sqs.close();
  expect([sent > 50, deleted > 10, died > 3]).toEqual([true, true, true]);
}

describe('no message is lost from the counts', () => {
  it.each([1, 2, 3, 4, 5, 6])('of a standard queue and its dead-letter queue (seed %i)', (seed) =>
    traffic(seed, false),
  );
  it.each([1, 2, 3, 4, 5, 6])('of a FIFO queue and its dead-letter queue (seed %i)', (seed) => traffic(seed, true));
});
