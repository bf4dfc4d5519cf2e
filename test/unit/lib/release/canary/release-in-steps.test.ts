import { beforeEach, describe, expect, test } from 'vitest';
import { CvopsError } from '../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';
import { formatAliasRecord, parseAliasRecord } from '../../../../../src/lib/release/alias-record.ts';
import { ReleaseWorld } from '../support/release-world.ts';

let world: ReleaseWorld;
beforeEach(() => {
  world = new ReleaseWorld();
});

const MINUTE_MS = 60_000;
const record = () => parseAliasRecord(world.functions.alias.description);
const shares = () => world.functions.past.map(({ version, weights }) => [version, weights['6'] ?? 0]);
const looks = () => world.events.filter((event) => event.type === 'look');
const interrupted = new CvopsError('Interrupted', ExitCode.interrupted, 'interrupted.');

/** Does something once the release is so far on. */
function at(afterMs: number, act: () => void): void {
  void world.clock.sleep(afterMs).then(act);
}

describe('a release in steps', () => {
  test('of a healthy version takes every step with the old one in charge, then moves all traffic in one call', async () => {
    const result = await world.release({ percents: [10, 50] });
    expect(result).toMatchObject({ verdict: 'PASS', interrupted: null });
    expect(shares()).toEqual([
      ['5', 0],
      ['5', 0.1],
      ['5', 0.5],
      ['6', 0],
    ]);
    expect(result.steps.map(({ percent, judgement }) => [percent, judgement?.verdict])).toEqual([
      [10, 'PASS'],
      [50, 'PASS'],
    ]);
    expect(record()).toMatchObject({ kind: 'promote', version: '6', previous: '5', step: 100, quarantined: [] });
    expect(record()).not.toHaveProperty('canary');
  });

  test('keeps its record in the alias at each step', async () => {
    const seen: unknown[] = [];
    world.functions.hooks = { after: (call) => call === 'updateAlias' && seen.push(record()) };
    await world.release();
    expect(seen).toMatchObject([
      { releaseId: 'r-20260807T120000Z-0001', kind: 'canary', version: '5', canary: '6', step: 10 },
      { releaseId: 'r-20260807T120000Z-0001', kind: 'canary', version: '5', canary: '6', step: 50 },
      { releaseId: 'r-20260807T120000Z-0001', kind: 'promote', version: '6', previous: '5' },
    ]);
  });

  test('watches each step for the whole bake, and then as long as an invocation may take', async () => {
    world.metrics.perSecond = 50;
    const result = await world.release({ percents: [10] });
    const [step] = result.steps;
    expect(step!.endedAt - step!.startedAt).toBe(5 * MINUTE_MS + 10_000);
    expect(looks().map(({ at }) => at - step!.startedAt)).toEqual(
      [1, 2, 3, 4, 5].map((n) => n * MINUTE_MS + (n === 5 ? 10_000 : 0)),
    );
  });

  test('of a version that fails more goes back in one call, and remembers that it is bad', async () => {
    world.metrics.errorRates = { 6: 0.3, 5: 0.02 };
    const result = await world.release({ percents: [10, 50] });
    expect(result.verdict).toBe('FAIL');
    // 12 invocations a minute: the sample is there at the fifth look, and so much harm is seen then.
    expect(looks()).toHaveLength(5);
    expect(shares()).toEqual([
      ['5', 0],
      ['5', 0.1],
      ['5', 0],
    ]);
    expect(record()).toMatchObject({ kind: 'abort', version: '5', quarantined: ['6'] });
    expect(world.events.at(-1)).toMatchObject({ type: 'aborted', version: '5' });
    await expect(world.plan()).rejects.toMatchObject({ code: 'VersionQuarantined' });
  });

  test('of a fix goes through while production fails more', async () => {
    world.metrics.errorRates = { 5: 0.5, 6: 0.01 };
    expect((await world.release()).verdict).toBe('PASS');
  });

  test('without enough traffic waits to its limit, goes back, and does not call the version bad', async () => {
    world.metrics.perSecond = 0.2;
    const result = await world.release({ percents: [10], maxBakeMs: 15 * MINUTE_MS });
    expect(result.verdict).toBe('INCONCLUSIVE');
    expect(result.steps[0]!.endedAt - result.steps[0]!.startedAt).toBe(15 * MINUTE_MS + 10_000);
    expect(result.steps[0]!.judgement?.sample).toMatchObject({ have: 18, need: 50, etaSeconds: expect.any(Number) });
    expect(record()).toMatchObject({ kind: 'abort', version: '5', quarantined: [] });
    expect(world.functions.alias.weights).toEqual({});
  });

  test('goes on as soon as there is enough, past the end of the bake', async () => {
    world.metrics.perSecond = 1;
    const result = await world.release({ percents: [10], maxBakeMs: 20 * MINUTE_MS });
    expect(result.verdict).toBe('PASS');
    expect(result.steps[0]!.endedAt - result.steps[0]!.startedAt).toBe(10 * MINUTE_MS + 10_000);
  });

  test('metrics that cannot be read are no pass, and told before any traffic moves', async () => {
    world.metrics.failure = new CvopsError(
      'AccessDenied',
      ExitCode.setup,
      'not allowed to cloudwatch:GetMetricStatistics.',
    );
    await expect(world.release()).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(shares()).toEqual([['5', 0]]);
  });

  test('metrics that go blind on the way end in no verdict, and back', async () => {
    at(2 * MINUTE_MS + 1, () => {
      world.metrics.failure = new CvopsError('Throttled', ExitCode.failed, 'throttled.');
    });
    const result = await world.release({ percents: [10] });
    expect(result.verdict).toBe('INCONCLUSIVE');
    expect(result.steps[0]!.judgement?.reasons[0]).toMatchObject({ code: 'unreadable' });
    expect(world.functions.alias).toMatchObject({ version: '5', weights: {} });
  });

  test('Ctrl-C goes back once and says so', async () => {
    const abort = new AbortController();
    at(90_000, () => abort.abort(interrupted));
    const result = await world.release({}, world.ports(), abort.signal);
    expect(result).toMatchObject({ verdict: 'INCONCLUSIVE', interrupted });
    expect(shares()).toEqual([
      ['5', 0],
      ['5', 0.1],
      ['5', 0],
    ]);
    expect(record()).toMatchObject({ kind: 'abort', quarantined: [] });
  });

  test('Ctrl-C before the first step changes nothing', async () => {
    const signal = AbortSignal.abort(interrupted);
    await expect(world.release({}, world.ports(), signal)).rejects.toBe(interrupted);
    expect(shares()).toEqual([['5', 0]]);
  });

  test('somebody else’s change ends the release at the next look; the alias is left as they made it', async () => {
    at(90_000, () => world.functions.write({ version: '4', weights: {} }));
    world.trail = [
      {
        at: 0,
        eventName: 'UpdateAlias20150331',
        by: 'arn:aws:iam::000000000000:user/bo',
        userAgent: 'aws-cli/2.17.1',
        functionName: 'processor',
        alias: 'live',
        version: '4',
        failed: false,
      },
    ];
    await expect(world.release()).rejects.toMatchObject({
      code: 'RevisionConflict',
      exitCode: 1,
      message:
        'alias "live" of processor was changed in between by arn:aws:iam::000000000000:user/bo with the AWS CLI: it serves version 4 instead of version 5 with 6 at 10 %; this release stops and leaves the alias as it is.',
    });
    expect(shares().at(-1)).toEqual(['4', 0]);
  });

  test('an answer from before our own change is not somebody else’s', async () => {
    const first = world.functions.alias;
    const functions = world.functions.port();
    let stale = 1;
    const ports = world.ports({
      functions: {
        ...functions,
        getAlias: async (name, alias) =>
          world.functions.past.length === 2 && stale-- > 0 ? first : functions.getAlias(name, alias),
      },
    });
    expect((await world.release({}, ports)).verdict).toBe('PASS');
  });

  test.each([1, 2, 3])('the answer to change %i is lost after it was done: the release goes on', async (lost) => {
    let writes = 0;
    world.functions.hooks = {
      after: (call) => {
        if (call === 'updateAlias' && ++writes === lost)
          throw new CvopsError('ConnectionBroken', ExitCode.failed, 'broken.');
      },
    };
    expect((await world.release()).verdict).toBe('PASS');
    expect(shares().at(-1)).toEqual(['6', 0]);
  });

  test('a change that is refused ends the release, with the traffic back', async () => {
    let writes = 0;
    world.functions.hooks = {
      before: (call) => {
        if (call === 'updateAlias' && ++writes === 2)
          throw new CvopsError('AccessDenied', ExitCode.setup, 'not allowed.');
      },
    };
    await expect(world.release()).rejects.toMatchObject({
      code: 'AccessDenied',
      message: 'not allowed. The release was ended: version 5 serves everything.',
    });
    expect(world.functions.alias).toMatchObject({ version: '5', weights: {} });
  });

  test('with much traffic the first look is enough to end a bad one', async () => {
    world.metrics.perSecond = 50;
    world.metrics.errorRates = { 6: 0.3 };
    const result = await world.release();
    expect(result.verdict).toBe('FAIL');
    expect(result.steps[0]!.endedAt - result.steps[0]!.startedAt).toBe(MINUTE_MS);
  });

  test('an error that hides somebody else’s change ends in the conflict, and leaves their change', async () => {
    let writes = 0;
    world.functions.hooks = {
      before: (call) => {
        if (call !== 'updateAlias' || ++writes !== 2) return;
        world.functions.write({ version: '4', weights: {}, description: '' });
        throw new CvopsError('AccessDenied', ExitCode.setup, 'not allowed.');
      },
    };
    await expect(world.release()).rejects.toMatchObject({ code: 'RevisionConflict' });
    expect(shares().at(-1)).toEqual(['4', 0]);
  });

  test('the last answer is lost and the alias cannot be read for a while: the release is known as done', async () => {
    let writes = 0;
    let blind = 0;
    world.functions.hooks = {
      before: (call) => {
        if (call === 'getAlias' && blind-- > 0) throw new CvopsError('Throttled', ExitCode.failed, 'throttled.');
      },
      after: (call) => {
        if (call !== 'updateAlias' || ++writes !== 3) return;
        blind = 2;
        throw new CvopsError('ConnectionBroken', ExitCode.failed, 'broken.');
      },
    };
    expect((await world.release()).verdict).toBe('PASS');
    expect(shares().at(-1)).toEqual(['6', 0]);
  });

  test('a split that cannot be ended is told, with the command that ends it', async () => {
    world.metrics.errorRates = { 6: 0.5 };
    let writes = 0;
    world.functions.hooks = {
      before: (call) => {
        if (call === 'updateAlias' && ++writes > 1)
          throw new CvopsError('CredentialsExpired', ExitCode.setup, 'expired.');
      },
    };
    await expect(world.release()).rejects.toMatchObject({
      code: 'SplitLeft',
      exitCode: ExitCode.setup,
      hint: expect.stringContaining('cvops alias recover'),
    });
    expect(world.functions.alias).toMatchObject({ version: '5', weights: { 6: 0.1 } });
  });

  test('a way back that is throttled is tried again', async () => {
    world.metrics.errorRates = { 6: 0.5 };
    let writes = 0;
    world.functions.hooks = {
      before: (call) => {
        writes += call === 'updateAlias' ? 1 : 0;
        if (call === 'updateAlias' && (writes === 2 || writes === 3)) {
          throw new CvopsError('Throttled', ExitCode.failed, 'throttled.');
        }
      },
    };
    expect((await world.release()).verdict).toBe('FAIL');
    expect(world.functions.alias).toMatchObject({ version: '5', weights: {} });
  });

  test('a version that was rolled back from is cleared by all the traffic, not by the try', async () => {
    const bad = { releaseId: 'r-1', kind: 'rollback', version: '5', previous: '6', step: 100, at: 0, by: '' } as const;
    const description = formatAliasRecord({ ...bad, quarantined: ['6'], reason: null });
    world.functions.write({ description });
    const abort = new AbortController();
    at(90_000, () => abort.abort(interrupted));
    await world.release({ force: true }, world.ports(), abort.signal);
    expect(record()).toMatchObject({ kind: 'abort', version: '5', quarantined: ['6'] });
    world.functions.write({ description });
    world.metrics.errorRates = { 6: 0.5 };
    await world.release({ force: true });
    expect(record()).toMatchObject({ kind: 'abort', version: '5', quarantined: ['6'] });
    world.functions.write({ description });
    world.metrics.errorRates = {};
    await world.release({ force: true });
    expect(record()).toMatchObject({ kind: 'promote', version: '6', quarantined: [] });
  });

  test('keeps what was served before, what is bad and what others wrote, through a release that is ended', async () => {
    const before = {
      releaseId: 'r-20260801T000000Z-0001',
      kind: 'promote' as const,
      version: '5',
      previous: '4',
      step: 100,
      at: world.clock.now() - 30 * MINUTE_MS,
      by: 'bo',
      quarantined: ['3'],
      reason: null,
    };
    world.functions.write({ description: formatAliasRecord(before, 'owned by data') });
    world.metrics.errorRates = { 6: 0.5 };
    await world.release();
    expect(record()).toMatchObject({ version: '5', previous: '4', quarantined: ['6', '3'] });
    expect(world.functions.alias.description).toMatch(/^owned by data cvops\/1 /);
    // What served before the last release is no part of the baseline.
    expect(world.metrics.queries[0]!.fromMs).toBe(before.at);
  });
});
