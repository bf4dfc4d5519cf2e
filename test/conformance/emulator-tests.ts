import { test } from 'vitest';
import { type EmulatorName, EmulatorUnavailable, prepareProgram } from '../../scripts/emulators.mjs';
import { emulatorBackend } from './backends/emulator-backend.ts';
import { conformanceTests } from './conformance-tests.ts';
import { reportColumn } from './results.ts';

/**
 * The tests of one emulator; one skipped test and one line on standard error where Python cannot provide it. In CI that is
 * a failure: there the comparison must take place.
 */
export async function emulatorTests(name: EmulatorName): Promise<void> {
  try {
    await prepareProgram(name);
  } catch (cause) {
    if (!(cause instanceof EmulatorUnavailable)) throw cause;
    absent(`conformance of ${name}`, cause.message);
    reportColumn({ backend: name, title: `${name} (absent)`, statuses: {} });
    return;
  }
  conformanceTests(name, false, () => emulatorBackend(name));
}

/** Registers a test that is skipped loudly, or fails in CI. */
export function absent(what: string, reason: string): void {
  if (process.env['CI'] === 'true') {
    test(what, () => {
      throw new Error(reason);
    });
    return;
  }
  process.stderr.write(`SKIPPED ${what}: ${reason}\n`);
  test.skip(what);
}
