import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Projects by what they need: `unit`, `cli` and `property` need nothing but Node; `integration` starts servers on
// loopback; `conformance` also starts Python emulators; `e2e` needs the built bundle; `terraform` needs Terraform and its
// AWS provider.
const project = (
  name: string,
  options: { timeout?: number; setupFiles?: string[]; sharesProcesses?: boolean } = {},
) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    // Sources and tests keep no module state, so each worker may load the SDK and the simulator once for all its files: half
    // of the time of a project of small files. What a file does to the process itself is held against it.
    isolate: options.sharesProcesses !== true,
    setupFiles: [
      ...(options.sharesProcesses === true ? ['test/support/leaves-process-alone.ts'] : []),
      ...(options.setupFiles ?? []),
    ],
    // A bound for what hangs, far above what anything takes: machines differ by a factor of ten.
    testTimeout: options.timeout ?? 60_000,
    hookTimeout: 120_000,
  },
});

export default defineConfig({
  test: {
    // Many tests wait for servers and processes of their own: with a worker a core the cores are idle a third of the time.
    maxWorkers: Math.max(2, Math.ceil(availableParallelism() * 1.5)),
    env: {
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      NO_COLOR: '1',
      // Nothing of this machine's own AWS set-up is seen, and nothing is asked beyond loopback.
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_PROFILE: '',
    },
    projects: [
      project('unit', { sharesProcesses: true }),
      project('cli', { sharesProcesses: true }),
      project('property', { timeout: 300_000, setupFiles: ['test/support/fixed-seed.ts'], sharesProcesses: true }),
      project('integration', { timeout: 60_000 }),
      project('services', { sharesProcesses: true }),
      // The workflows of .github, whose shell steps are run by bash.
      project('workflows'),
      project('conformance', { timeout: 120_000, sharesProcesses: true }),
      project('e2e', { timeout: 180_000 }),
      project('terraform', { timeout: 600_000 }),
    ],
  },
});
