import { beforeEach, describe, expect, test } from 'vitest';
import type { Provisioned } from '../../../../src/lib/aws/ports/functions.ts';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../src/lib/errors/exit-code.ts';
import { provisionedChecks } from '../../../../src/lib/release/provisioned-checks.ts';
import { VirtualClock } from '../dlq/support/virtual-clock.ts';
import { ALIAS, FakeFunctions, FUNCTION } from './support/fake-functions.ts';

let functions: FakeFunctions;
beforeEach(() => {
  functions = new FakeFunctions(new VirtualClock(), ['5', '6'], '5');
});

const provisioned = (qualifier: string, over: Partial<Provisioned> = {}): Provisioned => ({
  qualifier,
  requested: 5,
  allocated: 5,
  status: 'READY',
  reason: null,
  ...over,
});

const check = async (move: object = {}) => {
  const checks = await provisionedChecks(functions.port(), {
    functionName: FUNCTION,
    alias: ALIAS,
    from: '5',
    to: '6',
    ...move,
  });
  return checks.map(({ status, detail }) => `${status} ${detail}`);
};

const refuse = (exitCode: ExitCode) => {
  functions.hooks = {
    before: () => {
      throw new CvopsError('AnyCode', exitCode, 'not allowed to lambda:ListProvisionedConcurrencyConfigs.');
    },
  };
};

describe('provisioned concurrency in a preflight', () => {
  test('says nothing where there is none, or only that of another alias', async () => {
    expect(await check()).toEqual([]);
    functions.provisioned = [provisioned('other'), provisioned('4')];
    expect(await check()).toEqual([]);
  });

  test('of the alias leaves a cold window on the new version', async () => {
    functions.provisioned = [provisioned(ALIAS, { allocated: 3, status: 'IN_PROGRESS' })];
    expect(await check()).toEqual([
      'NOTE 3 of 5 provisioned on version 5; the alias moves at once, version 6 starts cold',
    ]);
  });

  test('that failed is told with the reason', async () => {
    const failed = { allocated: 0, status: 'FAILED', reason: 'FUNCTION_ERROR_INIT_FAILURE' } as const;
    functions.provisioned = [provisioned(ALIAS, failed)];
    expect(await check()).toEqual([
      'NOTE 0 of 5 provisioned on version 5 (failed: FUNCTION_ERROR_INIT_FAILURE); the alias moves at once, version 6 starts cold',
    ]);
  });

  test('of the new version itself is no cold window, once it is there', async () => {
    functions.provisioned = [provisioned('6'), provisioned('5')];
    expect(await check()).toEqual(['OK 5 of 5 provisioned on version 6']);
    functions.provisioned = [provisioned('6', { allocated: 1, status: 'IN_PROGRESS' })];
    expect(await check()).toEqual(['NOTE 1 of 5 provisioned on version 6']);
  });

  test('of the old version alone does not come along', async () => {
    functions.provisioned = [provisioned('5')];
    expect(await check()).toEqual(['NOTE 5 of 5 provisioned on version 5, none on version 6, which starts cold']);
  });

  test('stays where it is when only a split ends', async () => {
    functions.provisioned = [provisioned(ALIAS)];
    expect(await check({ to: '5' })).toEqual([]);
  });

  test('that may not be looked at, or cannot be, is skipped', async () => {
    for (const code of [ExitCode.setup, ExitCode.failed]) {
      refuse(code);
      expect(await check()).toEqual([
        'SKIP provisioned concurrency was not looked at: not allowed to lambda:ListProvisionedConcurrencyConfigs',
      ]);
    }
  });

  test('is not skipped over by Ctrl-C', async () => {
    refuse(ExitCode.interrupted);
    await expect(check()).rejects.toMatchObject({ exitCode: ExitCode.interrupted });
  });
});
