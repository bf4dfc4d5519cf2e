import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';
import { observeCalls } from '../../support/observe-calls.ts';
import { ReleasedFunction } from '../../support/released-function.ts';
import { makeHome, removeHome, runCli } from '../../support/run-cli.ts';

let released: ReleasedFunction;
let home: string;
beforeEach(async () => {
  home = makeHome();
  released = await ReleasedFunction.start(20);
  const services = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`s${index}`, { function: released.name, alias: 'live' }]),
  );
  writeFileSync(join(home, 'cvops.config.json'), JSON.stringify({ services }));
});
afterEach(async () => {
  await released.stop();
  removeHome(home);
});

const LAMBDA_CONTROL = /Alias|Version|Function|EventSource|Concurrency/;

/** Runs a command in a time that passes only while it waits. */
async function run(...argv: string[]): Promise<{ code: number; calls: number; waitedMs: number }> {
  let calls = 0;
  observeCalls(released.simulator, (operation) => {
    if (LAMBDA_CONTROL.test(operation)) calls++;
  });
  let waitedMs = 0;
  const start = Date.now();
  const clock: Clock = {
    now: () => start + waitedMs,
    sleep: async (ms) => {
      waitedMs += ms;
    },
  };
  const { code } = await runCli([...argv, '--json', '--yes'], { env: released.env, home, clock });
  return { code, calls, waitedMs };
}

test.each([
  [['alias', 'list'], 30],
  [['alias', 'prune', 's0', '--keep', '1', '--confirm', 'cv-analytics-processor'], 25],
  [['doctor'], 60],
])('%j makes its calls, reads too, no faster than Lambda takes them', async (argv, atLeast) => {
  const { calls, waitedMs } = await run(...argv);
  expect(calls).toBeGreaterThanOrEqual(atLeast);
  // Five at once, and from then on nine a second.
  expect(waitedMs).toBeGreaterThanOrEqual((calls - 5) * 110);
});
