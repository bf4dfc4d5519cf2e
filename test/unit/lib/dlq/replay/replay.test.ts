import { beforeEach, describe, expect, test } from 'vitest';
import type { DeadLetter } from '../../../../../src/lib/dlq/dead-letter.ts';
import { openMessages } from '../../../../../src/lib/dlq/ledger/open-messages.ts';
import { replay } from '../../../../../src/lib/dlq/replay/replay.ts';
import type { ReplayEvent } from '../../../../../src/lib/dlq/replay/replay-event.ts';
import type { ReplayOptions } from '../../../../../src/lib/dlq/replay/replay-options.ts';
import type { ReplayResult } from '../../../../../src/lib/dlq/replay/replay-result.ts';
import { CvopsError } from '../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';
import { FakeQueues } from '../support/fake-queues.ts';
import { MemoryLedgers } from '../support/memory-ledgers.ts';
import { replayOptions } from '../support/replay-options.ts';
import { resultOf } from '../support/result-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const DLQ = 'dead.fifo';
const SOURCE = 'live.fifo';

let clock: VirtualClock;
let queues: FakeQueues;
let ledgers: MemoryLedgers;

beforeEach(() => {
  clock = new VirtualClock();
  queues = new FakeQueues(clock);
  ledgers = new MemoryLedgers();
  queues.create(DLQ);
  queues.create(SOURCE, { redrive: { to: DLQ, maxReceiveCount: 3 } });
  queues.create('dead');
  queues.create('live', { redrive: { to: 'dead', maxReceiveCount: 3 } });
});

async function run(
  options: Partial<ReplayOptions> & {
    from?: string;
    to?: string;
    signal?: AbortSignal;
    onEvent?: (event: ReplayEvent) => void;
  } = {},
): Promise<ReplayResult> {
  const { from = DLQ, to = SOURCE, signal = new AbortController().signal, onEvent, ...rest } = options;
  const events = replay(
    { queues, ledgers, clock },
    replayOptions({ dlq: await queues.describe(from), target: await queues.describe(to), ...rest }),
    signal,
  );
  return resultOf(events, onEvent);
}

function fill(count: number, groups: number, name = DLQ): string[] {
  return Array.from({ length: count }, (_, n) =>
    queues.put(name, { body: JSON.stringify({ n }), groupId: `g${n % groups}` }),
  );
}

const bodies = (name: string) => queues.messages(name).map((message) => message.body);
const numbersOf = (name: string, groupId: string) =>
  queues
    .messages(name)
    .filter((message) => message.groupId === groupId)
    .map((message) => (JSON.parse(message.body) as { n: number }).n);

describe('a replay of a FIFO queue', () => {
  test('moves every message, keeps each group in order, and leaves the dead-letter queue empty', async () => {
    fill(137, 7);
    const result = await run();
    expect(result).toMatchObject({ matched: 137, replayed: 137, failed: 0, skipped: 0, suppressed: 0, remaining: 0 });
    expect(queues.messages(DLQ)).toEqual([]);
    expect(queues.messages(SOURCE)).toHaveLength(137);
    for (let group = 0; group < 7; group++) {
      const numbers = numbersOf(SOURCE, `g${group}`);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }
  });

  test('keeps attributes, group and trace header, and sets a deduplication id of its own', async () => {
    const attributes = {
      kind: { dataType: 'String', stringValue: 'visit' },
      raw: { dataType: 'Binary.png', binaryValue: Uint8Array.of(0, 255) },
    };
    const id = queues.put(DLQ, { body: 'one', groupId: 'g', attributes, traceHeader: 'Root=1-2-3' });
    await run();
    expect(queues.messages(SOURCE)[0]).toMatchObject({
      body: 'one',
      groupId: 'g',
      attributes,
      traceHeader: 'Root=1-2-3',
      deduplicationId: `cvops-${id}`,
    });
  });

  test('two dead letters with equal bodies both arrive', async () => {
    queues.put(DLQ, { body: 'same', groupId: 'g' });
    queues.put(DLQ, { body: 'same', groupId: 'g' });
    await run();
    expect(bodies(SOURCE)).toEqual(['same', 'same']);
  });

  test('a refused message stops its group only; what is behind it stays, in order', async () => {
    fill(30, 3);
    let refused = 0;
    queues.faults.entry = (operation, index) => {
      if (operation !== 'send' || index !== 0 || refused > 0) return undefined;
      refused++;
      return { code: 'InvalidMessageContents', senderFault: true };
    };
    const result = await run();
    expect(result).toMatchObject({ replayed: 20, failed: 1, remaining: 10 });
    expect(result.matched).toBe(21 + result.blocked);
    expect(numbersOf(DLQ, 'g0')).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27]);
    expect(numbersOf(SOURCE, 'g1')).toHaveLength(10);
    expect(queues.inFlight(DLQ)).toBe(0);
  });

  test('a passing failure of one entry is tried again before anything behind it is sent', async () => {
    fill(20, 2);
    let failures = 3;
    queues.faults.entry = (operation, index) =>
      operation === 'send' && index === 0 && failures-- > 0 ? { code: 'InternalError', senderFault: false } : undefined;
    const result = await run();
    expect(result).toMatchObject({ replayed: 20, failed: 0 });
    expect(numbersOf(SOURCE, 'g0')).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
  });

  test('an answer lost after the commit does not deliver twice', async () => {
    fill(25, 5);
    let losses = 4;
    queues.faults.after = (operation) => {
      if (operation === 'send' && losses-- > 0) throw broken();
    };
    const result = await run();
    expect(result).toMatchObject({ replayed: 25, failed: 0, suppressed: 0 });
    expect(new Set(bodies(SOURCE)).size).toBe(25);
    expect(queues.messages(SOURCE)).toHaveLength(25);
  });

  test('a swallowed send is reported and its message is not deleted', async () => {
    const ids = fill(3, 1);
    // Someone else sent a message under the deduplication id that our second copy will carry.
    await queues.send(await queues.describe(SOURCE), [
      { body: '{"n":1}', attributes: {}, groupId: 'g0', deduplicationId: `cvops-${ids[1]}` },
    ]);
    const result = await run();
    expect(result).toMatchObject({ replayed: 1, suppressed: 1, failed: 0, blocked: 1, remaining: 2 });
    expect(queues.messages(DLQ).map((message) => message.messageId)).toEqual(ids.slice(1));
  });

  test('a copy that differs from its dead letter is not followed by a delete', async () => {
    const ids = fill(1, 1);
    await queues.send(await queues.describe(SOURCE), [
      { body: 'other', attributes: {}, groupId: 'g0', deduplicationId: `cvops-${ids[0]}` },
    ]);
    const codes: string[] = [];
    const result = await run({ onEvent: (event) => event.type === 'failed' && codes.push(event.code) });
    expect(result).toMatchObject({ replayed: 0, failed: 1 });
    expect(codes).toEqual(['ChecksumMismatch']);
    expect(queues.messages(DLQ)).toHaveLength(1);
  });

  test('a filter that leaves a gap in a group leaves the group behind the gap alone', async () => {
    fill(10, 2);
    const matches = (letter: DeadLetter) => (letter.body as { n: number }).n >= 4;
    const result = await run({ filter: { text: 'body.n >= `4`', matches } });
    expect(result).toMatchObject({ matched: 0, replayed: 0, skipped: 10, remaining: 10 });
    expect(queues.inFlight(DLQ)).toBe(0);
  });

  test('with --out-of-order the gap is allowed', async () => {
    fill(10, 2);
    const matches = (letter: DeadLetter) => (letter.body as { n: number }).n >= 4;
    const result = await run({ filter: { text: 'body.n >= `4`', matches }, outOfOrder: true });
    expect(result).toMatchObject({ matched: 6, replayed: 6, skipped: 4 });
  });

  test('one group alone is replayed, the others stay untouched', async () => {
    fill(30, 3);
    const result = await run({ group: 'g1' });
    expect(result).toMatchObject({ matched: 10, replayed: 10, remaining: 20 });
    expect(numbersOf(DLQ, 'g1')).toEqual([]);
  });
});

describe('a replay of a standard queue', () => {
  const standard = { from: 'dead', to: 'live' };

  test('moves every message', async () => {
    for (let n = 0; n < 123; n++) queues.put('dead', { body: `${n}` });
    const result = await run(standard);
    expect(result).toMatchObject({ matched: 123, replayed: 123, remaining: 0 });
    expect(new Set(bodies('live')).size).toBe(123);
  });

  test('stops after --max and gives the rest back', async () => {
    for (let n = 0; n < 50; n++) queues.put('dead', { body: `${n}` });
    const result = await run({ ...standard, max: 7 });
    expect(result).toMatchObject({ matched: 7, replayed: 7, remaining: 43 });
    expect(queues.inFlight('dead')).toBe(0);
  });

  test('counts the twins that a lost answer may have left', async () => {
    for (let n = 0; n < 10; n++) queues.put('dead', { body: `${n}` });
    let losses = 1;
    queues.faults.after = (operation) => {
      if (operation === 'send' && losses-- > 0) throw broken();
    };
    const result = await run(standard);
    expect(result).toMatchObject({ replayed: 10, possibleTwins: 10 });
    expect(queues.messages('live')).toHaveLength(20);
  });

  test('a message larger than the target takes is left and named', async () => {
    queues.create('small', { maximumMessageSize: 1_024 });
    queues.put('dead', { body: 'x'.repeat(2_000) });
    queues.put('dead', { body: 'y' });
    const codes: string[] = [];
    const result = await run({
      from: 'dead',
      to: 'small',
      onEvent: (event) => event.type === 'failed' && codes.push(event.code),
    });
    expect(result).toMatchObject({ replayed: 1, failed: 1, remaining: 1 });
    expect(codes).toEqual(['TooLarge']);
  });

  test('a batch never exceeds one MiB', async () => {
    for (let n = 0; n < 6; n++) queues.put('dead', { body: 'x'.repeat(400_000) });
    await run(standard);
    const sizes = queues.calls.filter((call) => call.operation === 'send').map((call) => call.count);
    expect(sizes.every((size) => size <= 2)).toBe(true);
    expect(queues.messages('live')).toHaveLength(6);
  });

  test('holds the rate asked for', async () => {
    for (let n = 0; n < 100; n++) queues.put('dead', { body: `${n}` });
    const times: number[] = [];
    await run({ ...standard, rate: 20, onEvent: (event) => event.type === 'sent' && times.push(event.at) });
    const seconds = (times.at(-1)! - times[0]!) / 1000;
    const batch = 5;
    expect((100 - batch) / seconds).toBeCloseTo(20, 1);
  });

  test('slows down when throttled and still sends everything', async () => {
    for (let n = 0; n < 200; n++) queues.put('dead', { body: `${n}` });
    let throttles = 3;
    queues.faults.before = (operation) => {
      if (operation === 'send' && throttles-- > 0) throw new CvopsError('Throttled', ExitCode.failed, 'slow down');
    };
    const rates: (number | null)[] = [];
    const result = await run({
      ...standard,
      onEvent: (event) => event.type === 'throttled' && rates.push(event.ratePerSecond),
    });
    expect(result).toMatchObject({ replayed: 200, possibleTwins: 0 });
    expect(rates).toHaveLength(3);
    expect(rates.every((rate) => rate !== null)).toBe(true);
  });

  test('keeps messages hidden that wait for their turn longer than one visibility', async () => {
    for (let n = 0; n < 40; n++) queues.put('dead', { body: `${n}` });
    let received = 0;
    const onEvent = (event: ReplayEvent) => {
      if (event.type === 'received') received = event.total;
    };
    const result = await run({ ...standard, rate: 0.2, visibilitySeconds: 30, onEvent });
    expect(result).toMatchObject({ replayed: 40, failed: 0 });
    expect(received).toBe(40);
    expect(queues.messages('dead')).toEqual([]);
  });

  test('does not send what it could not keep hidden and another consumer has taken', async () => {
    for (let n = 0; n < 10; n++) queues.put('dead', { body: `${n}` });
    queues.faults.entry = (operation) =>
      operation === 'changeVisibility' ? { code: 'InternalError', senderFault: false } : undefined;
    let taken: readonly string[] = [];
    void clock.sleep(46_000).then(() => {
      taken = queues.takeVisible('dead');
    });
    const result = await run({ ...standard, rate: 0.1, visibilitySeconds: 45 });
    expect(taken.length).toBeGreaterThan(0);
    expect(bodies('live').filter((body) => taken.includes(body))).toEqual([]);
    expect(result).toMatchObject({ matched: 10 - taken.length, replayed: 10 - taken.length });
  });

  test('twins of at-least-once delivery are sent once', async () => {
    queues.put('dead', { body: 'one' });
    // SQS may deliver a message again while it is in flight.
    const again = (event: ReplayEvent) => {
      if (event.type === 'received' && event.total === 1) queues.messages('dead')[0]!.visibleAt = 0;
    };
    const result = await run({ ...standard, onEvent: again });
    expect(result.replayed).toBe(1);
    expect(queues.messages('live')).toHaveLength(1);
    expect(queues.messages('dead')).toEqual([]);
  });
});

describe('a replay that cannot go on', () => {
  test('says what stopped it and leaves the messages visible', async () => {
    fill(20, 2);
    queues.faults.before = (operation) => {
      if (operation === 'send') throw new CvopsError('AccessDenied', ExitCode.setup, 'not allowed to sqs:SendMessage');
    };
    const result = await run();
    expect(result.stopped).toMatchObject({ code: 'AccessDenied' });
    expect(result).toMatchObject({ replayed: 0, remaining: 20 });
    expect(queues.inFlight(DLQ)).toBe(0);
  });

  test('sends nothing without a ledger', async () => {
    fill(20, 2);
    let writes = 0;
    ledgers.onWrite.before = () => {
      if (++writes > 1) throw new CvopsError('LedgerNotWritable', ExitCode.failed, 'disk full');
    };
    const result = await run();
    expect(result.stopped).toMatchObject({ code: 'LedgerNotWritable' });
    expect(queues.messages(SOURCE)).toEqual([]);
    expect(queues.messages(DLQ)).toHaveLength(20);
    expect(queues.inFlight(DLQ)).toBe(0);
  });

  test('deletes nothing whose send is not on record, and the next run does not deliver it twice', async () => {
    fill(5, 5);
    let writes = 0;
    // The header and the intent fit on the disk, the record of the send does not.
    ledgers.onWrite.before = () => {
      if (++writes > 2) throw new CvopsError('LedgerNotWritable', ExitCode.failed, 'disk full');
    };
    const first = await run({ concurrency: 1 });
    expect(first.stopped).toMatchObject({ code: 'LedgerNotWritable' });
    expect(first).toMatchObject({ undeleted: 5, remaining: 5 });
    expect(queues.messages(DLQ)).toHaveLength(5);
    ledgers.onWrite = {};
    const second = await run();
    expect(second).toMatchObject({ replayed: 5, remaining: 0 });
    expect(queues.messages(SOURCE)).toHaveLength(5);
    expect(queues.messages(DLQ)).toEqual([]);
  });

  test('on abort finishes what is in flight, gives the rest back and says what is left', async () => {
    fill(500, 50);
    const stop = new AbortController();
    const result = await run({ signal: stop.signal, onEvent: (event) => event.type === 'sent' && stop.abort() });
    expect(result.stopped).toMatchObject({ code: 'Interrupted' });
    expect(result.replayed).toBeGreaterThan(0);
    expect(result.remaining).toBe(500 - result.replayed);
    expect(queues.messages(DLQ)).toHaveLength(result.remaining);
    expect(queues.messages(SOURCE)).toHaveLength(result.replayed);
    expect(queues.inFlight(DLQ)).toBe(0);
  });

  test('a delete that fails on the side of SQS is tried again, whatever the name of its error', async () => {
    fill(3, 3);
    let failures = 2;
    queues.faults.before = (operation) => {
      if (operation !== 'delete' || failures-- <= 0) return;
      const cause = { $metadata: { httpStatusCode: 503 } };
      throw new CvopsError('SomethingNew', ExitCode.failed, 'not today', { cause });
    };
    expect(await run()).toMatchObject({ replayed: 3, undeleted: 0, remaining: 0, stopped: null });
    expect(queues.messages(DLQ)).toEqual([]);
  });

  test('what cannot be sent any more, but may have been before, stays open in the ledger', async () => {
    const [id] = fill(1, 1);
    queues.faults = {
      after: (operation) => {
        if (operation === 'send') throw new Error('killed');
      },
    };
    await expect(run()).rejects.toThrow('killed');
    clock.skip(120_000);
    queues.faults = {};
    const [runId] = await ledgers.list();
    const resume = (await ledgers.ends(runId!)).header;
    const target = await queues.describe(SOURCE);
    const small = { ...target, attributes: { ...target.attributes, maximumMessageSize: 1 } };
    expect(await run({ resume, target: small })).toMatchObject({ replayed: 0, failed: 1 });
    expect((await openMessages(ledgers.read(runId!))).unresolved.has(id!)).toBe(true);
  });

  test('what may have been sent before stays uncertain when it cannot be sent now', async () => {
    fill(1, 1);
    queues.faults = {
      after: (operation) => {
        if (operation === 'send') throw new Error('killed');
      },
    };
    await expect(run()).rejects.toThrow('killed');
    clock.skip(120_000);
    queues.faults = {
      before: (operation) => {
        if (operation === 'send') throw new CvopsError('Throttled', ExitCode.failed, 'slow down');
      },
    };
    const [runId] = await ledgers.list();
    const resume = (await ledgers.ends(runId!)).header;
    expect(await run({ resume })).toMatchObject({ replayed: 0, failed: 1 });
    clock.skip(300_000);
    queues.faults = {};
    expect(await run({ resume })).toMatchObject({ replayed: 0, uncertain: 1 });
    expect(queues.messages(SOURCE)).toHaveLength(1);
  });

  test('a delete that keeps failing is not followed by a second send, now or in the next run', async () => {
    fill(5, 1);
    queues.faults.entry = (operation) =>
      operation === 'delete' ? { code: 'InternalError', senderFault: false } : undefined;
    const first = await run();
    expect(first).toMatchObject({ replayed: 5, undeleted: 5, remaining: 5 });
    queues.faults = {};
    clock.skip(3_600_000);
    const second = await run();
    expect(second).toMatchObject({ replayed: 0, failed: 0, remaining: 0 });
    expect(queues.messages(SOURCE)).toHaveLength(5);
    expect(queues.messages(DLQ)).toEqual([]);
  });

  test('a dead-letter queue with dead letters of its own is refused', async () => {
    queues.create('onward.fifo');
    queues.create('risky.fifo', { redrive: { to: 'onward.fifo', maxReceiveCount: 5 } });
    await expect(run({ from: 'risky.fifo' })).rejects.toMatchObject({ code: 'OwnRedrivePolicy' });
    await expect(run({ from: 'risky.fifo', force: true })).resolves.toMatchObject({ replayed: 0 });
  });
});

describe('the verdict', () => {
  /** A consumer that fails the bodies for which `fails` says so and deletes the others. */
  async function consume(fails: (body: string) => boolean, until: () => boolean): Promise<void> {
    const source = await queues.describe(SOURCE);
    while (!until()) {
      for (const message of await queues.receive(source, { max: 10, waitSeconds: 1 })) {
        if (!fails(message.body)) await queues.delete(source, [message.receiptHandle]);
      }
    }
  }

  test('is success when the target stays empty and nothing comes back', async () => {
    fill(12, 3);
    let done = false;
    const [result] = await Promise.all([
      run({ verify: { waitMs: null } }).finally(() => {
        done = true;
      }),
      consume(
        () => false,
        () => done,
      ),
    ]);
    expect(result.verified).toMatchObject({ succeeded: 12, returned: 0, pending: 0, basis: 'drained' });
  });

  test('names what came back, by the id that the send got', async () => {
    fill(6, 6);
    let done = false;
    const [result] = await Promise.all([
      run({ verify: { waitMs: null } }).finally(() => {
        done = true;
      }),
      consume(
        (body) => body === '{"n":2}',
        () => done,
      ),
    ]);
    expect(result.verified).toMatchObject({ succeeded: 5, returned: 1, pending: 0 });
    expect(result.verified!.returnedIds).toEqual([queues.messages(DLQ)[0]!.messageId]);
  });

  test('is pending, with the time by which it will be known, when the wait ends first', async () => {
    fill(2, 1);
    const before = clock.now();
    const result = await run({ verify: { waitMs: 5_000 } });
    expect(result.verified).toMatchObject({ succeeded: 0, returned: 0, pending: 2, basis: 'none' });
    expect(Date.parse(result.verified!.pendingUntil!)).toBeGreaterThanOrEqual(before + 3 * 30_000);
  });
});

function broken(): CvopsError {
  return new CvopsError('ConnectionBroken', ExitCode.failed, 'the connection broke');
}
