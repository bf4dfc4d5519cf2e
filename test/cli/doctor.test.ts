import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folders } from '../../src/lib/folders.ts';
import { sandboxFolder } from '../../src/lib/sandbox/record.ts';
import { writeRecord } from '../../src/lib/sandbox/record-file.ts';
import type { Sandbox } from '../../src/lib/sandbox/start-sandbox.ts';
import { startExampleSystem } from '../support/example-system.ts';
import { isolatedEnvironment, jsonOf, makeHome, removeHome, runCli } from '../support/run-cli.ts';

interface Check {
  readonly id: string;
  readonly status: string;
  readonly detail: string;
  readonly hint: string | null;
}

/** What is looked at once there are credentials. */
const RESOURCES = [
  'clock',
  'worker.queue',
  'processor.queue',
  'processor.dlq',
  'processor.alias',
  'processor.settings',
  'processor.trigger',
  'processor.table',
  'reporter.alias',
  'reporter.settings',
  'reporter.table',
  'reporter.topic',
  'ledger.table',
  'ledger.units',
  'ledger.read',
  'ledger.write',
  'ledger.queue',
];

describe('doctor', () => {
  let sandbox: Sandbox;
  let env: Record<string, string>;
  beforeAll(async () => {
    ({ sandbox, env } = await startExampleSystem());
  });
  afterAll(() => sandbox.close());

  const checks = async (flags: string[] = []) => {
    const result = await runCli(['doctor', '--json', ...flags], { env });
    return { code: result.code, checks: jsonOf(result).data.checks as Check[] };
  };
  const call = (service: 'sqs' | 'lambda', operation: string, input: object) =>
    sandbox.simulator.region()[service].operations[operation]!(input, { region: 'us-east-1', headers: {} } as never);

  test('finds nothing wrong with the example system, and looks at all of it', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const { code, checks: all } = await checks();
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
    expect(all.filter(({ status }) => status !== 'OK')).toEqual([]);
    expect(all.map(({ id }) => id)).toEqual(['versions', 'configuration', 'region', 'credentials', ...RESOURCES]);
    expect(code).toBe(0);
  });

  test('says what a visibility timeout under six times the function’s costs, and how to mend it', async () => {
    const QueueUrl = `${sandbox.endpoint}/000000000000/cv-analytics-queue.fifo`;
    await call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { VisibilityTimeout: '20' } });
    const { code, checks: all } = await checks();
    expect(code).toBe(1);
    expect(all.filter(({ status }) => status === 'NG')).toEqual([
      {
        id: 'processor.trigger',
        status: 'NG',
        detail: "queue cv-analytics-queue.fifo hides messages for 20 s, less than 6 × the function's 10 s",
        hint: 'set the visibility timeout to 60 s or more.',
      },
    ]);
    await call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { VisibilityTimeout: '60' } });
  });

  test('says which settings were published and are not served', async () => {
    const FunctionName = 'cv-analytics-processor';
    await call('lambda', 'UpdateFunctionConfiguration', { FunctionName, MemorySize: 512 });
    await sandbox.simulator.clock.advance(2_000);
    await call('lambda', 'PublishVersion', { FunctionName });
    await sandbox.simulator.clock.advance(2_000);
    const { code, checks: all } = await checks();
    expect(code).toBe(1);
    expect(all.filter(({ status }) => status === 'NG')).toEqual([
      {
        id: 'processor.settings',
        status: 'NG',
        detail: 'version 6 is not served, and set otherwise than 5: memory goes from 256 MB to 512 MB',
        hint: 'release it: `cvops alias promote processor`.',
      },
    ]);
    await call('lambda', 'DeleteFunction', { FunctionName, Qualifier: '6' });
  });

  test('names each resource that is missing, with a mend that is not doctor itself', async () => {
    const { code, checks: all } = await checks(['--region', 'eu-west-2']);
    expect(code).toBe(1);
    const wrong = all.filter(({ status }) => status === 'NG');
    expect(wrong.map(({ id }) => id)).toContain('processor.table');
    expect(new Set(wrong.map(({ hint }) => hint))).toEqual(
      new Set(['create it, or correct its name in the configuration.', 'docs/release-ledger.md shows the table.']),
    );
  });

  test('stops at refused credentials: nothing else can be looked at', async () => {
    const fault = sandbox.simulator.faults.add({
      service: 'sts',
      error: { code: 'InvalidClientTokenId', statusCode: 403 },
    });
    const { code, checks: all } = await checks();
    sandbox.simulator.faults.remove(fault.id);
    expect(code).toBe(4);
    expect(all[3]).toMatchObject({ id: 'credentials', status: 'NG' });
    expect(all.slice(4).map(({ id }) => id)).toEqual(RESOURCES);
    expect(new Set(all.slice(4).map(({ status, detail }) => `${status} ${detail}`))).toEqual(
      new Set(['SKIP needs credentials']),
    );
  });

  test('does not compare clocks with a sandbox, whose time runs fast and can be moved', async () => {
    const home = makeHome();
    try {
      const { state } = folders(isolatedEnvironment(home));
      mkdirSync(sandboxFolder(state), { recursive: true });
      const { endpoint, workerUrl, region } = sandbox;
      writeRecord(state, { pid: process.pid, endpoint, workerUrl, region, startedAt: '', version: '' });
      const moved = sandbox.simulator.clock.now() + 3_600_000;
      await sandbox.simulator.clock.advance(3_600_000);
      expect(sandbox.simulator.clock.now()).toBeGreaterThanOrEqual(moved);
      const result = await runCli(['doctor', '--sandbox', '--json'], { home });
      const all = jsonOf(result).data.checks as Check[];
      expect(all.find(({ id }) => id === 'clock')).toEqual({
        id: 'clock',
        status: 'SKIP',
        detail: 'the sandbox keeps a time of its own',
        hint: null,
      });
      expect(result.code).toBe(0);
      // Elsewhere an hour's difference is wrong.
      expect((await checks()).checks.find(({ id }) => id === 'clock')).toMatchObject({ status: 'NG' });
    } finally {
      removeHome(home);
    }
  });
});

test('without a region doctor says so, and names all that it could not look at', async () => {
  const result = await runCli(['doctor', '--json'], { env: { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' } });
  expect(result.code).toBe(4);
  const checks = jsonOf(result).data.checks as Check[];
  expect(checks[2]).toMatchObject({ id: 'region', status: 'NG', hint: expect.stringContaining('--region') });
  expect(checks.slice(3).map(({ id }) => id)).toEqual(['credentials', ...RESOURCES]);
  expect(new Set(checks.slice(3).map(({ status, detail }) => `${status} ${detail}`))).toEqual(
    new Set(['SKIP needs a region']),
  );
});

test('without a configuration that can be read doctor says why, and that the rest was not looked at', async () => {
  const result = await runCli(['doctor', '--json', '--config', 'nowhere.json'], { env: { AWS_REGION: 'us-east-1' } });
  expect(result.code).toBe(4);
  expect((jsonOf(result).data.checks as Check[]).slice(1)).toMatchObject([
    { id: 'configuration', status: 'NG', hint: expect.stringContaining('--config') },
    { id: 'region', status: 'SKIP', detail: 'the configuration cannot be read' },
    { id: 'credentials', status: 'SKIP' },
    { id: 'clock', status: 'SKIP' },
  ]);
});
