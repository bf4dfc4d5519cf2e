import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isolatedEnvironment, makeHome, removeHome } from '../support/run-cli.ts';

// The published program is a pack of CommonJS modules that cannot import what it does not hold; an operator's own module
// must be loaded all the same. Nothing listens at the endpoint: getting as far as the first call means that it was.

const bin = fileURLToPath(new URL('../../bin/cvops.js', import.meta.url));

let home: string;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => removeHome(home));

async function dryRun(name: string, code: string) {
  writeFileSync(join(home, name), code);
  const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    [bin, 'dlq', 'replay', '--dry-run', '--json', '--edit', `./${name}`, '--endpoint-url', 'http://127.0.0.1:1'],
    { cwd: home, env: { ...isolatedEnvironment(home), ...keys }, extendEnv: false, reject: false },
  );
  return { exitCode, stderr, error: JSON.parse(stdout).error };
}

test.each([
  ['fix.mjs', 'import "node:util"; export default (message) => message;'],
  ['fix.cjs', 'module.exports = (message) => message;'],
])('the built program loads %s', async (name, code) => {
  const { exitCode, error, stderr } = await dryRun(name, code);
  expect(error.code).toBe('EndpointUnreachable');
  expect(exitCode).toBe(4);
  expect(stderr).not.toContain('ExperimentalWarning');
});

test('the built program says what is wrong with a module', async () => {
  expect((await dryRun('fix.mjs', 'export default (')).error.message).toContain('cannot be loaded: SyntaxError');
});
