import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/zip-services.mjs', import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvops-zips-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Builds in a process of its own; answers file name → SHA-256. */
async function build(name: string, cwd: string, zone: string): Promise<Record<string, string>> {
  const out = join(folder, name);
  await promisify(execFile)(process.execPath, [script, out], { cwd, env: { ...process.env, TZ: zone } });
  const hash = (file: string) =>
    createHash('sha256')
      .update(readFileSync(join(out, file)))
      .digest('hex');
  return Object.fromEntries(readdirSync(out).map((file) => [file, hash(file)]));
}

test('two builds, from other folders, in other time zones and at other times, give the same bytes', async () => {
  const first = await build('first', fileURLToPath(new URL('../..', import.meta.url)), 'UTC');
  const second = await build('second', folder, 'Pacific/Auckland');
  expect(Object.keys(first).sort()).toEqual(['processor-broken.zip', 'processor.zip', 'reporter.zip', 'worker.mjs']);
  expect(second).toEqual(first);
  expect(first['processor.zip']).not.toBe(first['processor-broken.zip']);
});

test.each(['processor', 'processor-broken', 'reporter'])(
  '%s.zip holds a handler that loads by itself',
  async (name) => {
    const files = unzipSync(readFileSync(join(folder, 'first', `${name}.zip`)));
    expect(Object.keys(files)).toEqual(['index.mjs']);
    const module = join(folder, `${name}.mjs`);
    writeFileSync(module, files['index.mjs']!);
    const code = `const { handler } = await import(${JSON.stringify(pathToFileURL(module).href)}); console.log(typeof handler);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], {
      env: {
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'a',
        AWS_SECRET_ACCESS_KEY: 'b',
        TABLE_NAME: 't',
        TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:t',
      },
    });
    expect(stdout).toBe('function\n');
  },
);

test('a package stays small enough for a fast cold start and for the published tarball', () => {
  for (const name of ['processor.zip', 'processor-broken.zip', 'reporter.zip']) {
    expect(readFileSync(join(folder, 'first', name)).length, name).toBeLessThan(25_000);
  }
});
