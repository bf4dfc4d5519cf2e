import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';
import type { Sqs } from '../../../../../src/lib/simulator/sqs/sqs.ts';

const START = Date.UTC(2026, 0, 1);
const SOURCE = 'arn:aws:sqs:us-east-1:000000000000:jobs.fifo';
let simulator: Simulator;
let sqs: Sqs;
let QueueUrl: string;

beforeEach(async () => {
  simulator = new Simulator({ clock: new SimulatedClock({ rate: 0, start: START }) });
  ({ sqs } = simulator.region());
  ({ QueueUrl } = await simulator.call('sqs', 'CreateQueue', {
    QueueName: 'dead.fifo',
    Attributes: { FifoQueue: 'true' },
  }));
});
afterEach(() => simulator.close());

const receive = async () =>
  (
    await simulator.call('sqs', 'ReceiveMessage', {
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    })
  ).Messages;

describe('a planted message', () => {
  it('is received as the dead letter that it is said to be', async () => {
    const attributes = {
      kind: { DataType: 'String', StringValue: 'x' },
      bytes: { DataType: 'Binary', BinaryValue: 'AP8=' },
    };
    const ids = sqs.plant('dead.fifo', [
      {
        messageId: 'd1',
        body: 'a',
        attributes,
        groupId: 'g',
        traceHeader: 'Root=1',
        deadLetterSource: SOURCE,
        receiveCount: 3,
        sentAt: START - 60_000,
      },
    ]);
    expect(ids).toEqual(['d1']);
    expect(await receive()).toMatchObject([
      {
        MessageId: 'd1',
        Body: 'a',
        MessageAttributes: attributes,
        Attributes: {
          ApproximateReceiveCount: '4',
          SentTimestamp: String(START - 60_000),
          ApproximateFirstReceiveTimestamp: String(START - 60_000),
          MessageGroupId: 'g',
          MessageDeduplicationId: 'd1',
          DeadLetterQueueSourceArn: SOURCE,
          AWSTraceHeader: 'Root=1',
        },
      },
    ]);
  });

  it('gets an id of its own, is in nobody’s deduplication window, and wakes who waits', async () => {
    const polling = simulator.call('sqs', 'ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20 });
    const twins = [
      { body: 'same', groupId: 'a', deduplicationId: 'same' },
      { body: 'same', groupId: 'b', deduplicationId: 'same' },
    ];
    const [first, second] = sqs.plant('dead.fifo', twins)!;
    expect(first).not.toBe(second);
    expect((await polling).Messages).toMatchObject([{ MessageId: first }]);
    expect(sqs.content('dead.fifo')).toHaveLength(2);
  });

  it('is refused together with its neighbours where SQS would refuse its attributes', () => {
    const bad = { body: 'b', attributes: { x: { DataType: 'Strange', StringValue: 'x' } } };
    expect(() => sqs.plant('dead.fifo', [{ body: 'a' }, bad])).toThrow('invalid message attribute type');
    expect(sqs.content('dead.fifo')).toEqual([]);
  });

  it('needs a queue', () => {
    expect(sqs.plant('none', [])).toBeUndefined();
    expect(sqs.content('none')).toBeUndefined();
  });
});

describe('the content of a queue', () => {
  it('shows all messages in the order of arrival with their state, and a look changes nothing', async () => {
    sqs.plant('dead.fifo', [
      { body: 'taken', groupId: 'a', receiveCount: 1 },
      { body: 'behind', groupId: 'a' },
    ]);
    await simulator.call('sqs', 'ReceiveMessage', { QueueUrl });
    const look = () => sqs.content('dead.fifo');
    const seen = look();
    expect(seen).toMatchObject([
      {
        body: 'taken',
        state: 'inFlight',
        visibleAt: START + 30_000,
        enqueuedAt: START,
        attributes: {},
        system: { ApproximateReceiveCount: '2', MessageGroupId: 'a' },
      },
      { body: 'behind', state: 'visible', visibleAt: null, system: { ApproximateReceiveCount: '0' } },
    ]);
    expect(look()).toEqual(seen);
  });

  it('shows delayed messages, and what came back and ran out in the meantime as it is now', async () => {
    const plain = await simulator.call('sqs', 'CreateQueue', {
      QueueName: 'plain',
      Attributes: { MessageRetentionPeriod: '60' },
    });
    await simulator.call('sqs', 'SendMessage', { QueueUrl: plain.QueueUrl, MessageBody: 'x', DelaySeconds: 10 });
    const state = () => sqs.content('plain')!.map((message) => [message.state, message.visibleAt]);
    expect(state()).toEqual([['delayed', START + 10_000]]);
    await simulator.clock.advance(10_000);
    expect(state()).toEqual([['visible', null]]);
    await simulator.clock.advance(50_000);
    expect(state()).toEqual([]);
  });
});
