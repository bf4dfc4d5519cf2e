import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AliasRecord, formatAliasRecord } from '../../../src/lib/release/alias-record.ts';
import { observeCalls } from '../../support/observe-calls.ts';
import { ReleasedFunction } from '../../support/released-function.ts';
import { jsonOf, makeHome, removeHome, runCli } from '../../support/run-cli.ts';

let released: ReleasedFunction;
beforeEach(async () => {
  released = await ReleasedFunction.start(3);
});
afterEach(() => released.stop());

/** A release that put 3 in charge after 2, as cvops records it. */
const promotion: AliasRecord = {
  releaseId: 'r-20260101T000000Z-0000',
  kind: 'promote',
  version: '3',
  previous: '2',
  step: 100,
  at: Date.UTC(2026, 0, 1),
  by: 'ana',
  quarantined: [],
  reason: null,
};

const rollback = (...flags: string[]) =>
  runCli(['alias', 'rollback', 'processor', '--yes', '--json', ...flags], { ...released.host });

describe('alias rollback', () => {
  test('goes to the named version and remembers the one it left', async () => {
    const result = await rollback('--to', '2');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const { kind, data, next } = jsonOf(result);
    expect(kind).toBe('cvops/alias.rollback');
    expect(data).toMatchObject({ from: '3', to: '2', basis: 'named', function: 'cv-analytics-processor' });
    expect(data.releaseId).toMatch(/^r-\d{8}T\d{6}Z-[0-9a-f]{4}$/);
    expect(next).toEqual([{ command: 'cvops dlq replay processor', why: 'send again what version 3 failed' }]);
    expect(await released.alias()).toMatchObject({ version: '2', weights: {} });
    expect((await released.alias()).description).toContain(`id=${data.releaseId} kind=rollback version=2 previous=3`);
  });

  test('without a target goes to the version that the alias itself remembers, never to one rolled back from', async () => {
    await rollback('--to', '1');
    await released.foreignMove({ version: '2' });
    // 3 was rolled back from; 1 served before 2, as cvops and CloudTrail know.
    const { data } = jsonOf(await rollback());
    expect(data).toMatchObject({ from: '2', to: '1' });
    expect(await released.alias()).toMatchObject({ version: '1' });
  });

  test('the trap: bad 3 → back to 2 → bad 4 → back lands on 2, not on 3', async () => {
    await rollback('--to', '2');
    await released.publish(4);
    await released.foreignMove({ version: '4' });
    expect(jsonOf(await rollback()).data).toMatchObject({ from: '4', to: '2' });
  });

  test('ends a split that somebody else has begun', async () => {
    await released.foreignMove({ weights: { 2: 0.1 } });
    const { data, next } = jsonOf(await rollback());
    expect(data).toMatchObject({ from: '3', to: '3', basis: 'canary', endedSplit: { 2: 0.1 } });
    expect(next).toMatchObject([{ why: 'send again what version 2 failed' }]);
    expect(await released.alias()).toMatchObject({ version: '3', weights: {} });
  });

  test('--to during a split clears the split in the same call', async () => {
    await released.foreignMove({ weights: { 2: 0.1 } });
    await rollback('--to', '1');
    expect(await released.alias()).toMatchObject({ version: '1', weights: {} });
  });

  test('is one GetAlias and one UpdateAlias when the alias knows the way back', async () => {
    await released.foreignMove({ description: formatAliasRecord(promotion) });
    const seen: string[] = [];
    observeCalls(released.simulator, (operation) => seen.push(operation));
    const { data } = jsonOf(await rollback());
    expect(data).toMatchObject({ from: '3', to: '2', basis: 'record' });
    // What the two versions are made of is read beside; the way itself is two calls, one after the other.
    // The ledger is told when the alias has moved.
    const beside = ['GetFunctionConfiguration', 'ListProvisionedConcurrencyConfigs'];
    const way = seen.filter((operation) => !beside.includes(operation));
    expect(way.slice(0, 2)).toEqual(['GetAlias', 'UpdateAlias']);
    expect(way.slice(2).sort()).toEqual(['GetCallerIdentity', 'PutItem', 'Query']);
  });

  test('shows what differs besides the code, without any value of the environment', async () => {
    await released.publish(4, { TABLE: 'events', SECRET: 'do-not-show-2', EXTRA: 'x' });
    await released.foreignMove({ version: '4' });
    const result = await rollback('--to', '3', '--dry-run');
    const { data } = jsonOf(result);
    expect(data.releaseId).toBeNull();
    expect(data.preflight).toContainEqual({
      id: 'environment',
      status: 'NOTE',
      detail: 'without EXTRA; other values of SECRET',
    });
    expect(result.stdout).not.toContain('do-not-show');
    expect(await released.alias()).toMatchObject({ version: '4' });
  });

  test('does nothing when the target serves already', async () => {
    const { code, stdout } = await rollback('--to', '3');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).data).toMatchObject({ releaseId: null, from: '3', to: '3' });
  });

  test('names a version that does not exist', async () => {
    const result = await rollback('--to', '99');
    expect(result.code).toBe(5);
    expect(jsonOf(result).error).toMatchObject({
      code: 'VersionNotFound',
      message: expect.stringContaining('version 99'),
    });
    expect(await released.alias()).toMatchObject({ version: '3' });
    expect(await released.ledger()).toEqual([]);
  });

  test('says so when nobody knows what served before', async () => {
    const result = await rollback();
    expect(result.code).toBe(5);
    expect(jsonOf(result).error).toMatchObject({
      code: 'PreviousVersionUnknown',
      hint: 'name it with --to; newest versions: 2, 1.',
    });
  });

  test('a write between reading and moving wins, and the loser changes nothing', async () => {
    const { lambda } = released.simulator.region();
    observeCalls(released.simulator, (operation, call) => {
      if (operation !== 'GetAlias') return;
      lambda.operations['UpdateAlias']!({ FunctionName: released.name, Name: 'live', FunctionVersion: '1' }, call);
    });
    const result = await rollback('--to', '2');
    expect(result.code).toBe(1);
    expect(jsonOf(result).error).toMatchObject({
      code: 'RevisionConflict',
      message: expect.stringContaining('it serves version 1 instead of version 3; nothing was done'),
      hint: expect.stringContaining('cvops alias list'),
    });
    expect(await released.alias()).toMatchObject({ version: '1' });
  });

  test('keeps what others wrote into the description, and the reason', async () => {
    await released.foreignMove({ description: 'owned by team data' });
    await rollback('--to', '2', '--reason', 'rows lost & found');
    const { description } = await released.alias();
    expect(description).toMatch(/^owned by team data cvops\/1 /);
    expect(description).toContain('why=rows%20lost%20%26%20found');
    expect(description!.length).toBeLessThanOrEqual(256);
  });
});

describe('a rollback in the ledger of releases', () => {
  const before = { ...promotion, releaseId: 'r-20260101T000000Z-0001' };
  const LEDGER = { TableName: 'cv-analytics-releases' };

  test('is written with who did it, why, and what it undoes', async () => {
    await released.foreignMove({ description: formatAliasRecord(before) });
    const { data, warnings } = jsonOf(await rollback('--reason', 'rows lost'));
    expect(warnings).toEqual([]);
    expect(await released.ledger()).toMatchObject([
      {
        id: data.releaseId,
        kind: 'rollback',
        outcome: 'succeeded',
        service: 'processor',
        from: '3',
        to: '2',
        reason: 'rows lost',
        undoes: before.releaseId,
        actor: expect.stringMatching(/^arn:aws:/),
        durationMs: data.durationMs,
      },
    ]);
  });

  test('stands when the ledger is away, is kept, and is written with the next', async () => {
    const home = makeHome();
    try {
      released.simulator.faults.add({
        service: 'dynamodb',
        error: { code: 'AccessDeniedException', message: 'no', statusCode: 400 },
      });
      const go = (...flags: string[]) =>
        runCli(['alias', 'rollback', 'processor', '--yes', '--json', ...flags], { ...released.host, home });
      const first = await go('--to', '2');
      expect(first.code).toBe(0);
      expect(jsonOf(first).warnings).toMatchObject([
        { code: 'ReleaseQueued', message: expect.stringContaining('not allowed to dynamodb:PutItem') },
      ]);
      expect(await released.alias()).toMatchObject({ version: '2' });
      released.simulator.faults.clear();
      expect(jsonOf(await go('--to', '1')).warnings).toEqual([]);
      expect((await released.ledger()).map(({ from, to }) => `${from} → ${to}`)).toEqual(['3 → 2', '2 → 1']);
    } finally {
      removeHome(home);
    }
  });

  test('stands when there is no table at all', async () => {
    await released.operate('dynamodb', 'DeleteTable', LEDGER);
    const result = await rollback('--to', '2');
    expect(result.code).toBe(0);
    expect(jsonOf(result).warnings).toMatchObject([
      { code: 'ReleaseQueued', message: expect.stringContaining('table "cv-analytics-releases" does not exist') },
    ]);
  });

  test('is there as a conflict when somebody else was faster', async () => {
    const { lambda } = released.simulator.region();
    observeCalls(released.simulator, (operation, call) => {
      if (operation !== 'GetAlias') return;
      lambda.operations['UpdateAlias']!({ FunctionName: released.name, Name: 'live', FunctionVersion: '1' }, call);
    });
    await rollback('--to', '2');
    expect(await released.ledger()).toMatchObject([
      { outcome: 'conflict', error: 'RevisionConflict', to: '2', revisionAfter: null },
    ]);
  });
});

describe('alias list and show', () => {
  test('show offers the way back only where a rollback would go there', async () => {
    const next = async () => jsonOf(await runCli(['alias', 'show', 'processor', '--json'], { ...released.host })).next;
    await released.foreignMove({ description: formatAliasRecord(promotion) });
    expect(await next()).toEqual([{ command: 'cvops alias rollback processor', why: 'go back to version 2' }]);
    await released.foreignMove({ weights: { 1: 0.1 } });
    expect(await next()).toEqual([{ command: 'cvops alias recover processor', why: 'end the split' }]);
    await rollback('--to', '2');
    expect(await next()).toEqual([]);
    const shown = await runCli(['alias', 'show', 'processor'], { ...released.host, stdoutTTY: true, columns: 160 });
    expect(shown.stdout).toContain('3 (bad)');
  });

  test('show tells version, previous and the last change', async () => {
    await rollback('--to', '2');
    const { data } = jsonOf(await runCli(['alias', 'show', 'processor', '--json'], { ...released.host }));
    expect(data.aliases).toEqual([
      {
        service: 'processor',
        function: 'cv-analytics-processor',
        alias: 'live',
        version: '2',
        weights: {},
        previous: '3',
        changedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        changedBy: expect.any(String),
        releaseId: expect.stringMatching(/^r-/),
        quarantined: ['3'],
      },
    ]);
  });

  test('list names the function that is not there', async () => {
    const result = await runCli(['alias', 'list'], { ...released.host });
    expect(result.code).toBe(5);
    expect(result.stderr).toContain('alias "live" of function "cv-analytics-reporter" does not exist');
  });

  test('a rollback whose answer was lost is told as done, not as a conflict with itself', async () => {
    released.simulator.faults.add({ service: 'lambda', operation: 'UpdateAlias', dropResponse: true, times: 1 });
    const result = await rollback('--to', '2');
    expect(jsonOf(result).error).toBeUndefined();
    expect(jsonOf(result).data).toMatchObject({ from: '3', to: '2' });
    expect(result.code).toBe(0);
  });

  test('a pipe gets TSV without a header and with ISO times; a terminal gets a table', async () => {
    await rollback('--to', '2');
    const piped = await runCli(['alias', 'show', 'processor'], { ...released.host });
    expect(piped.stdout).toMatch(/^processor\tcv-analytics-processor\tlive\t2\t\t3\t\d{4}-\d\d-\d\dT[\d:.]+Z\t\S+\n$/);
    const shown = await runCli(['alias', 'show', 'processor'], { ...released.host, stdoutTTY: true, columns: 120 });
    expect(shown.stdout).toMatch(/^SERVICE +FUNCTION +ALIAS +VERSION/);
    expect(shown.stdout).not.toContain('\u001b[');
  });
});
