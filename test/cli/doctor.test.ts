import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sandbox } from '../../src/lib/sandbox/start-sandbox.ts';
import { startExampleSystem } from '../support/example-system.ts';
import { jsonOf, runCli } from '../support/run-cli.ts';

interface Check {
  readonly id: string;
  readonly status: string;
  readonly detail: string;
  readonly hint: string | null;
}

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
    const { code, checks: all } = await checks();
    expect(all.filter(({ status }) => status !== 'OK')).toEqual([]);
    expect(all.map(({ id }) => id)).toEqual([
      'versions',
      'configuration',
      'region',
      'credentials',
      'clock',
      'worker.queue',
      'processor.queue',
      'processor.dlq',
      'processor.alias',
      'processor.trigger',
      'processor.table',
      'reporter.alias',
      'reporter.table',
      'reporter.topic',
    ]);
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

  test('names each resource that is missing, with a mend that is not doctor itself', async () => {
    const { code, checks: all } = await checks(['--region', 'eu-west-2']);
    expect(code).toBe(1);
    const wrong = all.filter(({ status }) => status === 'NG');
    expect(wrong.map(({ id }) => id)).toContain('processor.table');
    expect(new Set(wrong.map(({ hint }) => hint))).toEqual(
      new Set(['create it, or correct its name in the configuration.']),
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
    expect(all.slice(-2)).toMatchObject([
      { id: 'credentials', status: 'NG' },
      { id: 'resources', status: 'SKIP' },
    ]);
  });
});

test('doctor says what is missing before any call: no region', async () => {
  const result = await runCli(['doctor', '--json'], { env: { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' } });
  expect(result.code).toBe(4);
  expect(jsonOf(result).data.checks.at(-1)).toMatchObject({
    id: 'region',
    status: 'NG',
    hint: expect.stringContaining('--region'),
  });
});
