import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';
import type { FaultRule } from '../../../../../src/lib/simulator/kernel/faults.ts';
import type { Output } from '../../../../../src/lib/simulator/kernel/service.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';

const DEPTH = 10;
let simulator: Simulator;
let QueueUrl: string;
let handles: string[];

/** A queue of ten messages in flight, and ten more that are visible. */
async function stage(seed = 1): Promise<void> {
  simulator = new Simulator({ clock: new SimulatedClock({ rate: 0, start: Date.UTC(2026, 0, 1) }), seed });
  ({ QueueUrl } = await simulator.call('sqs', 'CreateQueue', { QueueName: 'q' }));
  const { sqs } = simulator.region();
  const planted = (name: string) => Array.from({ length: DEPTH }, (_, i) => ({ body: `${name} ${i}` }));
  sqs.plant('q', planted('taken'));
  const { Messages } = await simulator.call('sqs', 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
  handles = Messages.map((message: Output) => message.ReceiptHandle);
  sqs.plant('q', planted('waiting'));
}
beforeEach(() => stage());
afterEach(() => simulator.close());

const entries = (more: (i: number) => object) => Array.from({ length: DEPTH }, (_, i) => ({ Id: `e${i}`, ...more(i) }));

/** The four calls that a replay is made of, each with what shows that it was done: `[visible, in flight]` afterwards. */
const CALLS = {
  SendMessageBatch: {
    input: () => ({ QueueUrl, Entries: entries((i) => ({ MessageBody: `sent ${i}` })) }),
    done: [20, 10],
  },
  ReceiveMessage: { input: () => ({ QueueUrl, MaxNumberOfMessages: 10 }), done: [0, 20] },
  DeleteMessageBatch: {
    input: () => ({ QueueUrl, Entries: entries((i) => ({ ReceiptHandle: handles[i] })) }),
    done: [10, 0],
  },
  ChangeMessageVisibilityBatch: {
    input: () => ({ QueueUrl, Entries: entries((i) => ({ ReceiptHandle: handles[i], VisibilityTimeout: 0 })) }),
    done: [20, 0],
  },
} as const;
type Operation = keyof typeof CALLS;
const OPERATIONS = Object.keys(CALLS) as Operation[];
const BATCHES = OPERATIONS.filter((operation) => operation !== 'ReceiveMessage');
const UNTOUCHED = [10, 10];

const call = (operation: Operation) => simulator.call('sqs', operation, CALLS[operation].input());
const counts = () => {
  const content = simulator.region().sqs.content('q')!;
  const inState = (state: string) => content.filter((message) => message.state === state).length;
  return [inState('visible'), inState('inFlight')];
};

describe.each(OPERATIONS)('%s under a fault rule', (operation) => {
  const rule = (effect: FaultRule) => simulator.faults.add({ service: 'sqs', operation, times: 1, ...effect });

  it.each([
    { code: 'InternalError', statusCode: 500, fault: 'server', seen: 'InternalError' },
    { code: 'RequestThrottled', statusCode: 400, fault: 'client', seen: 'RequestThrottled' },
    { code: 'ThrottlingException', statusCode: 400, fault: 'client', seen: 'ThrottlingException' },
    { code: 'KmsThrottled', queryCode: 'KMS.ThrottlingException', statusCode: 400, fault: 'client' },
    { code: 'OverLimit', statusCode: 403, fault: 'client', seen: 'OverLimit' },
  ])('answers $code and does nothing', async ({ fault, seen, ...error }) => {
    rule({ error });
    await expect(call(operation)).rejects.toMatchObject({
      name: error.code,
      Code: error.queryCode ?? seen,
      $fault: fault,
      $metadata: { httpStatusCode: error.statusCode },
    });
    expect(counts()).toEqual(UNTOUCHED);
    await call(operation);
    expect(counts()).toEqual(CALLS[operation].done);
  });

  it('breaks the connection before the work', async () => {
    const { id } = rule({ reset: true });
    await expect(call(operation)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(counts()).toEqual(UNTOUCHED);
    expect(simulator.faults.rules).toMatchObject([{ id, hits: 1 }]);
  });

  it('drops the answer after the work', async () => {
    rule({ dropResponse: true });
    await expect(call(operation)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(counts()).toEqual(CALLS[operation].done);
  });

  it('does the work late', async () => {
    rule({ delayMs: 5_000 });
    const answered = call(operation);
    await simulator.clock.advance(4_999);
    expect(counts()).toEqual(UNTOUCHED);
    await simulator.clock.advance(1);
    await answered;
    expect(counts()).toEqual(CALLS[operation].done);
  });

  it('hits the same calls for the same seed, and others for another', async () => {
    const pattern = async (seed: number) => {
      await simulator.close();
      await stage(seed);
      const { id } = simulator.faults.add({ operation, probability: 0.5, error: { code: 'InternalError' } });
      const hits: boolean[] = [];
      for (let i = 0; i < 40; i++) {
        hits.push(
          await call(operation).then(
            () => false,
            () => true,
          ),
        );
      }
      const counted = simulator.faults.rules.find((known) => known.id === id)!.hits;
      expect(counted).toBe(hits.filter(Boolean).length);
      return hits.join();
    };
    const first = await pattern(7);
    expect(await pattern(7)).toBe(first);
    expect(await pattern(8)).not.toBe(first);
  });
});

describe.each(BATCHES)('%s under a rule for entries', (operation) => {
  it('fails some entries, does the others, and counts the failed ones', async () => {
    const rule = simulator.faults.add({
      operation,
      probability: 0.4,
      entries: { code: 'InternalError', message: 'try again' },
    });
    const { Successful = [], Failed } = await call(operation);
    expect(Failed[0]).toEqual({
      Id: expect.any(String),
      Code: 'InternalError',
      Message: 'try again',
      SenderFault: false,
    });
    expect(Failed.length).toBeGreaterThan(0);
    expect(Successful.length).toBeGreaterThan(0);
    expect(Successful.length + Failed.length).toBe(DEPTH);
    expect(rule.hits).toBe(Failed.length);
    const [visible, inFlight] = CALLS[operation].done;
    const moved = (before: number, after: number) => before + ((after - before) / DEPTH) * Successful.length;
    expect(counts()).toEqual([moved(10, visible), moved(10, inFlight)]);
  });

  it('fails as many as it says and no more, as the fault of the sender', async () => {
    simulator.faults.add({ operation, times: 2, entries: { code: 'Refused', senderFault: true } });
    const { Failed } = await call(operation);
    expect(Failed).toMatchObject([
      { Id: 'e0', Code: 'Refused', SenderFault: true },
      { Id: 'e1', Code: 'Refused', SenderFault: true },
    ]);
  });

  it('leaves the list of successes out when all fail', async () => {
    simulator.faults.add({ operation, entries: { code: 'InternalError' } });
    expect(Object.keys(await call(operation))).toEqual(['Failed']);
    expect(counts()).toEqual(UNTOUCHED);
  });

  it('can do the work and say that it failed', async () => {
    simulator.faults.add({ operation, entries: { code: 'InternalError', afterCommit: true } });
    const { Failed } = await call(operation);
    expect(Failed).toHaveLength(DEPTH);
    expect(counts()).toEqual(CALLS[operation].done);
  });

  it('refuses a batch that cannot be before it fails entries', async () => {
    simulator.faults.add({ operation, entries: { code: 'InternalError' } });
    const twins = CALLS[operation].input().Entries.map((entry) => ({ ...entry, Id: 'same' }));
    await expect(simulator.call('sqs', operation, { QueueUrl, Entries: twins })).rejects.toMatchObject({
      name: 'BatchEntryIdsNotDistinct',
    });
  });
});

describe('a rule with a seed of its own', () => {
  it('hits the same of its calls, whatever other rules there are', async () => {
    const pattern = async (crowded: boolean) => {
      await simulator.close();
      await stage();
      if (crowded)
        simulator.faults.add({ operation: 'SendMessageBatch', probability: 0.5, entries: { code: 'Other' } });
      simulator.faults.add({ operation: 'SendMessageBatch', probability: 0.5, seed: 3, delayMs: 0 });
      const hits: number[] = [];
      for (let i = 0; i < 30; i++) {
        await call('SendMessageBatch');
        hits.push(simulator.faults.rules.at(-1)!.hits);
      }
      return hits;
    };
    const alone = await pattern(false);
    expect(alone.at(-1)).toBeGreaterThan(5);
    expect(await pattern(true)).toEqual(alone);
  });
});
