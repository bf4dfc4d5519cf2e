import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sandbox } from '../../src/lib/sandbox/start-sandbox.ts';
import { startExampleSystem } from '../support/example-system.ts';
import { jsonOf, runCli } from '../support/run-cli.ts';

describe('a pipe gets the fields of a result that is no list', () => {
  test.each([
    ['status', 'running\tfalse\nendpoint\t\nengine\tsimulator\nservices\t\n'],
    ['down', 'running\tfalse\nstopped\tfalse\npid\t\nendpoint\t\nengine\tsimulator\nservices\t\n'],
  ])('sandbox %s', async (verb, stdout) => {
    expect(await runCli(['sandbox', verb])).toMatchObject({ code: 0, stdout });
  });
});

describe('against the example system', () => {
  let sandbox: Sandbox;
  let env: Record<string, string>;
  beforeAll(async () => {
    ({ sandbox, env } = await startExampleSystem());
  });
  afterAll(() => sandbox.close());

  test('a rollback’s dry run in a pipe tells what would move where', async () => {
    const { stdout } = await runCli(['alias', 'rollback', 'processor', '--dry-run'], { env });
    expect(stdout).toMatch(/^releaseId\t\nservice\tprocessor\nfunction\tcv-analytics-processor\nalias\tlive\nfrom\t/);
  });

  test('a terminal as wide as COLUMNS says gets no longer lines', async () => {
    for (const columns of [60, 100]) {
      const { stdout } = await runCli(['alias', 'list'], {
        env: { ...env, COLUMNS: String(columns) },
        stdoutTTY: true,
        columns: 500,
      });
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
      expect(stdout).toMatch(columns === 60 ? /^service +processor$/m : /^SERVICE +FUNCTION/);
    }
  });

  test('without a terminal no line is broken', async () => {
    const { stdout } = await runCli(['alias', 'list', '--output', 'table'], { env, columns: 20 });
    expect(stdout).toMatch(/^SERVICE +FUNCTION/);
  });

  test('help is as wide as the terminal, and no wider than can be read', async () => {
    for (const [columns, widest] of [
      [60, 60],
      [400, 100],
    ] as const) {
      for (const argv of [['--help'], ['sandbox', 'up', '--help']]) {
        const { stdout } = await runCli(argv, { stdoutTTY: true, columns });
        const lines = stdout.split('\n').map((line) => line.length);
        expect(Math.max(...lines)).toBeLessThanOrEqual(widest);
      }
    }
  });

  test('what comes next goes where this command went', async () => {
    const flags = ['--region', 'us-east-1', '--endpoint-url', sandbox.endpoint];
    const { next } = jsonOf(await runCli(['alias', 'show', 'processor', '--json', ...flags], { env }));
    expect(next[0]!.command).toBe(
      `cvops alias rollback processor --region us-east-1 --endpoint-url ${sandbox.endpoint}`,
    );
    const plain = jsonOf(await runCli(['alias', 'show', 'processor', '--json'], { env }));
    expect(plain.next[0]!.command).toBe('cvops alias rollback processor');
  });
});
