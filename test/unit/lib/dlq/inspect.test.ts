import { beforeEach, describe, expect, test } from 'vitest';
import { type InspectOptions, inspect } from '../../../../src/lib/dlq/inspect/inspect.ts';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../src/lib/errors/exit-code.ts';
import { FakeQueues } from './support/fake-queues.ts';
import { VirtualClock } from './support/virtual-clock.ts';

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
});
