import { afterEach, beforeEach, expect, test } from 'vitest';
import { operator } from '../../../src/lib/sandbox/operate.ts';
import { publishVersion } from '../../../src/lib/sandbox/publish-version.ts';
import { asRelease } from '../../../src/lib/sandbox/service-bundles.ts';
import type { Sandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { trafficEvents } from '../../../src/lib/sandbox/traffic.ts';
import { startExampleSystem } from '../../support/example-system.ts';
import { observeCalls } from '../../support/observe-calls.ts';
import { jsonOf, makeHome, removeHome, runCli } from '../../support/run-cli.ts';

let sandbox: Sandbox;
let env: Record<string, string>;
let home: string;
beforeEach(async () => {
  home = makeHome();
  ({ sandbox, env } = await startExampleSystem());
  const operate = operator(sandbox.simulator, SYSTEM.region, 'ci');
  await publishVersion(sandbox.simulator, operate, SYSTEM.processor, asRelease(sandbox.bundles.processor, 6));
});
afterEach(async () => {
  await sandbox.close();
  removeHome(home);
});

const cvops = (...argv: string[]) => runCli([...argv, '--yes', '--json'], { env, home });

const [event] = trafficEvents({ events: 1, sessions: 1, poison: 0, seed: 1 }, () => Date.now());

async function replayOne(): Promise<string> {
  const operate = operator(sandbox.simulator, SYSTEM.region, 'ci');
  await operate('sqs', 'SendMessage', {
    QueueUrl: `${sandbox.endpoint}/000000000000/${SYSTEM.dlq}`,
    MessageBody: JSON.stringify(event),
    MessageGroupId: 'g',
    MessageDeduplicationId: 'd',
  });
  const { data } = jsonOf(await cvops('dlq', 'replay', 'processor', '--no-verify'));
  expect(data).toMatchObject({ replayed: 1 });
  return data.runId;
}

test('a release is tried with what the last replay sent, on both versions, and no queue is touched', async () => {
  const runId = await replayOne();
  const operations: string[] = [];
  observeCalls(sandbox.simulator, (operation) => operations.push(operation));
  const result = await cvops('alias', 'promote', 'processor', '--smoke', 'last-replay');
  const { data } = jsonOf(result);
  expect(result.stderr).toContain(`Smoke test of processor with 1 message that run ${runId} sent`);
  expect(data).toMatchObject({ outcome: 'promoted', smoke: { before: { passed: 1 }, after: { passed: 1 } } });
  expect(operations.filter((operation) => /Receive|GetQueue|Send|ChangeMessage/.test(operation))).toEqual([]);
});

test.each([
  ['last-replay', 'NoReplayedEvents', 5],
  ['run:20261123-000000-0000', 'RunNotFound', 5],
  ['last', 'FileNotFound', 5],
])('--smoke %s, which is not there, is refused before anything is invoked', async (smoke, code, exitCode) => {
  const result = await cvops('alias', 'promote', 'processor', '--smoke', smoke);
  expect(jsonOf(result).error).toMatchObject({ code, exitCode });
  const { data } = jsonOf(await cvops('alias', 'show', 'processor'));
  expect(data.aliases[0]).toMatchObject({ version: '5' });
});

test('a service without dead letters has no replay to take events from', async () => {
  const operate = operator(sandbox.simulator, SYSTEM.region, 'ci');
  await publishVersion(sandbox.simulator, operate, SYSTEM.reporter, asRelease(sandbox.bundles.reporter, 3));
  const result = await cvops('alias', 'promote', 'reporter', '--smoke', 'last-replay');
  expect(jsonOf(result).error.message).toBe('service "reporter" has no dlq in the configuration.');
});

test('deploy tells before the upload that there is no replay', async () => {
  const result = await cvops('deploy', 'processor', '--smoke', 'last-replay');
  expect(jsonOf(result).error).toMatchObject({ code: 'NoReplayedEvents' });
});
