import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { bob, type HcpServer, startHcpServer } from '../../support/hcp-server/hcp-server.ts';
import { runCli } from '../../support/run-cli.ts';
import { missingLine, stepsOf } from './runbook.ts';
import { RunbookStage } from './runbook-stage.ts';

const HOUR = 3_600_000;

let stage: RunbookStage | undefined;
let hcp: HcpServer | undefined;
afterEach(async () => {
  await stage?.stop();
  await hcp?.close();
  expect(hcp?.violations ?? []).toEqual([]);
  stage = undefined;
  hcp = undefined;
});

/** Types all commands of a runbook, one after the other, and holds each against what the page says. */
async function follow(name: string, on: RunbookStage): Promise<void> {
  for (const { argv, exitCode, expected, line } of stepsOf(name)) {
    const where = `docs/runbooks/${name}.md:${line}: cvops ${argv.join(' ')}`;
    const { code, stdout, stderr } = await on.type(argv);
    expect({ where, code }, stdout + stderr).toEqual({ where, code: exitCode });
    expect(missingLine(`${stdout}\n${stderr}`, expected), `${where}\n${stdout}${stderr}`).toBeUndefined();
  }
}

/** HCP Terraform with the three workspaces, in the stage's time, and the stage's person signed in to it. */
async function startHcp(on: RunbookStage): Promise<void> {
  hcp = await startHcpServer({ now: () => on.sandbox.simulator.clock.now() });
  for (const service of ['worker', 'processor', 'reporter']) hcp.world.addWorkspace(`cv-analytics-${service}`);
  Object.assign(on.env, hcp.env());
}

describe('the runbooks', () => {
  test('first bring-up', { timeout: 120_000 }, async () => {
    stage = await RunbookStage.start(Date.now());
    stage.placeTerraform();
    await follow('first-bring-up', stage);
  });

  test('release', async () => {
    stage = await RunbookStage.start();
    stage.placeZip();
    await follow('release', stage);
  });

  test('rollback', async () => {
    stage = await RunbookStage.start();
    await stage.breakRelease();
    await follow('rollback', stage);
  });

  test('dead letters', { timeout: 120_000 }, async () => {
    stage = await RunbookStage.start();
    await stage.breakRelease();
    await follow('dead-letters', stage);
  });

  test('free tier', async () => {
    stage = await RunbookStage.start();
    await follow('free-tier', stage);
  });

  test('lock stuck', async () => {
    stage = await RunbookStage.start();
    const { clock } = stage.sandbox.simulator;
    await startHcp(stage);
    const theirs = { env: hcp!.env(bob), clock: { now: () => clock.now(), sleep: async () => {} } };
    await runCli(['state', 'lock', 'worker', '--reason', 'surgery', '--yes'], theirs);
    await clock.advance(HOUR);
    await follow('lock-stuck', stage);
  });

  test('key leaked', async () => {
    stage = await RunbookStage.start();
    await startHcp(stage);
    stage.placeWrangler();
    await follow('key-leaked', stage);
  });

  test('are all tried, and each has steps', () => {
    const names = readdirSync(new URL('../../../docs/runbooks/', import.meta.url)).filter(
      (name) => name !== 'README.md',
    );
    expect(names.map((name) => name.replace('.md', '')).sort()).toEqual([
      'dead-letters',
      'first-bring-up',
      'free-tier',
      'key-leaked',
      'lock-stuck',
      'release',
      'rollback',
    ]);
    for (const name of names) expect(stepsOf(name.replace('.md', '')).length).toBeGreaterThan(3);
  });
});

describe('what a runbook says', () => {
  test('is found line by line in the order of the output, whatever the space and `…` between', () => {
    const output = 'SERVICE    DLQ\nprocessor  dead.fifo   3\n✓ done, 12 s';
    expect(missingLine(output, ['processor dead.fifo 3', '✓ done, … s'])).toBeUndefined();
    expect(missingLine(output, ['✓ done', 'processor'])).toBe('processor');
    expect(missingLine(output, ['dead.fifo 4'])).toBe('dead.fifo 4');
    expect(missingLine('a+b (c)', ['a+b (c)'])).toBeUndefined();
  });
});
