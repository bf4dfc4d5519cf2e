import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutProvisionedConcurrencyConfigCommand } from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FunctionSteering } from '../../../src/lib/simulator/lambda/function-states.ts';
import { observeCalls } from '../../support/observe-calls.ts';
import { ReleasedFunction } from '../../support/released-function.ts';
import { jsonOf, makeHome, removeHome, runCli } from '../../support/run-cli.ts';

/** Versions 1 to 3, with 2 in charge after 1. */
let released: ReleasedFunction;
beforeEach(async () => {
  released = await ReleasedFunction.start(3);
  await released.foreignMove({ version: '2' });
});
afterEach(() => released.stop());

const cvops = (...argv: string[]) => runCli(['alias', ...argv, '--json'], { ...released.host });
const promote = (...flags: string[]) => cvops('promote', 'processor', '--no-smoke', ...flags);
const rollback = (...flags: string[]) => cvops('rollback', 'processor', '--to', '1', ...flags);

const steer = (qualifier: string, steering: FunctionSteering) =>
  released.simulator.region().lambda.steer(released.name, { qualifier, ...steering });

const provision = (Qualifier: string) =>
  released.client.send(
    new PutProvisionedConcurrencyConfigCommand({
      FunctionName: released.name,
      Qualifier,
      ProvisionedConcurrentExecutions: 4,
    }),
  );

function refuse(...operations: string[]): void {
  for (const operation of operations) {
    const error = { code: 'AccessDeniedException', statusCode: 403 };
    released.simulator.faults.add({ service: 'lambda', operation, error });
  }
}

const checks = (result: Awaited<ReturnType<typeof cvops>>): readonly string[] =>
  jsonOf(result).data.preflight.map((check: { status: string; detail: string }) => `${check.status} ${check.detail}`);

describe('a version that sleeps', () => {
  test.each(['image', 'network'] as const)('is woken before it gets traffic (its %s reclaimed)', async (reclaimed) => {
    steer('3', { state: 'Inactive', reclaimed });
    const calls: string[] = [];
    observeCalls(released.simulator, (operation) => calls.push(operation));
    const result = await promote('--yes');
    expect(result.code).toBe(0);
    expect(checks(result)).toContain(
      'NOTE version 3 is Inactive: The function is idle; it is woken before it gets traffic',
    );
    expect(calls.filter((operation) => operation === 'Invoke')).toHaveLength(1);
    expect(calls.indexOf('Invoke')).toBeLessThan(calls.indexOf('UpdateAlias'));
    expect(await released.alias()).toMatchObject({ version: '3' });
  });

  test('is told when it is the way back, which waits for nothing', async () => {
    steer('1', { state: 'Inactive' });
    const result = await rollback('--yes');
    expect(checks(result)).toContain(
      'NOTE version 1 is Inactive: The function is idle; its first invocations fail and wake it',
    );
    expect(await released.alias()).toMatchObject({ version: '1' });
  });
});

describe('a version that Lambda could not make', () => {
  const failed = { state: 'Failed', reason: 'The subnet has no free addresses.' } as const;

  /** At a terminal, where `--yes` is not needed. */
  const asked = (...argv: string[]) =>
    runCli(['alias', ...argv], { ...released.host, stdinTTY: true, stdoutTTY: true, stderrTTY: true });

  test('is refused before anything is done, and before anybody is asked', async () => {
    steer('3', failed);
    for (const flag of ['--yes', '--dry-run']) {
      const result = await promote(flag);
      expect(result.code).toBe(6);
      expect(jsonOf(result).error).toMatchObject({
        code: 'VersionFailed',
        message: 'version 3 of cv-analytics-processor is Failed: The subnet has no free addresses.',
      });
    }
    const result = await asked('promote', 'processor', '--no-smoke');
    expect(result.code).toBe(6);
    expect(result.stderr).not.toContain('?');
    expect(await released.alias()).toMatchObject({ version: '2' });
  });

  test('is refused as the way back, too, where somebody is to be asked', async () => {
    steer('1', failed);
    const result = await asked('rollback', 'processor', '--to', '1');
    expect(result.code).toBe(6);
    expect(result.stderr).toContain('version 1 is Failed: The subnet has no free addresses.');
    expect(result.stderr).not.toContain('?');
    expect(await released.alias()).toMatchObject({ version: '2' });
  });
});

describe('an update that Lambda cannot bring to an end', () => {
  test('ends a deployment with its reason, and nothing is published; the next one goes through', async () => {
    const home = makeHome();
    try {
      writeFileSync(join(home, 'new.zip'), zipSync({ 'index.mjs': strToU8('export const handler = () => 9;\n') }));
      const deploy = () =>
        runCli(['deploy', 'processor', '--zip', 'new.zip', '--no-smoke', '--yes', '--json'], {
          ...released.host,
          home,
          cwd: home,
        });
      steer('$LATEST', { nextUpdateFails: { reason: 'The key is disabled.', reasonCode: 'DisabledKMSKey' } });
      const broken = await deploy();
      expect(broken.code).toBe(6);
      expect(jsonOf(broken).error).toMatchObject({
        code: 'UpdateFailed',
        message: 'the update of cv-analytics-processor failed: The key is disabled.',
      });
      expect(await released.alias()).toMatchObject({ version: '2' });
      expect(jsonOf(await deploy()).data).toMatchObject({ to: '4', outcome: 'promoted' });
    } finally {
      removeHome(home);
    }
  });
});

describe('provisioned concurrency of the alias', () => {
  const NOT_LOOKED_AT =
    'SKIP provisioned concurrency was not looked at: not allowed to lambda:ListProvisionedConcurrencyConfigs on function "cv-analytics-processor"';

  test('is told as a cold window of a release, and of the way back', async () => {
    await provision('live');
    await released.simulator.clock.advance(60_000);
    const forward = checks(await promote('--dry-run'));
    expect(forward).toContain('NOTE 4 of 4 provisioned on version 2; the alias moves at once, version 3 starts cold');
    const back = checks(await rollback('--yes'));
    expect(back).toContainEqual(
      expect.stringMatching(/^NOTE \d of 4 provisioned on version 2; .* version 1 starts cold$/),
    );
  });

  test('is none where the new version has its own', async () => {
    await provision('3');
    await released.simulator.clock.advance(60_000);
    expect(checks(await promote('--dry-run'))).toContain('OK 4 of 4 provisioned on version 3');
  });

  test('is skipped where it may not be looked at', async () => {
    refuse('ListProvisionedConcurrencyConfigs');
    const result = await promote('--yes');
    expect(result.code).toBe(0);
    expect(checks(result)).toContain(NOT_LOOKED_AT);
    expect(await released.alias()).toMatchObject({ version: '3' });
  });

  test('nor anything else is needed to go back: two calls are', async () => {
    refuse('ListProvisionedConcurrencyConfigs', 'GetFunctionConfiguration');
    for (const flags of [['--dry-run'], ['--yes']]) {
      const result = await rollback(...flags);
      expect(result.code).toBe(0);
      expect(checks(result)).toEqual([
        expect.stringMatching(/^SKIP the versions were not compared: not allowed to lambda:GetFunctionConfiguration/),
        NOT_LOOKED_AT,
      ]);
    }
    expect(await released.alias()).toMatchObject({ version: '1' });
  });
});
