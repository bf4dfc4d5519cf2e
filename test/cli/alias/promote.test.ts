import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { observeCalls } from '../../support/observe-calls.ts';
import { ReleasedFunction } from '../../support/released-function.ts';
import { jsonOf, runCli } from '../../support/run-cli.ts';

let released: ReleasedFunction;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cvops-promote-'));
  released = await ReleasedFunction.start(3);
  await released.foreignMove({ version: '2' });
});
afterEach(async () => {
  await released.stop();
  rmSync(folder, { recursive: true, force: true });
});

const cvops = (...argv: string[]) => runCli([...argv, '--json'], { ...released.host, cwd: folder });
const promote = (...flags: string[]) => cvops('alias', 'promote', 'processor', '--yes', ...flags);

function smokeFile(content: string, name = 'events.json'): string {
  writeFileSync(join(folder, name), content);
  return name;
}

/** Somebody else's write between the promotion's look and its own. */
function writeInBetween(write: () => void): void {
  let done = false;
  observeCalls(released.simulator, (operation) => {
    if (done || operation !== 'GetFunctionConfiguration') return;
    done = true;
    write();
  });
}

const THROWS = "export const handler = async () => { throw new TypeError('no table'); };\n";
const GIVES_BACK = "export const handler = async () => ({ batchItemFailures: [{ itemIdentifier: 'a' }] });\n";

describe('alias promote', () => {
  test('moves all traffic to the newest version in one call, and remembers the way back', async () => {
    const result = await promote('--no-smoke');
    const { kind, data, next, warnings } = jsonOf(result);
    expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('Version 3 has all traffic') });
    expect(kind).toBe('cvops/alias.promote');
    expect(data).toMatchObject({
      service: 'processor',
      from: '2',
      to: '3',
      basis: 'newest',
      strategy: 'all-at-once',
      outcome: 'promoted',
      steps: [],
      verdict: null,
      smoke: null,
      settled: { basis: 'alias', settled: true, answers: 3 },
    });
    expect(warnings).toEqual([]);
    expect(next).toEqual([{ command: 'cvops alias rollback processor', why: 'go back to version 2' }]);
    const { version, weights, description } = await released.alias();
    expect({ version, weights }).toEqual({ version: '3', weights: {} });
    expect(description).toContain(`id=${data.releaseId} kind=promote version=3 previous=2 step=100`);
    expect(jsonOf(await cvops('alias', 'rollback', 'processor', '--yes')).data).toMatchObject({
      to: '2',
      basis: 'record',
    });
  });

  test('leaves an entry in the ledger, with what the probe saw', async () => {
    const { data } = jsonOf(await promote('--smoke', smokeFile('{}'), '--reason', 'faster'));
    expect(await released.ledger()).toMatchObject([
      {
        id: data.releaseId,
        kind: 'promote',
        outcome: 'succeeded',
        from: '2',
        to: '3',
        reason: 'faster',
        strategy: 'all-at-once',
        probe: { invocations: 3, failures: 0, settled: true },
        codeSha256: expect.any(String),
      },
    ]);
  });

  test('takes the newest by number, not by text', async () => {
    for (let seed = 4; seed <= 10; seed++) await released.publish(seed);
    expect(jsonOf(await promote('--dry-run')).data).toMatchObject({ to: '10' });
  });

  test('without a smoke test says so', async () => {
    expect(jsonOf(await promote()).warnings).toMatchObject([{ code: 'NoSmokeTest' }]);
  });

  test('does nothing when the newest serves already: an unchanged publish is no release', async () => {
    await promote('--no-smoke');
    const before = await released.alias();
    const result = await promote('--no-smoke');
    expect(result.code).toBe(0);
    expect(jsonOf(result).data).toMatchObject({ releaseId: null, outcome: 'nothing', from: '3', to: '3' });
    expect(await released.alias()).toEqual(before);
  });

  test('smokes the version that serves first, then the new one, and asks the alias which version answers', async () => {
    const { data, warnings } = jsonOf(await promote('--smoke', smokeFile('[{"n":1},{"n":2}]')));
    expect(data.smoke).toEqual({
      before: { version: '2', passed: 2, of: 2, failure: null },
      after: { version: '3', passed: 2, of: 2, failure: null },
    });
    expect(data.settled).toMatchObject({ basis: 'executed-version', settled: true, failure: null });
    expect(warnings).toEqual([]);
  });

  test.each([
    ['throws', THROWS, 'TypeError: no table'],
    ['gives messages of the batch back', GIVES_BACK, 'it gave 1 message of the batch back'],
  ])('a version that %s in the smoke test gets no traffic', async (_, source, words) => {
    await released.publishSource(source);
    const before = await released.alias();
    const result = await promote('--smoke', smokeFile('{}'));
    expect(result.code).toBe(6);
    expect(jsonOf(result).error).toMatchObject({
      code: 'SmokeFailed',
      message: `version 4 of cv-analytics-processor failed the smoke test: ${words}.`,
    });
    expect(await released.alias()).toEqual(before);
  });

  test('a version that mends what the serving one fails at is released, with a word about the way back', async () => {
    await released.publishSource(THROWS);
    await released.foreignMove({ version: '4' });
    await released.publish(5);
    const result = await promote('--smoke', smokeFile('{}\n{}\n', 'events.ndjson'));
    expect(result.code).toBe(0);
    expect(jsonOf(result).data.smoke).toMatchObject({
      before: { version: '4', passed: 0, failure: 'event 1: TypeError: no table' },
      after: { version: '5', passed: 2 },
    });
    expect(jsonOf(result).warnings).toMatchObject([{ code: 'WayBackFails' }]);
  });

  test('--dry-run says what would change, invokes nothing and moves nothing', async () => {
    await released.publish(4, { TABLE: 'events', EXTRA: 'secret-value' });
    const calls: string[] = [];
    observeCalls(released.simulator, (operation) => void calls.push(operation));
    const result = await promote('--dry-run', '--smoke', smokeFile('{}'));
    expect(result.code).toBe(0);
    expect(jsonOf(result).data).toMatchObject({ releaseId: null, outcome: 'planned', from: '2', to: '4' });
    expect(jsonOf(result).data.preflight).toContainEqual({
      id: 'environment',
      status: 'NOTE',
      detail: 'without SECRET; with EXTRA',
    });
    expect(result.stdout).not.toContain('secret-value');
    expect(calls).not.toContain('Invoke');
    expect(calls).not.toContain('UpdateAlias');
  });

  test('refuses a version that was rolled back from, unless forced', async () => {
    await promote('--no-smoke');
    await cvops('alias', 'rollback', 'processor', '--yes');
    const refused = await promote('--no-smoke');
    expect(refused.code).toBe(6);
    expect(jsonOf(refused).error).toMatchObject({ code: 'VersionQuarantined', message: expect.stringContaining('3') });
    expect(jsonOf(await promote('--no-smoke', '--force')).data).toMatchObject({ outcome: 'promoted', to: '3' });
    expect((await released.alias()).description).toMatch(/ bad=$/);
  });

  test('refuses while somebody splits the traffic; --force ends the split in the same call', async () => {
    await released.foreignMove({ weights: { 1: 0.25 } });
    const refused = await promote('--no-smoke');
    expect(refused.code).toBe(6);
    expect(jsonOf(refused).error).toMatchObject({
      code: 'SplitInProgress',
      message: expect.stringContaining('25 % to version 1'),
      hint: expect.stringContaining('cvops alias recover'),
    });
    await promote('--no-smoke', '--force');
    expect(await released.alias()).toMatchObject({ version: '3', weights: {} });
  });

  test.each([
    [['--to', '$LATEST'], 2, 'UsageError'],
    [['--to', '0'], 2, 'UsageError'],
    [['--to', '99'], 5, 'VersionNotFound'],
    [['--canary', '101'], 2, 'UsageError'],
    [['--canary', '0'], 2, 'UsageError'],
    [['--canary', '33.333'], 2, 'UsageError'],
    [['--canary', '100'], 2, 'UsageError'],
    [['--canary', '20', '--steps', '10,50'], 2, 'UsageError'],
    [['--canary', '10', '--bake', '5m', '--max-bake', '1m'], 2, 'UsageError'],
    [['--steps', '50,10'], 2, 'UsageError'],
    [['--bake', '5m'], 2, 'UsageError'],
    [['--smoke', 'missing.json'], 5, 'FileNotFound'],
  ])('%j exits %i with %s and changes nothing', async (flags, code, error) => {
    const before = await released.alias();
    const result = await promote(...flags);
    expect(result.code).toBe(code);
    expect(jsonOf(result).error.code).toBe(error);
    expect(await released.alias()).toEqual(before);
  });

  test('refuses a canary with another role before anything moves, and takes it at once', async () => {
    await released.operate('lambda', 'UpdateFunctionConfiguration', {
      FunctionName: released.name,
      Role: 'arn:aws:iam::000000000000:role/other',
    });
    await released.simulator.clock.advance(1_000);
    await released.publish(4);
    const before = await released.alias();
    const refused = await promote('--no-smoke', '--canary', '10');
    expect(refused.code).toBe(6);
    expect(jsonOf(refused).error).toMatchObject({
      code: 'SplitImpossible',
      message: expect.stringContaining('version 4 as arn:aws:iam::000000000000:role/other'),
    });
    expect(await released.alias()).toEqual(before);
    expect(jsonOf(await promote('--no-smoke')).data).toMatchObject({ outcome: 'promoted', to: '4' });
  });

  test('makes no canary of the version in charge', async () => {
    await released.foreignMove({ weights: { 1: 0.5 } });
    const refused = await promote('--no-smoke', '--to', '2', '--canary', '10', '--force');
    expect(jsonOf(refused).error).toMatchObject({ code: 'SplitImpossible' });
    expect(await released.alias()).toMatchObject({ version: '2', weights: { 1: 0.5 } });
  });

  test('names the line of a smoke file that is no JSON', async () => {
    const result = await promote('--smoke', smokeFile('{"a":1}\n{"b":\n'));
    expect(result.code).toBe(2);
    expect(jsonOf(result).error).toMatchObject({
      code: 'InvalidSmokeFile',
      message: 'line 2 of events.json is no JSON.',
    });
  });

  test('needs a word where nobody can be asked', async () => {
    const result = await runCli(['alias', 'promote', 'processor'], { ...released.host });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('add --yes');
  });

  test('an answer that was lost is told as done', async () => {
    released.simulator.faults.add({ service: 'lambda', operation: 'UpdateAlias', dropResponse: true, times: 3 });
    expect(jsonOf(await promote('--no-smoke')).data).toMatchObject({ outcome: 'promoted' });
  });
});

describe('somebody else changes the alias in between', () => {
  test('with cvops: the winner is named by release and name', async () => {
    const { lambda } = released.simulator.region();
    writeInBetween(() => {
      const alias = lambda.operations['GetAlias']!({ FunctionName: released.name, Name: 'live' }, {} as never) as never;
      lambda.operations['UpdateAlias']!(
        {
          FunctionName: released.name,
          Name: 'live',
          FunctionVersion: '1',
          Description:
            'cvops/1 id=r-20260101T000000Z-abcd kind=promote version=1 previous=2 step=100 at=2026-01-01T00:00:00.000Z by=ana bad=',
          RevisionId: (alias as { RevisionId: string }).RevisionId,
        },
        {} as never,
      );
    });
    const result = await promote('--no-smoke');
    expect(result.code).toBe(1);
    expect(jsonOf(result).error).toMatchObject({
      code: 'RevisionConflict',
      message:
        'alias "live" of cv-analytics-processor was changed in between by ana with cvops (promote r-20260101T000000Z-abcd): it serves version 1 instead of version 2; nothing was done.',
    });
    expect(await released.alias()).toMatchObject({ version: '1' });
    expect(await released.ledger()).toMatchObject([{ outcome: 'conflict', kind: 'promote', to: '3' }]);
  });

  test('by whom nobody may ask: names the permission that would tell', async () => {
    const error = { code: 'AccessDeniedException', statusCode: 403 };
    released.simulator.faults.add({ service: 'cloudtrail', operation: 'LookupEvents', error });
    writeInBetween(() => {
      const move = { FunctionName: released.name, Name: 'live', FunctionVersion: '1' };
      void released.operate('lambda', 'UpdateAlias', { ...move, RoutingConfig: { AdditionalVersionWeights: {} } });
    });
    const { code, hint } = jsonOf(await promote('--no-smoke')).error;
    expect(code).toBe('RevisionConflict');
    expect(hint).toContain('could not be read (cloudtrail:LookupEvents)');
  });

  test('with Terraform: who, the tool, and the lines that stop it', async () => {
    const { operator } = await import('../../../src/lib/sandbox/operate.ts');
    const terraform = operator(
      released.simulator,
      'us-east-1',
      'APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io) terraform-provider-aws/5.80.0',
    );
    writeInBetween(() => {
      void terraform('lambda', 'UpdateAlias', {
        FunctionName: released.name,
        Name: 'live',
        FunctionVersion: '1',
        RoutingConfig: { AdditionalVersionWeights: {} },
      });
    });
    const result = await promote('--no-smoke');
    expect(result.code).toBe(1);
    const { message, hint } = jsonOf(result).error;
    expect(message).toMatch(
      / was changed in between by \S+ with Terraform: it serves version 1 instead of version 2; nothing was done\.$/,
    );
    expect(hint).toContain('ignore_changes = [function_version, routing_config, description]');
  });
});
