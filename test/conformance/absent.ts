import { test } from 'vitest';

/**
 * Registers a test that tells what this machine lacks. In CI it fails: there nothing may be left out. Elsewhere it is
 * skipped with the reason, on standard error and in the report: a user needs nothing but Node.
 */
export function absent(what: string, reason: string): void {
  test(what, ({ skip }) => {
    if (process.env['CI'] === 'true') throw new Error(reason);
    process.stderr.write(`SKIPPED ${what}: ${reason}\n`);
    skip(reason);
  });
}
