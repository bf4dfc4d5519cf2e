import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { operator } from '../../../src/lib/sandbox/operate.ts';
import { startExampleSystem } from '../../support/example-system.ts';
import { ReleasedFunction } from '../../support/released-function.ts';
import { jsonOf, makeHome, removeHome, runCli } from '../../support/run-cli.ts';

interface Line {
  readonly kind: string;
  readonly source: string;
  readonly outcome: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly tool: string;
}

let released: ReleasedFunction;
beforeEach(async () => {
  released = await ReleasedFunction.start(3);
});
afterEach(() => released.stop());

const cli = (...argv: string[]) => runCli([...argv, '--json'], { ...released.host });
const history = (...flags: string[]) => cli('alias', 'history', 'processor', ...flags);
const lines = (data: { entries: readonly Line[] }) =>
  data.entries.map(({ kind, from, to, source }) => `${source}: ${kind} ${from} → ${to}`);

describe('alias history', () => {
  test('is empty, and no failure, where nothing was released', async () => {
    const result = await history();
    expect(result.code).toBe(0);
    expect(jsonOf(result)).toMatchObject({ kind: 'cvops/alias.history', data: { entries: [] }, warnings: [] });
  });

  test('tells the releases of the ledger, newest first, with ISO times and who', async () => {
    await cli('alias', 'rollback', 'processor', '--to', '2', '--yes');
    await cli('alias', 'rollback', 'processor', '--to', '1', '--yes', '--reason', 'worse');
    const { data } = jsonOf(await history());
    expect(lines(data)).toEqual(['ledger: rollback 2 → 1', 'ledger: rollback 3 → 2']);
    expect(data.entries[0]).toMatchObject({
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      actor: expect.stringMatching(/^arn:aws:/),
      tool: 'cvops',
      reason: 'worse',
    });
  });

  test('merges what others did, and with which tool; what was refused is marked; our own calls are told once', async () => {
    await cli('alias', 'rollback', 'processor', '--to', '2', '--yes');
    const terraform = operator(released.simulator, 'us-east-1', 'APN/1.0 HashiCorp/1.0 Terraform/1.14.0');
    const alias = { FunctionName: released.name, Name: 'live' };
    await terraform('lambda', 'UpdateAlias', { ...alias, RoutingConfig: { AdditionalVersionWeights: { 1: 0.1 } } });
    await terraform('lambda', 'UpdateAlias', { ...alias, FunctionVersion: '99' }).catch(() => {});
    const { data, warnings } = jsonOf(await history('--cloudtrail'));
    expect(warnings).toEqual([]);
    const moves = data.entries.filter(({ kind }: Line) => kind === 'update-alias');
    expect(moves).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ tool: 'Terraform', outcome: 'succeeded', weights: { 1: 0.1 } }),
        expect.objectContaining({ tool: 'Terraform', outcome: 'failed', error: expect.any(String), to: '99' }),
      ]),
    );
    expect(moves).toHaveLength(2);
    expect(data.entries.filter(({ tool }: Line) => tool === 'cvops')).toHaveLength(1);
    // The two versions after the first came by hand: new code, and a version of it.
    const count = (kind: string) => data.entries.filter((entry: Line) => entry.kind === kind).length;
    expect(count('update-code')).toBe(2);
    expect(count('publish-version')).toBe(3);
  });

  test('is what is known without it when CloudTrail may not be read', async () => {
    await cli('alias', 'rollback', 'processor', '--to', '2', '--yes');
    released.simulator.faults.add({ service: 'cloudtrail', error: { code: 'AccessDeniedException', message: 'no' } });
    const result = await history('--cloudtrail');
    expect(result.code).toBe(0);
    expect(jsonOf(result)).toMatchObject({
      data: { entries: [{ kind: 'rollback' }] },
      warnings: [{ code: 'TrailUnreadable', message: expect.stringContaining('cloudtrail:LookupEvents') }],
    });
  });

  test('a release that died before it told the ledger is known from the alias', async () => {
    const home = makeHome();
    try {
      const dead = await runCli(['alias', 'rollback', 'processor', '--to', '2', '--yes', '--json'], {
        env: { ...released.env, CVOPS_CONFIG: undefined },
        home,
      });
      await released.operate('dynamodb', 'DeleteItem', {
        TableName: 'cv-analytics-releases',
        Key: await keyOf(released),
      });
      const { data } = jsonOf(await history());
      expect(lines(data)).toEqual(['alias: rollback 3 → 2']);
      expect(data.entries[0].id).toBe(jsonOf(dead).data.releaseId);
    } finally {
      removeHome(home);
    }
  });

  test('names a number of days that is none', async () => {
    expect(await history('--days', '0')).toMatchObject({ code: 2 });
  });
});

async function keyOf(of: ReleasedFunction) {
  const { Items } = await of.operate('dynamodb', 'Scan', { TableName: 'cv-analytics-releases' });
  const [{ target, sort }] = Items;
  return { target, sort };
}

test('the sandbox has a history from its first day on, and all of it is its releases’', async () => {
  const { sandbox, env } = await startExampleSystem();
  try {
    const { data } = jsonOf(await runCli(['alias', 'history', 'processor', '--json'], { env }));
    expect(lines(data)).toEqual([
      'ledger: deploy 4 → 5',
      'ledger: deploy 3 → 4',
      'ledger: deploy 2 → 3',
      'ledger: deploy 1 → 2',
    ]);
    const shown = await runCli(['alias', 'history', 'processor'], { env, stdoutTTY: true, columns: 160 });
    expect(shown.stdout).toMatch(/^WHEN +KIND +FROM +TO +OUTCOME +WHO/);
    expect(shown.stdout).toContain('cv-analytics-release/ci');
  } finally {
    await sandbox.close();
  }
});
