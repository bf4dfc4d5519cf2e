import { expect, test } from 'vitest';
import { requireWorker } from '../../../../src/lib/credentials/wrangler-secrets.ts';

const timers = () => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;

test.each([['/nonexistent/wrangler'], [process.cwd()]])(
  'a tool that cannot be run (%s) holds nobody up',
  async (program) => {
    const before = timers();
    await expect(
      requireWorker({ command: [program], script: 'worker', env: process.env, cwd: process.cwd() }),
    ).rejects.toMatchObject({ code: 'WranglerMissing', exitCode: 4, hint: expect.stringContaining("'npx wrangler'") });
    expect(timers()).toBeLessThanOrEqual(before);
  },
);
