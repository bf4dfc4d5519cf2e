import { beforeEach, describe, expect, test } from 'vitest';
import type { RunHeader } from '../../../../../src/lib/dlq/ledger/ledger-record.ts';
import { replay } from '../../../../../src/lib/dlq/replay/replay.ts';
import type { ReplayResult } from '../../../../../src/lib/dlq/replay/replay-result.ts';
import { CvopsError } from '../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';
import { FakeQueues, type Faults, type Operation } from '../support/fake-queues.ts';
import { MemoryLedgers } from '../support/memory-ledgers.ts';
import { replayOptions } from '../support/replay-options.ts';
import { resultOf } from '../support/result-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

let clock: VirtualClock;
let queues: FakeQueues;
let ledgers: MemoryLedgers;
beforeEach(() => {
  clock = new VirtualClock();
  queues = new FakeQueues(clock);
  ledgers = new MemoryLedgers();
  for (const name of ['dead', 'live', 'dead.fifo', 'live.fifo']) queues.create(name);
});

class Killed extends Error {}

/** @param started happens after the run's first look at the queue and before its first receive */
async function run(
  faults: Faults = {},
  resume: RunHeader | null = null,
  suffix = '',
  started: () => Promise<void> = async () => {},
): Promise<ReplayResult> {
  queues.faults = faults;
  try {
    const events = replay(
      { queues, ledgers, clock },
      replayOptions({
        dlq: await queues.describe(`dead${suffix}`),
        target: await queues.describe(`live${suffix}`),
        concurrency: 1,
        resume,
      }),
      new AbortController().signal,
    );
    return await resultOf(events, (event) => (event.type === 'started' ? started() : undefined));
  } finally {
    queues.faults = {};
  }
}

const lastRun = async () => (await ledgers.ends((await ledgers.list())[0]!)).header;
/** Somebody holds the first message of this queue for ten minutes. */
const hide = (name: string) => {
  queues.messages(name)[0]!.visibleAt = clock.now() + 600_000;
};
const broken = () => new CvopsError('ConnectionBroken', ExitCode.failed, 'broken');

/** Throws at the n-th call of an operation; with `dead`, at every call from then on. */
function at(operation: Operation, n: number, error: () => Error, dead = false) {
  let count = 0;
  let over = false;
  return (called: Operation) => {
    if (over && dead) throw error();
    if (called !== operation || ++count !== n) return;
    over = true;
    throw error();
  };
}

describe('possible twins', () => {
  test('of a run that was killed are told of by the run that goes on with it', async () => {
    queues.put('dead', { body: 'one' });
    const lost = at('send', 1, broken);
    const killed = at('delete', 1, () => new Killed(), true);
    await expect(run({ after: lost, before: killed })).rejects.toThrow(Killed);
    const result = await run({}, await lastRun());
    expect(queues.messages('live').map(({ body }) => body)).toEqual(['one', 'one']);
    expect(result).toMatchObject({ replayed: 1, possibleTwins: 1 });
  });

  test('are counted after a failure of SQS whose code nobody knows', async () => {
    queues.put('dead', { body: 'one' });
    let sends = 0;
    const unknown = () =>
      new CvopsError('NeverSeenBefore', ExitCode.failed, 'a fault', {
        cause: Object.assign(new Error('a fault'), { $metadata: { httpStatusCode: 500 } }),
      });
    const result = await run({
      after: (operation) => {
        if (operation === 'send' && ++sends === 1) throw unknown();
      },
    });
    expect(queues.messages('live')).toHaveLength(2);
    expect(result).toMatchObject({ replayed: 1, failed: 0, possibleTwins: 1 });
  });

  test('are counted when a batch is refused after its first answer was lost', async () => {
    for (const body of ['one', 'two']) queues.put('dead', { body });
    let sends = 0;
    const lost = at('send', 1, broken);
    const result = await run({
      before: (operation) => {
        if (operation === 'send' && ++sends === 2) throw new CvopsError('BatchRequestTooLong', ExitCode.failed, 'long');
      },
      after: lost,
    });
    expect(queues.messages('live')).toHaveLength(4);
    expect(result).toMatchObject({ replayed: 2, possibleTwins: 2 });
  });
});

test('an entry that failed at SQS under an unknown code is tried again, not called certainly undelivered', async () => {
  queues.put('dead', { body: 'one' });
  let entries = 0;
  const result = await run({
    entry: (operation) =>
      operation === 'send' && ++entries === 1 ? { code: 'NeverSeenBefore', senderFault: false } : undefined,
  });
  expect(result).toMatchObject({ replayed: 1, failed: 0, possibleTwins: 1 });
});

test('a resumed run that never meets what may have been sent leaves that open for the runs after it', async () => {
  queues.put('dead.fifo', { body: 'one', groupId: 'g' });
  await expect(run({ after: at('send', 1, () => new Killed(), true) }, null, '.fifo')).rejects.toThrow(Killed);
  hide('dead.fifo');
  await run({}, await lastRun(), '.fifo');
  clock.skip(600_000);
  expect(await run({}, null, '.fifo')).toMatchObject({ replayed: 0, uncertain: 1, remaining: 1 });
  expect(queues.messages('live.fifo').map(({ body }) => body)).toEqual(['one']);
});

describe('what a dead process may still hide', () => {
  test('is waited for by a new run, too', async () => {
    for (const body of ['one', 'two']) queues.put('dead', { body });
    await expect(run({ before: at('send', 1, () => new Killed(), true) })).rejects.toThrow(Killed);
    const result = await run();
    expect(queues.messages('live').map(({ body }) => body)).toEqual(['one', 'two']);
    expect(result).toMatchObject({ replayed: 2, remaining: 0 });
  });

  test('is told of as remaining while it is hidden for longer than that', async () => {
    queues.put('dead', { body: 'one' });
    await expect(run({ before: at('send', 1, () => new Killed(), true) })).rejects.toThrow(Killed);
    hide('dead');
    expect(await run({}, await lastRun())).toMatchObject({ replayed: 0, remaining: 1 });
  });

  test('is told of by a new run, too, after a resumed one waited for it in vain and ended', async () => {
    queues.put('dead.fifo', { body: 'one', groupId: 'g' });
    await expect(run({ before: at('send', 1, () => new Killed(), true) }, null, '.fifo')).rejects.toThrow(Killed);
    hide('dead.fifo');
    expect(await run({}, await lastRun(), '.fifo')).toMatchObject({ replayed: 0, remaining: 1 });
    expect(await run({}, null, '.fifo')).toMatchObject({ replayed: 0, remaining: 1 });
    clock.skip(600_000);
    expect(await run({}, null, '.fifo')).toMatchObject({ uncertain: 1, remaining: 1 });
  });

  test('is waited for after a run that ended before it could give back what it held', async () => {
    queues.put('dead', { body: 'one' });
    const denied = new CvopsError('AccessDenied', ExitCode.setup, 'no');
    const stopped = await run({
      before: (operation) => {
        if (operation === 'send') throw denied;
        if (operation === 'changeVisibility') throw broken();
      },
    });
    expect(stopped).toMatchObject({ replayed: 0, stopped: { code: 'AccessDenied' } });
    expect(await run()).toMatchObject({ replayed: 1, remaining: 0 });
  });
});

describe('what another consumer holds', () => {
  test('at the beginning of a run is told of as remaining', async () => {
    for (const body of ['one', 'two']) queues.put('dead', { body });
    hide('dead');
    expect(await run()).toMatchObject({ replayed: 1, remaining: 1 });
  });

  test('of a FIFO group is told of with all that stands behind it, though it was taken after the beginning', async () => {
    for (const body of ['one', 'two']) queues.put('dead.fifo', { body, groupId: 'g' });
    const result = await run({}, null, '.fifo', async () => hide('dead.fifo'));
    expect(result).toMatchObject({ replayed: 0, remaining: 2 });
  });

  test('is told of when it is a run of this machine that has not ended, though it began later', async () => {
    queues.put('dead', { body: 'one' });
    const result = await run({}, null, '', async () => {
      await ledgers.create({ ...(await lastRun()), runId: 'other' });
      hide('dead');
    });
    expect(result).toMatchObject({ replayed: 0, remaining: 1 });
  });
});

describe('what a run has sent and could not delete', () => {
  const undeletable: Faults = {
    before: (operation) => {
      if (operation === 'delete') throw broken();
    },
  };

  test('stays hidden until a process beside it must have read that it is sent', async () => {
    queues.put('dead', { body: 'one' });
    expect(await run(undeletable)).toMatchObject({ replayed: 1, undeleted: 1, remaining: 1 });
    clock.skip(60_000);
    expect(queues.inFlight('dead')).toBe(1);
    clock.skip(10_000);
    expect(queues.inFlight('dead')).toBe(0);
  });

  test('is waited for by the next run, which only deletes it', async () => {
    queues.put('dead', { body: 'one' });
    await run(undeletable);
    expect(await run()).toMatchObject({ matched: 0, replayed: 0, undeleted: 0, remaining: 0 });
    expect(queues.messages('dead')).toEqual([]);
    expect(queues.messages('live')).toHaveLength(1);
  });

  test('is visible again at once on FIFO, where a second copy would not get through', async () => {
    queues.put('dead.fifo', { body: 'one', groupId: 'g' });
    expect(await run(undeletable, null, '.fifo')).toMatchObject({ replayed: 1, undeleted: 1, remaining: 1 });
    expect(queues.inFlight('dead.fifo')).toBe(0);
  });
});

describe('a process that dies beside another', () => {
  /** Replays five messages of one group each, slowly; `midway` happens after the first was sent. */
  async function runBeside(midway: (header: RunHeader, late: string) => Promise<void>): Promise<ReplayResult> {
    const ids = Array.from({ length: 5 }, (_, n) => queues.put('dead.fifo', { body: `${n}`, groupId: `g${n}` }));
    const events = replay(
      { queues, ledgers, clock },
      replayOptions({
        dlq: await queues.describe('dead.fifo'),
        target: await queues.describe('live.fifo'),
        rate: 1 / 120,
      }),
      new AbortController().signal,
    );
    let told = false;
    return resultOf(events, async (event) => {
      if (event.type !== 'sent' || told) return;
      told = true;
      await midway({ ...(await lastRun()), runId: 'other' }, ids[4]!);
    });
  }

  const intent = (id: string) =>
    ({
      type: 'intent',
      at: clock.now(),
      messages: [{ id, group: 'g4', dedup: null, body: '4', attributes: {}, system: {} }],
    }) as const;

  test('leaves to it what it may have sent, also when the deduplication window has passed since', async () => {
    const result = await runBeside(async (header, late) => {
      const other = await ledgers.create({ ...header, at: clock.now() });
      await other.commit(intent(late));
      const live = await queues.describe('live.fifo');
      await queues.send(live, [{ body: '4', attributes: {}, groupId: 'g4', deduplicationId: `cvops-${late}` }]);
    });
    expect(result).toMatchObject({ replayed: 4, uncertain: 1 });
    expect(queues.messages('live.fifo').filter(({ body }) => body === '4')).toHaveLength(1);
  });

  test('leaves to it only to delete what it is known to have sent', async () => {
    const result = await runBeside(async (header, late) => {
      const other = await ledgers.create({ ...header, at: clock.now() });
      await other.commit(intent(late));
      await other.commit({ type: 'sent', at: clock.now(), messages: [{ id: late, newId: 'copy', sequence: '1' }] });
    });
    expect(result).toMatchObject({ matched: 4, replayed: 4, remaining: 0 });
    expect(queues.messages('live.fifo').some(({ body }) => body === '4')).toBe(false);
    expect(queues.messages('dead.fifo')).toEqual([]);
  });
});
