import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunHeader } from '../../../src/lib/dlq/ledger/ledger-record.ts';
import { replay } from '../../../src/lib/dlq/replay/replay.ts';
import type { ReplayResult } from '../../../src/lib/dlq/replay/replay-result.ts';
import { CvopsError } from '../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../src/lib/errors/exit-code.ts';
import { FakeQueues, type Operation } from '../../unit/lib/dlq/support/fake-queues.ts';
import { MemoryLedgers } from '../../unit/lib/dlq/support/memory-ledgers.ts';
import { replayOptions } from '../../unit/lib/dlq/support/replay-options.ts';
import { resultOf } from '../../unit/lib/dlq/support/result-of.ts';
import { VirtualClock } from '../../unit/lib/dlq/support/virtual-clock.ts';
import { campaign, PATIENT } from './support/campaign.ts';

/** What ends the process: after it, no call and no write does anything any more. */
class Killed extends Error {}

interface World {
  readonly clock: VirtualClock;
  readonly queues: FakeQueues;
  readonly ledgers: MemoryLedgers;
  readonly dlq: string;
  readonly source: string;
}

interface Scene {
  readonly fifo: boolean;
  /** The group of each message. */
  readonly groups: readonly number[];
  readonly concurrency: number;
  /** Passing faults: which step, and whether the work was done before it. */
  readonly faults: readonly { step: number; kind: 'broken' | 'lost' | 'throttled' | 'entry' }[];
  /** Steps at which the process is killed, one after the other, each in its own life. */
  readonly kills: readonly { step: number; after: boolean }[];
  /** Seconds between a kill and the next life. */
  readonly pauseSeconds: number;
}

const scene = (pauseSeconds: fc.Arbitrary<number>): fc.Arbitrary<Scene> =>
  fc.record({
    fifo: fc.boolean(),
    groups: fc
      .integer({ min: 1, max: 12 })
      .chain((most) => fc.array(fc.integer({ min: 0, max: most - 1 }), { minLength: 1, maxLength: 80 })),
    concurrency: fc.integer({ min: 1, max: 9 }),
    faults: fc.array(
      fc.record({
        step: fc.integer({ min: 0, max: 120 }),
        kind: fc.constantFrom('broken' as const, 'lost' as const, 'throttled' as const, 'entry' as const),
      }),
      { maxLength: 8 },
    ),
    kills: fc.array(fc.record({ step: fc.integer({ min: 0, max: 90 }), after: fc.boolean() }), { maxLength: 3 }),
    pauseSeconds,
  });

function world({ fifo, groups }: Scene): World {
  const clock = new VirtualClock();
  const queues = new FakeQueues(clock);
  const suffix = fifo ? '.fifo' : '';
  const made = { clock, queues, ledgers: new MemoryLedgers(), dlq: `dead${suffix}`, source: `live${suffix}` };
  queues.create(made.dlq);
  queues.create(made.source, { redrive: { to: made.dlq, maxReceiveCount: 3 } });
  for (const [n, group] of groups.entries()) queues.put(made.dlq, { body: `${n}`, groupId: `g${group}` });
  return made;
}

/** One life of the process; answers null when it was killed. */
async function live(
  at: World,
  scene: Scene,
  resume: RunHeader | null,
  kill: Scene['kills'][number] | undefined,
): Promise<ReplayResult | null> {
  let step = 0;
  let dead = false;
  const next = (before: boolean) => {
    if (dead) throw new Killed();
    if (before) step++;
    if (kill !== undefined && step > kill.step && kill.after !== before) {
      dead = true;
      throw new Killed();
    }
  };
  const faulted = (kind: string) => scene.faults.some((fault) => fault.step === step && fault.kind === kind);
  const ofBatches = (operation: Operation) => operation !== 'describe';
  at.queues.faults = {
    before: (operation) => {
      next(true);
      if (!ofBatches(operation)) return;
      if (faulted('broken')) throw new CvopsError('ConnectionBroken', ExitCode.failed, 'broken');
      if (faulted('throttled')) throw new CvopsError('Throttled', ExitCode.failed, 'throttled');
    },
    after: (operation) => {
      next(false);
      if (ofBatches(operation) && faulted('lost')) throw new CvopsError('ConnectionBroken', ExitCode.failed, 'lost');
    },
    entry: (_operation, index) =>
      faulted('entry') && index % 2 === 0 ? { code: 'InternalError', senderFault: false } : undefined,
  };
  at.ledgers.onWrite = { before: () => next(true), after: () => next(false) };
  try {
    const events = replay(
      at,
      replayOptions({
        dlq: await at.queues.describe(at.dlq),
        target: await at.queues.describe(at.source),
        resume,
        concurrency: scene.concurrency,
      }),
      new AbortController().signal,
    );
    return await resultOf(events);
  } catch (cause) {
    if (cause instanceof Killed) return null;
    throw cause;
  } finally {
    at.queues.faults = {};
    at.ledgers.onWrite = {};
  }
}

/** Lives until one is not killed, resuming each time (or beginning anew where no ledger was made). */
async function play(scene: Scene): Promise<{ at: World; result: ReplayResult }> {
  const at = world(scene);
  for (let life = 0; ; life++) {
    const [runId] = await at.ledgers.list();
    const resumable = runId !== undefined && at.ledgers.files.get(runId)!.length > 0;
    const header = resumable ? (await at.ledgers.ends(runId)).header : null;
    if (runId !== undefined && !resumable) at.ledgers.files.delete(runId);
    const result = await live(at, scene, header, scene.kills[life]);
    if (result !== null) return { at, result };
    at.clock.skip(scene.pauseSeconds * 1000);
  }
}

const bodies = (at: World, name: string) => at.queues.messages(name).map((message) => message.body);
const all = (scene: Scene) => scene.groups.map((_, n) => `${n}`).sort();

function expectOrderInGroups(at: World): void {
  const last = new Map<string, number>();
  for (const { groupId, body } of at.queues.messages(at.source)) {
    expect(Number(body)).toBeGreaterThan(last.get(groupId!) ?? -1);
    last.set(groupId!, Number(body));
  }
}

describe('a replay that is killed at any step and resumed', PATIENT, () => {
  test('inside the deduplication window ends with every message in the target: on FIFO once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(scene(fc.integer({ min: 0, max: 60 })), async (scene) => {
        const { at, result } = await play(scene);
        expect(bodies(at, at.dlq)).toEqual([]);
        const arrived = bodies(at, at.source).sort();
        if (scene.fifo) {
          expect(arrived).toEqual(all(scene));
          expectOrderInGroups(at);
        } else {
          expect([...new Set(arrived)]).toEqual(all(scene));
        }
        expect(result).toMatchObject({ failed: 0, uncertain: 0, suppressed: 0, remaining: 0, undeleted: 0 });
      }),
      { numRuns: 1_500 * campaign },
    );
  });

  test('after the deduplication window loses nothing, and on FIFO delivers nothing twice or out of order', async () => {
    await fc.assert(
      fc.asyncProperty(scene(fc.integer({ min: 280, max: 100_000 })), async (scene) => {
        const { at, result } = await play(scene);
        const arrived = bodies(at, at.source).sort();
        expect([...new Set([...arrived, ...bodies(at, at.dlq)])].sort()).toEqual(all(scene));
        if (!scene.fifo) return;
        expect(arrived).toEqual([...new Set(arrived)]);
        expectOrderInGroups(at);
        expect(result.remaining).toBeGreaterThanOrEqual(result.uncertain);
        if (result.uncertain === 0) expect(bodies(at, at.dlq)).toEqual([]);
      }),
      { numRuns: 500 * campaign },
    );
  });

  test('with every message of the dead-letter queue visible at the end', async () => {
    await fc.assert(
      fc.asyncProperty(scene(fc.constant(400)), async (scene) => {
        const { at } = await play(scene);
        expect(at.queues.inFlight(at.dlq)).toBe(0);
      }),
      { numRuns: 200 * campaign },
    );
  });
});
