import { describe, expect, test } from 'vitest';
import { connectHcp, type HcpContext, workspaceOf } from '../../../../src/lib/hcp/connect.ts';
import { Redactor } from '../../../../src/lib/io/redact.ts';
import { ana, startHcpServer } from '../../../support/hcp-server/hcp-server.ts';
import { MemorySink } from '../../../support/memory-sink.ts';

function context(env: HcpContext['env'], settings: HcpContext['settings']) {
  const stderr = new MemorySink({ isTTY: false, columns: 80 });
  const made: HcpContext = {
    env,
    settings,
    redactor: new Redactor({}),
    streams: { stderr },
    clock: { now: () => 0, sleep: async () => {} },
    signal: new AbortController().signal,
    version: '0.0.0-test',
    config: async () => ({ services: {}, terraform: { organization: 'of-the-file' } }),
  };
  return { context: made, stderr };
}

describe('connecting to HCP Terraform', () => {
  test('--debug tells each call, and never the token', async () => {
    const server = await startHcpServer();
    try {
      const { context: loud, stderr } = context(server.env(), { debug: true, sandbox: true });
      await (await connectHcp(loud)).account();
      expect(stderr.text).toBe('debug: hcp:GET /account/details 200 0 ms\n');
      const { context: quiet, stderr: nothing } = context(server.env(ana), { debug: false, sandbox: false });
      await (await connectHcp(quiet)).account();
      expect(nothing.text).toBe('');
    } finally {
      await server.close();
    }
  });

  test('--sandbox calls nothing beyond this machine', async () => {
    const { context: sandboxed } = context({ TFE_TOKEN: 'canary' }, { debug: false, sandbox: true });
    await expect(connectHcp(sandboxed)).rejects.toMatchObject({ code: 'SandboxHasNoHcp', exitCode: 2 });
    const { context: real } = context({ TFE_TOKEN: 'canary' }, { debug: false, sandbox: false });
    expect((await connectHcp(real)).access).toMatchObject({
      organization: 'of-the-file',
      hostname: 'app.terraform.io',
    });
  });

  test('a service has a workspace of its name, or the one that it names', () => {
    expect(workspaceOf({ name: 'worker' })).toBe('cv-analytics-worker');
    expect(workspaceOf({ name: 'worker', workspace: 'prod-worker' })).toBe('prod-worker');
  });
});
