import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Operate, operator } from '../../../src/lib/sandbox/operate.ts';
import { publishVersion } from '../../../src/lib/sandbox/publish-version.ts';
import { asRelease } from '../../../src/lib/sandbox/service-bundles.ts';
import type { Sandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { startExampleSystem } from '../../support/example-system.ts';
import { passingTime } from '../../support/passing-time.ts';
import { jsonOf, type RunCliOptions, runCli } from '../../support/run-cli.ts';

const CANARY = ['--canary', '50', '--bake', '1m', '--max-bake', '1m', '--no-smoke', '--yes'];

let sandbox: Sandbox;
let env: Record<string, string>;
let operate: Operate;
beforeEach(async () => {
  ({ sandbox, env } = await startExampleSystem());
  operate = operator(sandbox.simulator, SYSTEM.region, 'ci');
  const code = zipSync({ 'index.mjs': strToU8('export const handler = async () => 1;') });
  await publishVersion(sandbox.simulator, operate, SYSTEM.processor, asRelease(code, 6));
});
afterEach(() => sandbox.close());

const deny = (service: string, operation: string) =>
  sandbox.simulator.faults.add({ service, operation, error: { code: 'AccessDeniedException', statusCode: 403 } });
const promote = (argv: readonly string[], options: RunCliOptions = {}) =>
  runCli(['alias', 'promote', 'processor', ...CANARY, ...argv], { env, ...options });
/** How often a text stands on a screen. */
const timesIn = (text: string, part: string) => text.replace(/\s+/g, ' ').split(part).length - 1;

describe('a canary that cannot see everything', () => {
  test.each([
    ['lambda', 'ListEventSourceMappings'],
    ['logs', 'FilterLogEvents'],
  ])('names %s:%s in its dry run, once', async (service, operation) => {
    deny(service, operation);
    const { warnings } = jsonOf(await promote(['--dry-run', '--json']));
    expect(warnings).toEqual([{ code: 'SignalMissing', message: expect.stringContaining(`${service}:${operation}`) }]);
    const { stdout, stderr } = await promote(['--dry-run'], { stdoutTTY: true, columns: 200 });
    expect(timesIn(stdout + stderr, 'failures inside of batches are not counted')).toBe(1);
  });

  test('says so before its first step, and not again', async () => {
    deny('logs', 'FilterLogEvents');
    sandbox.simulator.clock.setRate(0);
    const { stderr } = await promote([], {
      clock: passingTime(sandbox.simulator.clock),
      stdoutTTY: true,
      columns: 200,
    });
    expect(timesIn(stderr, 'logs:FilterLogEvents')).toBe(1);
    expect(stderr.indexOf('Version 6 has 50 %')).toBeGreaterThan(stderr.indexOf('logs:FilterLogEvents'));
  });

  test('says so of each service of a set, and of a deployment', async () => {
    deny('logs', 'FilterLogEvents');
    const set = await promote(['reporter', '--to', 'processor=6,reporter=1', '--force', '--dry-run', '--json']);
    expect(jsonOf(set).warnings).toEqual([
      { code: 'SignalMissing', message: expect.stringMatching(/^processor: .*logs:FilterLogEvents/) },
    ]);
    const deployed = await runCli(['deploy', 'processor', ...CANARY, '--dry-run', '--json'], { env });
    expect(jsonOf(deployed).warnings).toMatchObject([{ code: 'SignalMissing' }]);
  });

  test('is silent where all is to be seen, in whatever group its versions log', async () => {
    await operate('lambda', 'UpdateFunctionConfiguration', {
      FunctionName: SYSTEM.processor,
      LoggingConfig: { LogGroup: '/elsewhere' },
    });
    await sandbox.simulator.clock.advance(60_000);
    await operate('lambda', 'PublishVersion', { FunctionName: SYSTEM.processor });
    expect(jsonOf(await promote(['--dry-run', '--json']))).toMatchObject({ data: { to: '7' }, warnings: [] });
  });
});
