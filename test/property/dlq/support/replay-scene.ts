import fc from 'fast-check';
import type { Queues } from '../../../../src/lib/aws/ports/queues.ts';
import type { Clock } from '../../../../src/lib/clock.ts';
import type { RunHeader } from '../../../../src/lib/dlq/ledger/ledger-record.ts';
import type { Ledgers } from '../../../../src/lib/dlq/ledger/ledgers.ts';
import { replay } from '../../../../src/lib/dlq/replay/replay.ts';
import type { ReplayResult } from '../../../../src/lib/dlq/replay/replay-result.ts';
import type { FaultRule } from '../../../../src/lib/simulator/kernel/faults.ts';
import type { Simulator } from '../../../../src/lib/simulator/simulator.ts';
import type { PlantedMessage } from '../../../../src/lib/simulator/sqs/planted-message.ts';
import type { QueuedMessage } from '../../../../src/lib/simulator/sqs/queue-content.ts';
import { replayOptions } from '../../../unit/lib/dlq/support/replay-options.ts';
import { type Letters, lettersOf } from './dead-letters.ts';
import { faultRules } from './fault-rules.ts';
import { Killed, Life, mortalLedgers, mortalQueues, type TearableLedgers } from './mortal.ts';

/** One life of the program, and what comes after it. */
export interface LifePlan {
  /** How it starts; the first of a scene is a new run in any case. */
  readonly way: 'resume' | 'new' | 'both';
  /** Where it is killed, in thousandths of the steps that the replay takes without faults. */
  readonly kill: number;
  readonly after: boolean;
  /** How much of what was not acknowledged yet is on disk. */
  readonly tear: number;
  readonly pauseSeconds: number;
}

export interface Scene extends Letters {
  readonly concurrency: number;
  /** Attempts that the SDK would make of a call. */
  readonly attempts: number;
  readonly rules: readonly FaultRule[];
  readonly lives: readonly LifePlan[];
  /** How the last one starts, which nothing disturbs. */
  readonly lastWay: 'resume' | 'new';
  /** This machine's clock against the server's. */
  readonly skewMinutes: number;
}

export interface SceneSize {
  readonly count: fc.Arbitrary<number>;
  readonly groups: fc.Arbitrary<number>;
  readonly large: fc.Arbitrary<number>;
}

export const SMALL: SceneSize = {
  count: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1, max: 25 }) },
    { weight: 1, arbitrary: fc.integer({ min: 26, max: 200 }) },
  ),
  groups: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 200 })),
  large: fc.oneof({ weight: 30, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) }),
};

export function scenes(size: SceneSize, pauseSeconds: fc.Arbitrary<number>): fc.Arbitrary<Scene> {
  return fc.record({
    fifo: fc.boolean(),
    ...size,
    seed: fc.nat(0xffff),
    concurrency: fc.constantFrom(1, 2, 5, 16, 64),
    attempts: fc.constantFrom(1, 3),
    rules: faultRules,
    lives: fc.array(
      fc.record({
        way: fc.constantFrom('resume', 'new', 'both'),
        kill: fc.oneof({ weight: 3, arbitrary: fc.nat(1_000) }, { weight: 1, arbitrary: fc.nat(2_500) }),
        after: fc.boolean(),
        tear: fc.constantFrom(0, 1, 0.5, 0.99, 0.1),
        pauseSeconds,
      }),
      { minLength: 1, maxLength: 3 },
    ),
    lastWay: fc.constantFrom('resume', 'new'),
    skewMinutes: fc.constantFrom(0, 0, 0, 10, -10),
  });
}

/** Where a scene is played. */
export interface Stage {
  readonly simulator: Simulator;
  readonly ledgers: TearableLedgers;
  readonly queues: () => Queues;
  readonly clock: Clock;
  /** Lets so much simulated time pass. */
  readonly pass: (ms: number) => Promise<void>;
  /** What the dead-letter queue holds; without it, what the scene says. */
  readonly letters?: (scene: Scene) => readonly PlantedMessage[];
  /** Ends what disturbs the calls, before the last life. */
  readonly calm?: () => void | Promise<void>;
}

export interface Played {
  readonly letters: readonly PlantedMessage[];
  readonly arrived: readonly QueuedMessage[];
  readonly left: readonly QueuedMessage[];
  readonly last: ReplayResult;
  /** Where what remains was not told right. */
  readonly misjudged: readonly string[];
  /** The last result of each run that told one. */
  readonly told: ReadonlyMap<string, ReplayResult>;
  /** Copies that the ledgers call possible twins, by run. */
  readonly twins: ReadonlyMap<string, number>;
  /** What each kill hit. */
  readonly kills: readonly string[];
  /** One of two processes at once was killed. */
  readonly killedBeside: boolean;
  readonly elapsedMs: number;
}

/** `LONGEST_PATIENT_SECONDS` of the visibility keeper. */
const LONGEST_ASIDE_MS = 900_000;
export const DLQ_RETENTION_SECONDS = 1_209_600;

export function namesOf({ fifo }: Pick<Scene, 'fifo'>): { dlq: string; live: string } {
  return fifo ? { dlq: 'dead.fifo', live: 'live.fifo' } : { dlq: 'dead', live: 'live' };
}

export async function setStage(simulator: Simulator, scene: Scene, retentionSeconds = DLQ_RETENTION_SECONDS) {
  const { dlq, live } = namesOf(scene);
  const type = scene.fifo ? { FifoQueue: 'true' } : {};
  const create = (QueueName: string, Attributes: object) =>
    simulator.call('sqs', 'CreateQueue', { QueueName, Attributes: { ...type, ...Attributes } });
  await create(dlq, { MessageRetentionPeriod: String(retentionSeconds) });
  await create(live, {});
}

/** Lives one life after the other, then a last one in peace. */
export async function play(stage: Stage, scene: Scene): Promise<Played> {
  const { simulator, ledgers } = stage;
  const { dlq, live } = namesOf(scene);
  const letters = (stage.letters ?? lettersOf)(scene);
  const sqs = () => simulator.region().sqs;
  sqs().plant(dlq, letters);
  for (const rule of scene.rules) simulator.faults.add(rule);
  const startedAt = simulator.clock.now();
  const kills: string[] = [];
  const told = new Map<string, ReplayResult>();
  let killedBeside = false;
  for (const [n, plan] of scene.lives.entries()) {
    const resume = await lastRun(ledgers);
    const starts =
      n === 0 || resume === null ? [null] : plan.way === 'both' ? [resume, null] : [plan.way === 'new' ? null : resume];
    const ends = await Promise.all(
      starts.map((each, k) => {
        const mortal = k === starts.length - 1;
        return lead(
          stage,
          scene,
          each,
          new Life(mortal ? { step: stepOf(scene, plan), after: plan.after } : null),
          plan.tear,
        );
      }),
    );
    for (const [k, { result, killedAt }] of ends.entries()) {
      if (result !== null) told.set(result.runId, result);
      if (killedAt === null) continue;
      // What it told before is no longer the last word.
      told.delete(starts[k]?.runId ?? '');
      kills.push(killedAt);
      if (starts.length > 1) killedBeside = true;
    }
    await stage.pass(plan.pauseSeconds * 1000);
  }
  simulator.faults.clear();
  await stage.calm?.();
  let last: ReplayResult;
  const misjudged: string[] = [];
  // What a killed life had set aside is hidden for up to a quarter of an hour: until then it is told of as remaining.
  for (let tries = 1; ; tries++) {
    const resume = scene.lastWay === 'new' ? null : await lastRun(ledgers);
    last = (await lead(stage, scene, resume, new Life(null), 1)).result!;
    told.set(last.runId, last);
    const { length } = sqs().content(dlq)!;
    if (last.remaining !== length) misjudged.push(`${length} remained, and ${last.remaining} were told of`);
    if (last.remaining === 0 || last.uncertain > 0 || tries === 3) break;
    await stage.pass(LONGEST_ASIDE_MS);
  }
  return {
    letters,
    arrived: sqs().content(live)!,
    left: sqs().content(dlq)!,
    last,
    misjudged,
    told,
    twins: await twinsByRun(ledgers),
    kills,
    killedBeside,
    elapsedMs: simulator.clock.now() - startedAt,
  };
}

/** One life; the result is null when it was killed. */
async function lead(
  stage: Stage,
  scene: Scene,
  resume: RunHeader | null,
  life: Life,
  tear: number,
): Promise<{ result: ReplayResult | null; killedAt: string | null }> {
  const { dlq, live } = namesOf(scene);
  const queues = mortalQueues(stage.queues(), life);
  const clock = skewed(stage.clock, scene.skewMinutes * 60_000);
  try {
    const events = replay(
      { queues, ledgers: mortalLedgers(stage.ledgers, life, tear), clock },
      replayOptions({
        dlq: await queues.describe(dlq),
        target: await queues.describe(live),
        resume,
        concurrency: scene.concurrency,
      }),
      new AbortController().signal,
    );
    for await (const event of events) {
      if (event.type !== 'finished') continue;
      // Whatever goes wrong with the last write, the work is done; but who is dead tells nobody.
      return { result: life.killedAt === null ? event.result : null, killedAt: life.killedAt };
    }
    throw new Error('a replay without a result');
  } catch (cause) {
    if (cause instanceof Killed) return { result: null, killedAt: life.killedAt };
    throw cause;
  }
}

/** The newest run whose beginning is on disk: one without began nothing. */
async function lastRun(ledgers: Ledgers): Promise<RunHeader | null> {
  for (const runId of await ledgers.list()) {
    try {
      return (await ledgers.ends(runId)).header;
    } catch {
      // Cut off in its first line.
    }
  }
  return null;
}

async function twinsByRun(ledgers: Ledgers): Promise<ReadonlyMap<string, number>> {
  const twins = new Map<string, number>();
  for (const runId of await ledgers.list()) {
    let count = 0;
    for await (const record of ledgers.read(runId)) {
      if (record.type === 'sent') count += record.messages.filter(({ twin }) => twin === true).length;
    }
    twins.set(runId, count);
  }
  return twins;
}

/** A replay without faults takes about five steps a batch: receive, intent, send, sent, delete. */
function stepOf({ fifo, count, groups }: Scene, { kill }: LifePlan): number {
  const batches = Math.ceil(fifo ? Math.max(count / 10, count / groups) : count / 10);
  return 1 + Math.floor((kill * (6 + 5 * batches)) / 1_000);
}

function skewed(clock: Clock, byMs: number): Clock {
  return { now: () => clock.now() + byMs, sleep: (ms, signal) => clock.sleep(ms, signal) };
}
