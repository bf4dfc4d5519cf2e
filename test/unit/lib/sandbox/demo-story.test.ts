import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DemoStage } from '../../../../src/lib/sandbox/demo-stage.ts';
import {
  type DemoAudience,
  type DemoPlan,
  expectedFigures,
  figuresLine,
  tellDemo,
} from '../../../../src/lib/sandbox/demo-story.ts';
import { sandboxFolder } from '../../../../src/lib/sandbox/record.ts';
import { writeRecord } from '../../../../src/lib/sandbox/record-file.ts';
import { type Sandbox, startSandbox } from '../../../../src/lib/sandbox/start-sandbox.ts';
import { jsonOf, makeHome, removeHome, runCli } from '../../../support/run-cli.ts';

const SMALL: DemoPlan = {
  before: { events: 60, sessions: 6 },
  after: { events: 40, sessions: 5, poison: 2 },
  perSecond: 10,
};

describe('the story of the demo', () => {
  let home: string;
  let sandbox: Sandbox;
  let stage: DemoStage;

  beforeEach(async () => {
    home = makeHome();
    sandbox = await startSandbox({ rate: 0 });
    stage = new DemoStage(sandbox);
    const state = join(home, 'state', 'cvops');
    mkdirSync(sandboxFolder(state), { recursive: true });
    writeRecord(state, {
      pid: process.pid,
      endpoint: sandbox.endpoint,
      workerUrl: sandbox.workerUrl,
      region: sandbox.region,
      startedAt: new Date().toISOString(),
      version: '0',
    });
  });

  afterEach(async () => {
    await sandbox.close();
    removeHome(home);
  });

  /** @param unless commands that this audience pretends to have run. */
  function audience(unless: (argv: readonly string[]) => boolean = () => false): DemoAudience {
    const cvops = (argv: readonly string[]) =>
      stage.whileTimePasses(runCli(argv, { home, env: { CVOPS_SANDBOX: '1' }, clock: stage.clock }));
    return {
      narrate() {},
      remark() {},
      progress() {},
      run: async (argv) => (unless(argv) ? 0 : (await cvops(argv)).code),
      ask: async (argv) => jsonOf(await cvops([...argv, '--json'])).data,
    };
  }

  const tell = (to: DemoAudience, signal = new AbortController().signal) => tellDemo(stage, to, signal, SMALL);

  test('ends with everything written once', async () => {
    const figures = await tell(audience());
    expect(figures).toEqual(expectedFigures(SMALL));
    expect(figuresLine(figures)).toBe('100 written, 2 dead, 2 replayed, 2 verified, 0 lost, 0 twice');
  });

  test('counts what a replay that did not happen leaves lost', async () => {
    const figures = await tell(audience((argv) => argv[1] === 'replay'));
    expect(figures).toEqual({ written: 98, dead: 2, replayed: 0, verified: 0, lost: 2, twice: 0 });
  });

  test('does not go on when a command fails: a replay into the broken release is no success', async () => {
    await expect(tell(audience((argv) => argv[1] === 'rollback'))).rejects.toMatchObject({
      code: 'DemoFailed',
      message: 'the demo did not go as planned: `cvops dlq replay --yes` ended with exit code 6.',
    });
  });

  test('counts second writes', async () => {
    const base = audience();
    const run: DemoAudience['run'] = async (argv) => {
      const code = await base.run(argv);
      if (argv[1] === 'replay') await sendAgain();
      return code;
    };
    expect(await tell({ ...base, run })).toMatchObject({ written: 100, lost: 0, twice: 1 });
  });

  /** One event once more, later than the queue's five minutes of deduplication. */
  async function sendAgain(): Promise<void> {
    await sandbox.simulator.clock.advance(6 * 60_000);
    const { Items } = await stage.operate('dynamodb', 'Scan', { TableName: 'cv-analytics-events', Limit: 1 });
    const { id, sessionId, occurredAt } = Items[0];
    const event = { id: id.S, sessionId: sessionId.S, occurredAt: occurredAt.S, type: 'page_view', path: '/' };
    await fetch(`${sandbox.workerUrl}/events`, { method: 'POST', body: JSON.stringify(event) });
    await sandbox.worker.settle();
    await sandbox.simulator.clock.advance(10_000);
  }

  test('stops at an interruption', async () => {
    const abort = new AbortController();
    const base = audience();
    const reason = new Error('interrupted');
    const story = tell({ ...base, progress: () => abort.abort(reason) }, abort.signal);
    await expect(story).rejects.toBe(reason);
  });
});
