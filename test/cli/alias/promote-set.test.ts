import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';
import { parseEntry } from '../../../src/lib/release-ledger/entry-row.ts';
import { type Operate, operator } from '../../../src/lib/sandbox/operate.ts';
import { publishVersion } from '../../../src/lib/sandbox/publish-version.ts';
import { asRelease } from '../../../src/lib/sandbox/service-bundles.ts';
import type { Sandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { startExampleSystem } from '../../support/example-system.ts';
import { passingTime } from '../../support/passing-time.ts';
import { jsonOf, makeHome, removeHome, runCli } from '../../support/run-cli.ts';

let sandbox: Sandbox;
let env: Record<string, string>;
let operate: Operate;
let home: string;
beforeEach(async () => {
  home = makeHome();
  ({ sandbox, env } = await startExampleSystem());
  operate = operator(sandbox.simulator, SYSTEM.region, 'ci');
});
afterEach(async () => {
  await sandbox.close();
  removeHome(home);
});

const publish = (name: string, zip: Uint8Array, number: number) =>
  publishVersion(sandbox.simulator, operate, name, asRelease(zip, number));

/** A package of this one module. */
const code = (source: string) => zipSync({ 'index.mjs': strToU8(source) });

/** What the ledger holds of a function's alias, oldest first. */
async function ledger(name: string) {
  const { Items } = await operate('dynamodb', 'Query', {
    TableName: SYSTEM.releaseTable,
    KeyConditionExpression: 'target = :target',
    ExpressionAttributeValues: { ':target': { S: `${name}:${SYSTEM.alias}` } },
  });
  return Items.map(({ entry }: { entry: { S: string } }) => parseEntry(entry.S));
}

const OK = 'export const handler = async () => 1;';
const THROWS = "export const handler = async () => { throw new TypeError('no table'); };";

const served = async () => {
  const versions: Record<string, unknown> = {};
  for (const name of [SYSTEM.processor, SYSTEM.reporter]) {
    const alias = await operate('lambda', 'GetAlias', { FunctionName: name, Name: SYSTEM.alias });
    versions[name] = alias.FunctionVersion;
  }
  return Object.values(versions);
};

const promote = (...argv: string[]) =>
  runCli(['alias', 'promote', ...argv, '--yes', '--no-smoke', '--json'], {
    env,
    clock: passingTime(sandbox.simulator.clock),
  });
const states = (data: { services: { service: string; state: string }[] }) =>
  data.services.map(({ service, state }) => [service, state]);

/** Before the second UpdateAlias from now on somebody else writes the reporter's alias, and those that are named too. */
function refuseSecondMove(...others: string[]): void {
  const { lambda } = sandbox.simulator.region();
  const operations = lambda.operations as Record<string, (typeof lambda.operations)[string]>;
  const work = operations['UpdateAlias']!;
  let moves = 0;
  operations['UpdateAlias'] = (input, call) => {
    if (++moves !== 2) return work(input, call);
    operations['UpdateAlias'] = work;
    // Somebody else is faster.
    for (const FunctionName of [SYSTEM.reporter, ...others]) {
      work({ FunctionName, Name: SYSTEM.alias, Description: 'by hand' }, call);
    }
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
      'cvops alias rollback reporter',
      'cvops alias rollback processor',
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

  test('what somebody else took up since it moved is left to them, and told', async () => {
    await publish(SYSTEM.processor, sandbox.bundles.processor, 6);
    await publish(SYSTEM.reporter, sandbox.bundles.reporter, 3);
    refuseSecondMove(SYSTEM.processor);
    const result = await promote('processor', 'reporter');
    const { data, warnings, next } = jsonOf(result);
    expect(result.code).toBe(3);
    expect(states(data)).toEqual([
      ['processor', 'left'],
      ['reporter', 'failed'],
    ]);
    expect(warnings).toMatchObject([
      { code: 'RevisionConflict' },
      { code: 'NotPutBack', message: expect.stringContaining('processor was not put back') },
    ]);
    expect(next).toMatchObject([{ command: 'cvops alias show processor' }]);
    expect(await served()).toEqual(['6', '2']);
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

  test('--to names the version of a service; the others take their newest', async () => {
    await publish(SYSTEM.processor, sandbox.bundles.processor, 6);
    await publish(SYSTEM.processor, sandbox.bundles.processor, 7);
    await publish(SYSTEM.reporter, sandbox.bundles.reporter, 3);
    const { data } = jsonOf(await promote('processor', 'reporter', '--to', 'processor=6'));
    expect(data.services).toMatchObject([
      { service: 'processor', to: '6', basis: 'named' },
      { service: 'reporter', to: '3', basis: 'newest' },
    ]);
    expect(await served()).toEqual(['6', '3']);
  });

  test('every smoke test is run before the first moves, each on its own function', async () => {
    await publish(SYSTEM.processor, code('export const handler = async (event) => event.n;'), 6);
    await publish(SYSTEM.reporter, code(THROWS), 3);
    const file = join(home, 'events.json');
    writeFileSync(file, '{"n":1}');
    const argv = ['alias', 'promote', 'processor', 'reporter', '--smoke', `processor=${file},reporter=${file}`];
    const result = await runCli([...argv, '--yes', '--json'], { env });
    expect(result.stderr).toContain('processor: Smoke test: version 6 passed the event');
    expect(jsonOf(result).error).toMatchObject({ code: 'SmokeFailed', exitCode: 6 });
    expect(await served()).toEqual(['5', '2']);
  });

  test('names the services without a smoke test, and tells the probes of those with one', async () => {
    await publish(SYSTEM.processor, code('export const handler = async (event) => event.n;'), 6);
    await publish(SYSTEM.reporter, sandbox.bundles.reporter, 3);
    const file = join(home, 'events.json');
    writeFileSync(file, '{"n":1}');
    const argv = ['alias', 'promote', 'processor', 'reporter', '--smoke', `processor=${file}`, '--yes', '--json'];
    const { data, warnings } = jsonOf(await runCli(argv, { env }));
    expect(warnings.map(({ code, message }) => [code, message.slice(0, 25)])).toEqual([
      ['NoSmokeTest', 'no smoke test of reporter'],
      ['WayBackFails', 'processor: version 5, the'],
    ]);
    expect(data.services).toMatchObject([
      { smoke: { after: { passed: 1 } }, settled: { basis: 'executed-version', settled: true } },
      { smoke: null, settled: { basis: 'alias', settled: true } },
    ]);
  });

  test.each([
    [['--to', '3'], '--to "3" does not say of which service.'],
    [['--to', 'processor=x'], '--to "x" is not a published version.'],
    [['--to', 'worker=3'], '--to names "worker", which is not among the services to promote.'],
    [['--to', 'processor=3,processor=4'], '--to names "processor" twice.'],
    [['--smoke', 'events.json'], '--smoke "events.json" does not say of which service.'],
    [['--smoke', 'last-replay'], '--smoke "last-replay" does not say of which service.'],
  ])('%j is refused', async (flags, message) => {
    const result = await runCli(['alias', 'promote', 'processor', 'reporter', ...flags, '--json'], { env });
    expect(result.code).toBe(2);
    expect(jsonOf(result).error.message).toBe(message);
  });
});

describe('alias promote of several services in steps', () => {
  /** Time passes when the command waits, and in each wait both functions are invoked through their aliases. */
  function busyTime(invocations: number): Clock {
    const { clock } = sandbox.simulator;
    return {
      now: () => clock.now(),
      sleep: async (ms) => {
        if (ms < 10_000) return void (await clock.advance(ms));
        for (const FunctionName of [SYSTEM.processor, SYSTEM.reporter]) {
          for (let n = 0; n < invocations; n++) {
            await operate('lambda', 'Invoke', { FunctionName, Qualifier: SYSTEM.alias, Payload: Buffer.from('{}') });
          }
        }
        await clock.advance(ms);
      },
    };
  }

  async function releaseAll(processor: string, reporter: string, invocations: number) {
    sandbox.simulator.clock.setRate(0);
    await publish(SYSTEM.processor, code(OK), 6);
    await publish(SYSTEM.reporter, code(OK), 3);
    await promote('processor', 'reporter');
    await publish(SYSTEM.processor, code(processor), 7);
    await publish(SYSTEM.reporter, code(reporter), 4);
    const flags = ['--canary', '50', '--bake', '1m', '--max-bake', '1m', '--no-smoke'];
    return runCli(['alias', 'promote', 'processor', 'reporter', ...flags, '--yes', '--json'], {
      env,
      clock: busyTime(invocations),
    });
  }

  test('each is judged in its turn, and all are promoted', async () => {
    const result = await releaseAll(OK, OK, 150);
    const { data } = jsonOf(result);
    expect(states(data)).toEqual([
      ['processor', 'promoted'],
      ['reporter', 'promoted'],
    ]);
    expect(data.verdict).toBe('PASS');
    expect(data.steps).toMatchObject([
      { service: 'processor', percent: 50, verdict: 'PASS' },
      { service: 'reporter', percent: 50, verdict: 'PASS' },
    ]);
    expect(result.code).toBe(0);
    expect(await served()).toEqual(['7', '4']);
  });

  test('a bad canary puts back what was promoted before it, and only the bad version is quarantined', async () => {
    const result = await releaseAll(OK, THROWS, 150);
    const { data, next } = jsonOf(result);
    expect(states(data)).toEqual([
      ['processor', 'put-back'],
      ['reporter', 'rolled-back'],
    ]);
    expect(data.verdict).toBe('FAIL');
    // The reporter has no dead-letter queue to look into.
    expect(next).toEqual([]);
    expect(result.code).toBe(6);
    expect(await served()).toEqual(['6', '3']);
    expect(jsonOf(await promote('reporter')).error).toMatchObject({ code: 'VersionQuarantined' });
    expect(jsonOf(await promote('processor')).data).toMatchObject({ outcome: 'promoted', to: '7' });
    const judged = expect.objectContaining({ outcome: 'rolled-back', strategy: 'steps', to: '4' });
    expect(await ledger(SYSTEM.reporter)).toContainEqual(judged);
    const putBack = expect.objectContaining({ outcome: 'failed', error: 'SetFailed', strategy: 'steps', to: '7' });
    expect(await ledger(SYSTEM.processor)).toContainEqual(putBack);
  });

  test('without a verdict the set ends where it stands', async () => {
    const result = await releaseAll(OK, OK, 3);
    const { data } = jsonOf(result);
    expect(states(data)).toEqual([
      ['processor', 'ended'],
      ['reporter', 'untouched'],
    ]);
    expect(data.verdict).toBe('INCONCLUSIVE');
    expect(result.code).toBe(8);
    expect(await served()).toEqual(['6', '3']);
  });
});
