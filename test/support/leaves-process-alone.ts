import { afterAll, expect, vi } from 'vitest';

// Files of one project share their processes (`isolate: false`): what one left behind there, others would find.
const before = { ...process.env };
const rest = stateOfProcess();
afterAll(() => {
  // Only names: a value may be a secret of this machine.
  const changed = Object.keys({ ...before, ...process.env }).filter((name) => process.env[name] !== before[name]);
  expect({ changed, ...stateOfProcess() }, 'left behind in the process').toEqual({ changed: [], ...rest });
});

function stateOfProcess() {
  return { cwd: process.cwd(), exitCode: process.exitCode, hasFakeTimers: vi.isFakeTimers(), fetch: globalThis.fetch };
}
