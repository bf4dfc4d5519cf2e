import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Operate, operator } from '../../../src/lib/sandbox/operate.ts';
import { asRelease } from '../../../src/lib/sandbox/service-bundles.ts';
import type { Sandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { startExampleSystem } from '../../support/example-system.ts';
import { jsonOf, runCli } from '../../support/run-cli.ts';

let sandbox: Sandbox;
let env: Record<string, string>;
let operate: Operate;
beforeEach(async () => {
  ({ sandbox, env } = await startExampleSystem());
  operate = operator(sandbox.simulator, SYSTEM.region, 'ci');
});
afterEach(() => sandbox.close());

async function publish(name: string, zip: Uint8Array, number: number): Promise<void> {
  await operate('lambda', 'UpdateFunctionCode', { FunctionName: name, ZipFile: asRelease(zip, number) });
  await sandbox.simulator.clock.advance(1_000);
  await operate('lambda', 'PublishVersion', { FunctionName: name });
  await sandbox.simulator.clock.advance(1_000);
}

const served = async () => {
  const versions: Record<string, unknown> = {};
  for (const name of [SYSTEM.processor, SYSTEM.reporter]) {
    const alias = await operate('lambda', 'GetAlias', { FunctionName: name, Name: SYSTEM.alias });
    versions[name] = alias.FunctionVersion;
  }
  return Object.values(versions);
};

const promote = (...argv: string[]) => runCli(['alias', 'promote', ...argv, '--yes', '--json'], { env });
const states = (data: { services: { service: string; state: string }[] }) =>
  data.services.map(({ service, state }) => [service, state]);

/** The second UpdateAlias from now on is refused. */
function refuseSecondMove(): void {
  const { lambda } = sandbox.simulator.region();
  const operations = lambda.operations as Record<string, (typeof lambda.operations)[string]>;
  const work = operations['UpdateAlias']!;
  let moves = 0;
  operations['UpdateAlias'] = (input, call) => {
    if (++moves !== 2) return work(input, call);
    operations['UpdateAlias'] = work;
    // Somebody else is faster.
    work({ FunctionName: SYSTEM.reporter, Name: SYSTEM.alias, Description: 'by hand' }, call);
    return work(input, call);
  };
}

describe('alias promote of several services', () => {
  test('moves all of them to their newest versions, under one release id', async () => {
    await publish(SYSTEM.processor, sandbox.bundles.processor, 6);
    await publish(SYSTEM.reporter, sandbox.bundles.reporter, 3);
    const result = await promote('processor', 'reporter');
    const { data, next, warnings } = jsonOf(result);
    expect(result.code).toBe(0);
    expect(states(data)).toEqual([
      ['processor', 'promoted'],
      ['reporter', 'promoted'],
    ]);
    expect(data).toMatchObject({ strategy: 'all-or-none', releaseId: expect.stringMatching(/^r-/) });
    expect(next.map(({ command }) => command)).toEqual([
      'cvops alias rollback processor',
      'cvops alias rollback reporter',
    ]);
    expect(warnings).toEqual([]);
    expect(await served()).toEqual(['6', '3']);
  });

  test('puts back what has moved when one of them fails, and says who was faster', async () => {
    await publish(SYSTEM.processor, sandbox.bundles.processor, 6);
    await publish(SYSTEM.reporter, sandbox.bundles.reporter, 3);
    refuseSecondMove();
    const result = await promote('processor', 'reporter');
    const { data, warnings } = jsonOf(result);
    expect(result.code).toBe(1);
    expect(states(data)).toEqual([
      ['processor', 'put-back'],
      ['reporter', 'failed'],
    ]);
    expect(warnings[0]).toMatchObject({ code: 'RevisionConflict', message: expect.stringContaining('by ') });
    expect(await served()).toEqual(['5', '2']);
    // Nobody found the version bad: it may be tried again, and the way back is the old one.
    expect(states(jsonOf(await promote('processor', 'reporter')).data)).toEqual([
      ['processor', 'promoted'],
      ['reporter', 'promoted'],
    ]);
    await runCli(['alias', 'rollback', 'processor', '--yes'], { env });
    expect(await served()).toEqual(['5', '3']);
  });

  test('leaves alone what has nothing to release', async () => {
    await publish(SYSTEM.reporter, sandbox.bundles.reporter, 3);
    const { data } = jsonOf(await promote('reporter', 'processor'));
    expect(states(data)).toEqual([
      ['reporter', 'promoted'],
      ['processor', 'nothing'],
    ]);
    const again = await promote('reporter', 'processor');
    expect(again.code).toBe(0);
    expect(jsonOf(again).data.releaseId).toBeNull();
  });

  test('--dry-run says the order and moves nothing', async () => {
    await publish(SYSTEM.processor, sandbox.bundles.processor, 6);
    const { data } = jsonOf(await promote('processor', 'reporter', '--dry-run'));
    expect(states(data)).toEqual([
      ['processor', 'planned'],
      ['reporter', 'nothing'],
    ]);
    expect(await served()).toEqual(['5', '2']);
  });

  test.each([
    ['--to', '3'],
    ['--canary', '10'],
    ['--smoke', 'events.json'],
  ])('%s is for one service alone', async (...flag) => {
    const result = await promote('processor', 'reporter', ...flag);
    expect(result.code).toBe(2);
    expect(jsonOf(result).error.message).toBe(`${flag[0]} is for one service alone.`);
  });
});
