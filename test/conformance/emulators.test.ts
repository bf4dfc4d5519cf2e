import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { EmulatorUnavailable, prepareProgram, startEmulator } from '../../scripts/emulators.mjs';
import { absent } from './absent.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/emulators.mjs', import.meta.url));

afterEach(() => vi.unstubAllEnvs());

/** What is listening at an address: an HTTP status, or undefined when the connection is refused. */
async function status(url: string): Promise<number | undefined> {
  try {
    return (await fetch(url)).status;
  } catch {
    return undefined;
  }
}

test('a machine without Python is told so, with the program and its version', async () => {
  vi.stubEnv('CVOPS_PYTHON', '/nowhere/python3');
  await expect(prepareProgram('ministack')).rejects.toThrow(EmulatorUnavailable);
  await expect(prepareProgram('ministack')).rejects.toThrow(/^ministack \d+\.\d+\.\d+: Python 3\.10 or newer/);
});

const prepared = await prepareProgram('ministack').catch((cause: Error) => cause);

if (prepared instanceof Error) {
  absent('the life of an emulator', prepared.message);
} else {
  test.skipIf(prepared.source === 'machine')(
    'an installation that fails says why and leaves nothing behind',
    async () => {
      const cache = mkdtempSync(join(tmpdir(), 'cvops-python-'));
      vi.stubEnv('PIP_NO_INDEX', '1');
      vi.stubEnv('PIP_FIND_LINKS', cache);
      await expect(prepareProgram('ministack', { cache })).rejects.toThrow(
        /^ministack \S+: ERROR: No matching distribution found for ministack/,
      );
      expect(readdirSync(cache)).toEqual([]);
      rmSync(cache, { recursive: true });
    },
  );

  test('what is installed once is not installed again', async () => {
    vi.stubEnv('PIP_NO_INDEX', '1');
    await expect(prepareProgram('ministack')).resolves.toMatchObject({ name: 'ministack' });
  });

  test('a stopped emulator is gone, with its workers', async () => {
    const emulator = await startEmulator('ministack');
    const url = `${emulator.endpoint}/_ministack/health`;
    expect(await status(url)).toBe(200);
    await emulator.stop();
    expect(await status(url)).toBeUndefined();
  });

  test('an emulator ends with its starter, even when that is killed', async () => {
    const starter = spawn(process.execPath, [SCRIPT, 'start', 'ministack'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(starter.stdout, 'data')) as [Buffer];
    const url = `${/http:\S+/.exec(line.toString())![0]}/_ministack/health`;
    expect(await status(url)).toBe(200);
    starter.kill('SIGKILL');
    await once(starter, 'exit');
    await vi.waitUntil(async () => (await status(url)) === undefined, { timeout: 50_000 });
  });
}
