import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../../src/lib/simulator/kernel/random.ts';
import { type Output, SECOND, SqsUnderTest } from './sqs-under-test.ts';

interface Known {
  readonly body: string;
  readonly group: string;
  readonly handle: string;
  hiddenUntil: number;
}

const ROUNDS = 400;
const GROUPS = 4;

/** Random sends, receives, deletes, changes of visibility and steps of the clock, with every answer checked. */
async function traffic(seed: number, fifo: boolean): Promise<void> {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const test = new SqsUnderTest();
  const queue = test.queue(fifo ? 'jobs.fifo' : 'jobs', { VisibilityTimeout: '20' });
  /** What is in the queue, by group, in the order of sending. */
  const live = new Map<string, string[]>();
  const inFlight = new Map<string, Known>();
  let sent = 0;

  const dropExpired = () => {
    for (const [body, known] of inFlight) if (known.hiddenUntil <= test.clock.now()) inFlight.delete(body);
  };
  const check = (messages: readonly Output[], visibilityMs: number) => {
    for (const { Body: body, Attributes } of messages) {
      const group = Attributes.MessageGroupId;
      expect(live.get(group), `${body} was deleted`).toContain(body);
      expect(inFlight.has(body), `${body} is in flight`).toBe(false);
      if (fifo) {
        const before = live.get(group)!.slice(0, live.get(group)!.indexOf(body));
        const answered = messages.map((message) => message.Body);
        const ahead = answered.slice(0, answered.indexOf(body)).filter((other) => before.includes(other));
        expect(ahead, `what stands before ${body}`).toEqual(before);
      }
    }
    for (const { Body: body, Attributes, ReceiptHandle: handle } of messages) {
      const hiddenUntil = test.clock.now() + visibilityMs;
      inFlight.set(body, { body, group: Attributes.MessageGroupId, handle, hiddenUntil });
    }
    dropExpired();
  };
  const pick = () => [...inFlight.values()][below(inFlight.size)];

  for (let round = 0; round < ROUNDS; round++) {
    const act = below(10);
    const known = pick();
    if (act < 4) {
      const group = `g${below(GROUPS)}`;
      const body = String(sent++);
      live.set(group, [...(live.get(group) ?? []), body]);
      if (fifo) test.sendTo(queue, group, body);
      else test.send(queue, body, { MessageGroupId: group });
    } else if (act < 6) {
      const VisibilityTimeout = below(3) * 10;
      check(test.receive(queue, { MaxNumberOfMessages: 1 + below(10), VisibilityTimeout }), VisibilityTimeout * SECOND);
    } else if (act < 8 && known !== undefined) {
      test.delete(queue, { ReceiptHandle: known.handle });
      inFlight.delete(known.body);
      live.set(
        known.group,
        live.get(known.group)!.filter((body) => body !== known.body),
      );
    } else if (act === 8 && known !== undefined) {
      const seconds = below(3) * 15;
      test.hide(queue, { ReceiptHandle: known.handle }, seconds);
      known.hiddenUntil = test.clock.now() + seconds * SECOND;
      dropExpired();
    } else {
      await test.clock.advance(below(15) * SECOND);
      dropExpired();
    }
    const total = [...live.values()].flat().length;
    expect(test.counts(queue)).toEqual([total - inFlight.size, inFlight.size, 0]);
  }

  await test.clock.advance(60 * SECOND);
  inFlight.clear();
  const left = [...live.values()].flat();
  const drained: string[] = [];
  for (let messages = test.receive(queue); messages.length > 0; messages = test.receive(queue)) {
    check(messages, 20 * SECOND);
    for (const message of messages) {
      drained.push(message.Body);
      test.delete(queue, message);
      inFlight.delete(message.Body);
      const group = message.Attributes.MessageGroupId;
      live.set(
        group,
        live.get(group)!.filter((body) => body !== message.Body),
      );
    }
  }
  expect(drained.sort()).toEqual(left.sort());
}

describe('random traffic', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('keeps order and loses nothing on FIFO (seed %i)', (seed) => traffic(seed, true));
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('loses nothing on a standard queue (seed %i)', (seed) => traffic(seed, false));
});
