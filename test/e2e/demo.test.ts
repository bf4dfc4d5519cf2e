import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isolatedEnvironment, makeHome, removeHome } from '../support/run-cli.ts';

const bin = fileURLToPath(new URL('../../bin/cvops.js', import.meta.url));
const EVERYTHING = '10,000 written, 3 dead, 3 replayed, 3 verified, 0 lost, 0 twice';

describe('cvops demo, as built', () => {
  let home: string;
  let temporary: string;
  let env: Record<string, string>;

  beforeEach(() => {
    home = makeHome();
    temporary = join(home, 'tmp');
    mkdirSync(temporary);
    env = { ...isolatedEnvironment(home), TMPDIR: temporary };
  });

  afterEach(() => {
    removeHome(home);
  });

  const demo = (...argv: string[]) =>
    execa(process.execPath, [bin, 'demo', ...argv], { env, extendEnv: false, cwd: home, reject: false });

  test('tells the story with real commands, ends on figures that it counted, and leaves nothing behind', async () => {
    const { exitCode, stdout } = await demo();
    const lines = stdout.split('\n');
    expect(lines.at(-1)).toBe(`✓ ${EVERYTHING}`);
    expect(exitCode).toBe(0);
    expect(lines.filter((line) => line.startsWith('$ '))).toEqual([
      '$ export CVOPS_SANDBOX=1',
      '$ cvops dlq list',
      '$ cvops dlq inspect --explain',
      '$ cvops alias rollback processor --yes',
      '$ cvops dlq replay --yes',
    ]);
    expect(stdout).toMatch(/^processor +cv-analytics-dlq\.fifo +cv-analytics-queue\.fifo +3 /m);
    expect(stdout).toMatch(/^ *3 +URIError: URI malformed +6 /m);
    expect(stdout).toContain('✓ processor serves version 5 again.');
    expect(stdout).toContain('✓ Replayed 3 of 3 messages; 3 of 3 succeeded');
    expect(stdout).toMatch(/^Mail to ops@example\.com at \d\d:\d\d UTC: ALARM: "cv-analytics-dlq-depth"/m);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('is one JSON document with --json: steps, their documents, the figures', async () => {
    const { exitCode, stdout } = await demo('--json');
    const document = JSON.parse(stdout);
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({ kind: 'cvops/demo', version: 1 });
    expect(document.data.figures).toEqual({ written: 10_000, dead: 3, replayed: 3, verified: 3, lost: 0, twice: 0 });
    const steps = new Map<string, { command: string | null; exitCode: number | null; document: { data: unknown } }>(
      document.data.steps.map((step: { id: string }) => [step.id, step]),
    );
    expect([...steps.keys()]).toEqual([
      'traffic',
      'release',
      'failure',
      'list',
      'inspect',
      'rollback',
      'replay',
      'count',
    ]);
    expect(steps.get('rollback')).toMatchObject({
      command: 'cvops alias rollback processor --yes',
      exitCode: 0,
      document: { kind: 'cvops/alias.rollback', data: { from: '6', to: '5' } },
    });
    expect(steps.get('replay')!.document.data).toMatchObject({
      matched: 3,
      replayed: 3,
      failed: 0,
      verified: { succeeded: 3, returned: 0, pending: 0 },
    });
  });

  test('Ctrl-C ends it at once and cleans up', async () => {
    const child = spawn(process.execPath, [bin, 'demo'], { env, cwd: home, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk;
    });
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk;
      if (stdout.includes('# 7,000 events')) child.kill('SIGINT');
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).toBe(130);
    expect(stderr).toContain('Error: interrupted.');
    expect(stdout).not.toContain('written');
    expect(readdirSync(temporary)).toEqual([]);
  });
});
