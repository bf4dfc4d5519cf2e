import { beforeEach, describe, expect, test } from 'vitest';
import { type InspectOptions, inspect } from '../../../../../src/lib/dlq/inspect/inspect.ts';
import { CvopsError } from '../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';
import { FakeQueues } from '../support/fake-queues.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

let clock: VirtualClock;
let queues: FakeQueues;
beforeEach(() => {
  clock = new VirtualClock();
  queues = new FakeQueues(clock);
  queues.create('dead');
  queues.create('dead.fifo');
});

async function look(options: Partial<InspectOptions> & { name?: string } = {}) {
  const { name = 'dead', ...rest } = options;
  const dlq = await queues.describe(name);
  return inspect({ queues, clock, dlq, limit: 1_000, signal: new AbortController().signal, ...rest });
}

describe('an inspection', () => {
  test('sees everything once, gives it back, and says when each message expires', async () => {
    for (let n = 0; n < 35; n++) queues.put('dead', { body: `{"n":${n}}` });
    const found = await look();
    expect(found).toMatchObject({
      scanned: 35,
      matched: 35,
      complete: true,
      hidden: 0,
      notGivenBack: 0,
      logsRead: null,
    });
    expect(new Set(found.messages.map(({ messageId }) => messageId)).size).toBe(35);
    expect(Date.parse(found.messages[0]!.expiresAt!) - Date.parse(found.messages[0]!.sentAt!)).toBe(1_209_600_000);
    expect(queues.inFlight('dead')).toBe(0);
  });

  test('does not take one empty poll for the end', async () => {
    for (let n = 0; n < 5; n++) queues.put('dead', { body: `${n}` });
    // The first two polls miss everything, as a poll of a sparse queue may.
    let polls = 0;
    const receive = queues.receive.bind(queues);
    queues.receive = async (queue, options) => (polls++ < 2 ? [] : receive(queue, options));
    expect(await look()).toMatchObject({ scanned: 5, complete: true });
  });

  test('drops the twin of a message that is delivered twice', async () => {
    queues.put('dead', { body: 'one' });
    const receive = queues.receive.bind(queues);
    queues.receive = async (queue, options) => {
      const found = await receive(queue, options);
      return [...found, ...found];
    };
    expect(await look()).toMatchObject({ scanned: 1, messages: [{ body: 'one' }] });
  });

  test('that is stopped gives back what it holds', async () => {
    for (let n = 0; n < 100; n++) queues.put('dead', { body: `${n}` });
    const stop = new AbortController();
    const filter = () => {
      stop.abort();
      return true;
    };
    const found = await look({ signal: stop.signal, filter });
    expect(found.complete).toBe(false);
    expect(found.scanned).toBeLessThan(100);
    expect(queues.inFlight('dead')).toBe(0);
  });

  test('that fails gives back what it holds', async () => {
    for (let n = 0; n < 100; n++) queues.put('dead', { body: `${n}` });
    let receives = 0;
    queues.faults.before = (operation) => {
      if (operation === 'receive' && ++receives > 5) throw new CvopsError('AccessDenied', ExitCode.setup, 'no');
    };
    await expect(look()).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(queues.inFlight('dead')).toBe(0);
  });

  test('says that a locked group hides messages', async () => {
    for (let n = 0; n < 14; n++) queues.put('dead.fifo', { body: `${n}`, groupId: 'g' });
    expect(await look({ name: 'dead.fifo' })).toMatchObject({ scanned: 10, complete: false, hidden: 4 });
  });

  test('keeps messages hidden for as long as a slow look takes', async () => {
    for (let n = 0; n < 40; n++) queues.put('dead', { body: `${n}` });
    queues.faults.slow = (operation) => (operation === 'receive' ? [0, 40] : [0, 0]);
    const found = await look();
    expect(found.scanned).toBe(40);
    expect(queues.messages('dead').every(({ receives }) => receives === 1)).toBe(true);
  });

  test('whose filter throws stops at once, gives back what it holds, and fails with that error', async () => {
    for (let n = 0; n < 1_000; n++) queues.put('dead', { body: `${n}` });
    const filter = () => {
      throw new CvopsError('UsageError', ExitCode.usage, 'no such function');
    };
    await expect(look({ filter })).rejects.toMatchObject({ code: 'UsageError' });
    expect(queues.inFlight('dead')).toBe(0);
    expect(queues.calls.filter(({ operation }) => operation === 'receive').length).toBeLessThanOrEqual(4);
  });

  test('says what it could not give back and when that shows up again', async () => {
    for (let n = 0; n < 12; n++) queues.put('dead', { body: `${n}` });
    queues.faults.entry = (operation, index) =>
      operation === 'changeVisibility' && index === 0 ? { code: 'InternalError', senderFault: false } : undefined;
    const told: [number, number][] = [];
    const found = await look({ onLeftHidden: (count, until) => told.push([count, until]) });
    expect(found.notGivenBack).toBe(queues.inFlight('dead'));
    expect(found.notGivenBack).toBeGreaterThan(0);
    expect(told).toEqual([[found.notGivenBack, Date.parse(found.visibleAgainAt!)]]);
    clock.skip(Date.parse(found.visibleAgainAt!) - clock.now());
    expect(queues.inFlight('dead')).toBe(0);
  });

  test('tells of what it could not give back even when it fails', async () => {
    for (let n = 0; n < 12; n++) queues.put('dead', { body: `${n}` });
    queues.faults.entry = (operation) =>
      operation === 'changeVisibility' ? { code: 'InternalError', senderFault: false } : undefined;
    let told = 0;
    const filter = () => {
      throw new CvopsError('UsageError', ExitCode.usage, 'no');
    };
    await expect(look({ filter, onLeftHidden: (count) => (told = count) })).rejects.toThrow('no');
    expect(told).toBe(queues.inFlight('dead'));
  });

  test('stops where SQS lets no more be in flight, and says so', async () => {
    for (let n = 0; n < 50; n++) queues.put('dead', { body: `${n}` });
    queues.faults.before = (operation) => {
      if (operation === 'receive' && queues.inFlight('dead') >= 20) {
        throw new CvopsError('OverLimit', ExitCode.failed, 'too many in flight');
      }
    };
    expect(await look()).toMatchObject({ complete: false, inFlightLimit: true, hidden: 30 });
    expect(queues.inFlight('dead')).toBe(0);
  });

  test('names the groups of which more is hidden', async () => {
    for (let n = 0; n < 14; n++) queues.put('dead.fifo', { body: `${n}`, groupId: 'long' });
    for (let n = 0; n < 3; n++) queues.put('dead.fifo', { body: `${n}`, groupId: 'short' });
    expect(await look({ name: 'dead.fifo' })).toMatchObject({ hidden: 4, hiddenBy: { groups: ['long'] } });
  });

  test('of one group leaves the others out', async () => {
    for (let n = 0; n < 6; n++) queues.put('dead.fifo', { body: `${n}`, groupId: `g${n % 2}` });
    expect(await look({ name: 'dead.fifo', group: 'g1' })).toMatchObject({ scanned: 6, matched: 3 });
  });

  test.each([1_000, 10_000])('at %i messages takes one call for each ten, there and back', async (count) => {
    for (let n = 0; n < count; n++) queues.put('dead', { body: `${n}` });
    // Looking up a handle in a list of all messages would make this a test of the fake.
    const cheap = cheapQueues(queues, clock);
    const dlq = await queues.describe('dead');
    const found = await inspect({ queues: cheap, clock, dlq, limit: count, signal: new AbortController().signal });
    expect(found).toMatchObject({ scanned: count, notGivenBack: 0 });
    expect(cheap.calls.receive).toBeLessThanOrEqual(count / 10 + 8);
    expect(cheap.calls.changeVisibility).toBe(count / 10);
  });

  test('cuts bodies that would not fit into memory together', async () => {
    const body = 'x'.repeat(1_000_000);
    for (let n = 0; n < 40; n++) queues.put('dead', { body });
    const { messages } = await look();
    const whole = messages.filter(({ bodyCut }) => !bodyCut);
    expect(whole).toHaveLength(33);
    expect(messages.find(({ bodyCut }) => bodyCut)?.body).toBe('x'.repeat(1_000));
  });

  test('tells the span, the receive counts, the groups and the first expiry of each cause', async () => {
    const start = clock.now();
    for (let n = 0; n < 3; n++)
      queues.put('dead', { body: '{"a":1}', sentAt: start - n * 1_000, receives: n + 3, groupId: `t${n}` });
    const { groups, soonestExpiry } = await look();
    expect(groups).toMatchObject([
      {
        basis: 'shape',
        count: 3,
        first: new Date(start - 2_000).toISOString(),
        last: new Date(start).toISOString(),
        receiveCounts: { min: 4, max: 6 },
        messageGroups: ['t0', 't1', 't2'],
        messageGroupCount: 3,
        expiresAt: new Date(start - 2_000 + 1_209_600_000).toISOString(),
        expiryBasis: 'exact',
      },
    ]);
    expect(soonestExpiry).toMatchObject({ at: groups[0]!.expiresAt, basis: 'exact' });
  });
});

/** The queue's messages handed out once and taken back, with counted calls. */
function cheapQueues(real: FakeQueues, time: VirtualClock) {
  const calls = { receive: 0, changeVisibility: 0 };
  const waiting = real.messages('dead').map((message) => ({
    messageId: message.messageId,
    receiptHandle: message.messageId,
    body: message.body,
    md5OfBody: '',
    md5OfAttributes: null,
    attributes: {},
    system: { SentTimestamp: String(message.sentAt) },
  }));
  return Object.assign(Object.create(real) as FakeQueues, {
    calls,
    receive: async (_: unknown, { max, waitSeconds }: { max: number; waitSeconds: number }) => {
      calls.receive++;
      const found = waiting.splice(0, max);
      if (found.length === 0) await time.sleep(waitSeconds * 1_000);
      return found;
    },
    changeVisibility: async (_: unknown, handles: readonly string[]) => {
      calls.changeVisibility++;
      return handles.map(() => ({ ok: true as const }));
    },
  });
}
