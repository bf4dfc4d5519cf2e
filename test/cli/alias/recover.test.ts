import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatAliasRecord } from '../../../src/lib/release/alias-record.ts';
import { ReleasedFunction } from '../../support/released-function.ts';
import { jsonOf, runCli } from '../../support/run-cli.ts';

let released: ReleasedFunction;
beforeEach(async () => {
  released = await ReleasedFunction.start(3);
  await released.foreignMove({ version: '2' });
});
afterEach(() => released.stop());

const cvops = (...argv: string[]) => runCli([...argv, '--json'], { ...released.host });
const recover = (...flags: string[]) => cvops('alias', 'recover', 'processor', '--yes', ...flags);

const SINCE = Date.UTC(2026, 0, 1);

/** A release in steps whose process died. */
const leave = () =>
  released.foreignMove({
    weights: { 3: 0.1 },
    description: formatAliasRecord({
      releaseId: 'r-20260101T000000Z-0000',
      kind: 'canary',
      version: '2',
      previous: '1',
      step: 10,
      canary: '3',
      at: SINCE,
      by: 'ana',
      quarantined: [],
      reason: null,
    }),
  });

describe('alias recover', () => {
  test('has nothing to do where one version serves all', async () => {
    const before = await released.alias();
    const result = await recover();
    expect(result.code).toBe(0);
    expect(jsonOf(result).data).toMatchObject({ action: 'none', split: null, version: '2' });
    expect(await released.alias()).toEqual(before);
  });

  test('gives the traffic back to the version in charge, and says since when and by whom it was split', async () => {
    await leave();
    const { data, next, warnings } = jsonOf(await recover());
    expect(data).toMatchObject({
      action: 'aborted',
      version: '2',
      releaseId: expect.stringMatching(/^r-/),
      split: {
        version: '3',
        weight: 0.1,
        stable: '2',
        since: '2026-01-01T00:00:00.000Z',
        by: 'ana',
        releaseId: 'r-20260101T000000Z-0000',
      },
    });
    expect(warnings).toEqual([]);
    expect(next[0]?.command).toBe('cvops alias promote processor --to 3 --canary 10');
    const { version, weights, description } = await released.alias();
    expect({ version, weights }).toEqual({ version: '2', weights: {} });
    expect(description).toContain(`id=${data.releaseId} kind=abort version=2 previous=1`);
    expect(await released.ledger()).toMatchObject([
      {
        id: data.releaseId,
        kind: 'recover',
        outcome: 'succeeded',
        from: '2',
        to: '2',
        undoes: 'r-20260101T000000Z-0000',
      },
    ]);
    // Nobody judged it: it may be released again.
    expect(jsonOf(await cvops('alias', 'promote', 'processor', '--dry-run')).data).toMatchObject({ to: '3' });
  });

  test('--finish gives it to the new one, with the way back', async () => {
    await leave();
    expect(jsonOf(await recover('--finish')).data).toMatchObject({ action: 'finished', version: '3' });
    expect(await released.alias()).toMatchObject({ version: '3', weights: {} });
    expect(jsonOf(await cvops('alias', 'rollback', 'processor', '--yes')).data).toMatchObject({
      to: '2',
      basis: 'record',
    });
  });

  test('--finish remembers the commit that a deployment published, and says where it may not be asked for', async () => {
    const sha = 'c0ffee'.padEnd(40, '0');
    const Description = `cvops d-20260101T000000Z-0000 git ${sha} 2025-12-31T10:00:00.000Z`;
    const FunctionName = released.name;
    await released.operate('lambda', 'UpdateFunctionConfiguration', { FunctionName, MemorySize: 256 });
    await released.simulator.clock.advance(10_000);
    await released.operate('lambda', 'PublishVersion', { FunctionName, Description });
    await released.foreignMove({ weights: { 4: 0.1 } });
    await recover('--finish');
    expect((await released.ledger()).at(-1)).toMatchObject({
      kind: 'recover',
      to: '4',
      codeSha256: expect.stringMatching(/^\S{40,}/),
      git: { sha, committedAt: Date.UTC(2025, 11, 31, 10) },
    });
    await released.foreignMove({ weights: { 1: 0.1 } });
    const error = { code: 'AccessDeniedException', statusCode: 403 };
    released.simulator.faults.add({ service: 'lambda', operation: 'GetFunctionConfiguration', error });
    expect(jsonOf(await recover('--finish')).warnings).toMatchObject([
      { code: 'CommitUnknown', message: expect.stringContaining('lambda:GetFunctionConfiguration') },
    ]);
  });

  test('ends a split that somebody made by hand, and names them from CloudTrail', async () => {
    await released.foreignMove({ weights: { 1: 0.5 } });
    const { data } = jsonOf(await recover());
    expect(data).toMatchObject({
      action: 'aborted',
      split: { version: '1', weight: 0.5, since: expect.any(String), by: expect.stringContaining('JavaScript') },
    });
    expect(data.split.releaseId).toBeNull();
    expect(await released.alias()).toMatchObject({ version: '2', weights: {} });
  });

  test('--dry-run looks and leaves it', async () => {
    await leave();
    const before = await released.alias();
    expect(jsonOf(await recover('--dry-run')).data).toMatchObject({ action: 'planned', version: '2' });
    expect(await released.alias()).toEqual(before);
  });

  test('warns that a young release may still be watched', async () => {
    await released.foreignMove({
      weights: { 3: 0.1 },
      description: `cvops/1 id=r-1 kind=canary version=2 previous=1 step=10 canary=3 at=${new Date().toISOString()} by=ana bad=`,
    });
    expect(jsonOf(await recover()).warnings).toMatchObject([{ code: 'MayBeUnderWay' }]);
  });

  test('does not finish with a version that was rolled back from', async () => {
    await cvops('alias', 'promote', 'processor', '--yes', '--no-smoke');
    await cvops('alias', 'rollback', 'processor', '--yes');
    await released.foreignMove({ weights: { 3: 0.1 } });
    const result = await recover('--finish');
    expect(result.code).toBe(6);
    expect(jsonOf(result).error.code).toBe('VersionQuarantined');
    expect(await released.alias()).toMatchObject({ version: '2', weights: { 3: 0.1 } });
  });
});
