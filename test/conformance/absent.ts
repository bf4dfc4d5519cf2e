import { test } from 'vitest';

/**
 * Registers a test that is skipped, with one line on standard error. In CI it fails: there nothing may be left out because
 * the machine lacks it.
 */
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
