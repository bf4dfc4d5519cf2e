import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CvopsError } from '../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../src/lib/errors/exit-code.ts';
import { parseAliasRecord } from '../../../src/lib/release/alias-record.ts';
import { findSplit, recover } from '../../../src/lib/release/recover.ts';
import { planRollback } from '../../../src/lib/release/rollback.ts';
import { ALIAS, FUNCTION } from '../../unit/lib/release/support/fake-functions.ts';
import { ReleaseWorld } from '../../unit/lib/release/support/release-world.ts';

/** What ends the process: after it no call does anything any more, and no time passes for it. */
class Killed extends Error {}

interface Kill {
  /** Which of its calls it dies at. */
  readonly step: number;
  /** The call's work is done, and only its answer never came. */
  readonly after: boolean;
}

/** One life of a release; answers null when it was killed, and how many calls it made. */
async function live(world: ReleaseWorld, kill: Kill | undefined, percents: readonly number[]) {
  let calls = 0;
  let dead = false;
  const step = (before: boolean) => {
    if (dead) throw new Killed();
    if (before) calls++;
    if (kill !== undefined && calls > kill.step && before !== kill.after) {
      dead = true;
      throw new Killed();
    }
  };
  const { clock, metrics } = world;
  const functions = world.functions.port({ before: () => step(true), after: () => step(false) });
  const ports = world.ports({
    functions,
    metrics: {
      invocationCounts: async (query) => {
        step(true);
        const counts = await metrics.invocationCounts(query);
        step(false);
        return counts;
      },
      queueReadings: () => metrics.queueReadings(),
    },
    clock: {
      now: () => clock.now(),
      sleep: async (ms, signal) => {
        if (dead) throw new Killed();
        await clock.sleep(ms, signal);
      },
    },
  });
  try {
    return { result: await world.release({ percents }, ports), calls };
  } catch (cause) {
    if (cause instanceof Killed) return { result: null, calls };
    throw cause;
  }
}

/** What must hold of the alias whenever nobody is at it: one version has all traffic, and the way back is known. */
function expectWhole(world: ReleaseWorld): void {
  const { alias } = world.functions;
  expect(alias.weights).toEqual({});
  const record = parseAliasRecord(alias.description);
  if (record !== undefined) expect(record.version).toBe(alias.version);
  if (alias.version === '6') expect(record).toMatchObject({ kind: 'promote', previous: '5' });
  else expect(alias.version).toBe('5');
}

async function mend(world: ReleaseWorld, action: 'abort' | 'finish') {
  const ports = world.ports();
  const { split } = await findSplit(ports, FUNCTION, ALIAS);
  if (split !== null) await recover(ports, split, action, { by: 'bo', reason: null }, 'r-20260807T130000Z-0002');
  return split;
}

const steps = fc
  .uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 3 })
  .map((percents) => [...percents].sort((a, b) => a - b));

describe('a release in steps that is killed', () => {
  test('at any of its calls, before or after the work, is mended by recover from another machine', async () => {
    const { calls } = await live(new ReleaseWorld(), undefined, [10, 50]);
    expect(calls).toBeGreaterThan(40);
    let splits = 0;
    for (let step = 0; step < calls; step++) {
      for (const after of [false, true]) {
        for (const action of ['abort', 'finish'] as const) {
          const world = new ReleaseWorld();
          const { result } = await live(world, { step, after }, [10, 50]);
          if (result !== null) throw new Error(`it outlived the kill at call ${step}`);
          // Whatever was left, the old version is in charge until all traffic has moved.
          expect(world.functions.alias.version === '5' || Object.keys(world.functions.alias.weights).length === 0).toBe(
            true,
          );
          const found = await mend(world, action);
          splits += found === null ? 0 : 1;
          expectWhole(world);
          if (found !== null) expect(world.functions.alias.version).toBe(action === 'abort' ? '5' : '6');
          expect(await mend(world, action)).toBeNull();
          // The way back of what serves now is as known as if nothing had happened.
          if (world.functions.alias.version === '6') {
            const plan = await planRollback(world.ports(), { functionName: FUNCTION, alias: ALIAS, to: undefined });
            expect(plan).toMatchObject({ to: '5', basis: 'record' });
          }
        }
      }
    }
    expect(splits).toBeGreaterThan(100);
  });

  test('can be begun again after it was mended, with any steps and any health', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.record({ step: fc.integer({ min: 0, max: 150 }), after: fc.boolean() }),
        fc.constantFrom(0, 0.02, 0.4),
        async (percents, kill, errorRate) => {
          const world = new ReleaseWorld();
          world.metrics.errorRates = { 5: 0.02, 6: errorRate };
          world.metrics.perSecond = 50;
          const { result } = await live(world, kill, percents);
          if (result !== null) {
            expectWhole(world);
            return;
          }
          await mend(world, 'abort');
          expectWhole(world);
          if (world.functions.alias.version === '6') return;
          const again = await live(world, undefined, percents).catch((cause: CvopsError) => cause);
          expectWhole(world);
          // Killed in the middle of going back, it is known as bad, and refused.
          if (again instanceof CvopsError) expect(again.code).toBe('VersionQuarantined');
          else expect(again.result?.verdict).toBe(errorRate > 0.1 ? 'FAIL' : 'PASS');
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('a release in steps whose calls fail at random', () => {
  test('ends whole, or says that it could not and recover mends it', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.array(
          fc.record({
            step: fc.integer({ min: 0, max: 120 }),
            after: fc.boolean(),
            code: fc.constantFrom('ConnectionBroken', 'Throttled', 'AccessDenied'),
            times: fc.integer({ min: 1, max: 6 }),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        async (percents, faults) => {
          const world = new ReleaseWorld();
          let calls = 0;
          const fail = (after: boolean) => {
            for (const fault of faults) {
              if (fault.after !== after || calls <= fault.step || calls > fault.step + fault.times) continue;
              throw new CvopsError(
                fault.code,
                fault.code === 'AccessDenied' ? ExitCode.setup : ExitCode.failed,
                'failed.',
              );
            }
          };
          world.functions.hooks = {
            before: () => {
              calls++;
              fail(false);
            },
            after: () => fail(true),
          };
          const outcome = await world.release({ percents }).catch((cause: unknown) => cause);
          world.functions.hooks = {};
          const isLeft = Object.keys(world.functions.alias.weights).length > 0;
          if (isLeft) expect(outcome).toMatchObject({ code: 'SplitLeft' });
          await mend(world, 'abort');
          expectWhole(world);
        },
      ),
      { numRuns: 300 },
    );
  });
});
