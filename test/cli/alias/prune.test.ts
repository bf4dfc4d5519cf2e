import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { observeCalls } from '../../support/observe-calls.ts';
import { ReleasedFunction } from '../../support/released-function.ts';
import { jsonOf, runCli } from '../../support/run-cli.ts';

let released: ReleasedFunction;
beforeEach(async () => {
  released = await ReleasedFunction.start(6);
});
afterEach(() => released.stop());

const cli = (...argv: string[]) => runCli([...argv, '--json'], { ...released.host });
const prune = (...flags: string[]) =>
  cli('alias', 'prune', 'processor', '--yes', '--confirm', 'cv-analytics-processor', ...flags);
const numbers = (list: readonly { version: string }[]) => list.map(({ version }) => version);

const versions = async (): Promise<string[]> => {
  const { Versions } = await released.operate('lambda', 'ListVersionsByFunction', { FunctionName: released.name });
  return numbers(Versions.map(({ Version }: { Version: string }) => ({ version: Version }))).filter(
    (each) => each !== '$LATEST',
  );
};

describe('alias prune', () => {
  test('keeps what serves, the way back, what was rolled back from, and the newest', async () => {
    await cli('alias', 'rollback', 'processor', '--to', '3', '--yes');
    // 3 serves, 6 was rolled back from; 2 is held by another alias.
    await released.operate('lambda', 'CreateAlias', { FunctionName: released.name, Name: 'old', FunctionVersion: '2' });
    const { data, warnings } = jsonOf(await prune('--keep', '1'));
    expect(warnings).toEqual([]);
    expect(numbers(data.deleted)).toEqual(['1', '4', '5']);
    expect(await versions()).toEqual(['2', '3', '6']);
    expect(
      Object.fromEntries(data.kept.map(({ version, why }: { version: string; why: string[] }) => [version, why[0]])),
    ).toEqual({
      2: 'served by alias "old"',
      3: 'served by alias "live"',
      6: 'the way back of alias "live"',
    });
  });

  test('keeps evidence that is neither new nor the way back, unless forced', async () => {
    for (const to of ['4', '3', '2']) await cli('alias', 'rollback', 'processor', '--to', to, '--yes');
    await released.publish(7);
    // 2 serves; 6, 4 and 3 were rolled back from; 7 is the newest.
    const planned = async (...flags: string[]) =>
      numbers(jsonOf(await prune('--keep', '1', '--dry-run', ...flags)).data.planned);
    expect(await planned()).toEqual(['1', '5']);
    expect(await planned('--force')).toEqual(['1', '4', '5', '6']);
  });

  test('keeps the newest N', async () => {
    expect(numbers(jsonOf(await prune('--keep', '4', '--dry-run')).data.planned)).toEqual(['1', '2']);
    expect(await versions()).toHaveLength(6);
    expect(jsonOf(await prune('--keep', '99')).data).toMatchObject({ deleted: [], planned: [] });
  });

  test('keeps both sides of a split', async () => {
    await released.foreignMove({ weights: { 2: 0.1 } });
    expect(numbers(jsonOf(await prune('--keep', '1')).data.deleted)).toEqual(['1', '3', '4', '5']);
  });

  test('a version that an alias takes up in between stays, and the others go', async () => {
    const { lambda } = released.simulator.region();
    observeCalls(released.simulator, (operation, call) => {
      if (operation !== 'DeleteFunction') return;
      lambda.operations['UpdateAlias']!({ FunctionName: released.name, Name: 'live', FunctionVersion: '3' }, call);
    });
    const result = await prune('--keep', '1');
    expect(result.code).toBe(0);
    expect(jsonOf(result)).toMatchObject({
      data: { inUse: ['3'] },
      warnings: [{ code: 'VersionInUse', message: 'version 3 stays: an alias points to it by now.' }],
    });
    expect(await versions()).toEqual(['3', '6']);
  });

  test('says before it deletes, and in its dry run, that it may not ask the ledger', async () => {
    const error = { code: 'AccessDeniedException', statusCode: 400 };
    released.simulator.faults.add({ service: 'dynamodb', operation: 'Query', error });
    const unread = [{ code: 'LedgerUnreadable', message: expect.stringContaining('dynamodb:Query') }];
    expect(jsonOf(await prune('--keep', '2', '--dry-run')).warnings).toMatchObject(unread);
    expect(jsonOf(await prune('--keep', '2'))).toMatchObject({ warnings: unread, data: { left: [] } });
  });

  test('stops at what it may not do, and says what is left', async () => {
    let seen = 0;
    observeCalls(released.simulator, (operation) => {
      if (operation !== 'DeleteFunction' || ++seen !== 2) return;
      released.simulator.faults.add({
        service: 'lambda',
        operation: 'DeleteFunction',
        error: { code: 'AccessDeniedException', message: 'no', statusCode: 403 },
      });
    });
    const result = await prune('--keep', '2');
    expect(result.code).toBe(3);
    expect(jsonOf(result).data).toMatchObject({ left: ['3', '4'], deleted: [{ version: '1' }, { version: '2' }] });
  });

  test.each([
    [['--keep', '2', '--yes'], 'ConfirmationNeeded'],
    [['--keep', '2', '--yes', '--confirm', 'processor'], 'ConfirmationMismatch'],
    [['--keep', '2', '--confirm', 'cv-analytics-processor'], 'ConfirmationNeeded'],
    [['--yes', '--confirm', 'cv-analytics-processor'], 'UsageError'],
    [['--keep', '0', '--yes', '--confirm', 'cv-analytics-processor'], 'UsageError'],
  ])('%j deletes nothing', async (flags, code) => {
    const result = await cli('alias', 'prune', 'processor', ...flags);
    expect(result.code).toBe(2);
    expect(jsonOf(result).error.code).toBe(code);
    expect(await versions()).toHaveLength(6);
  });
});
