import { spawn } from 'node:child_process';
import { once } from 'node:events';
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

const reason = await prepareProgram('ministack').then(
  () => undefined,
  (cause: Error) => cause.message,
);

if (reason !== undefined) {
  absent('the life of an emulator', reason);
} else {
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
    await vi.waitUntil(async () => (await status(url)) === undefined, { timeout: 10_000 });
  });
}
