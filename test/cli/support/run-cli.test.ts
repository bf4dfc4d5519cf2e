import { expect, test } from 'vitest';
import { runCli } from '../../support/run-cli.ts';

test('help goes to stdout, exit code 0', async () => {
  const { code, stdout, stderr } = await runCli(['--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('sandbox');
});

test('an unknown flag is a usage error: one line and a hint on stderr', async () => {
  const { code, stdout, stderr } = await runCli(['--sandbux']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe("Error: unknown option '--sandbux'.\nHint: did you mean --sandbox?\n");
});
