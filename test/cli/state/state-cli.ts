import { afterEach, beforeEach, expect } from 'vitest';
import { ana, bob, type HcpServer, startHcpServer } from '../../support/hcp-server/hcp-server.ts';
import type { HcpPerson, HcpWorkspaceState } from '../../support/hcp-server/world.ts';
import { type CliResult, makeHome, type RunCliOptions, removeHome, runCli } from '../../support/run-cli.ts';

/** 3 o'clock in the morning. */
export const NIGHT = Date.parse('2026-11-23T03:00:00Z');

export interface StateCli {
  readonly server: HcpServer;
  readonly worker: HcpWorkspaceState;
  /** ms since the epoch; the commands and the server share it. */
  now: number;
  run(argv: readonly string[], options?: RunCliOptions & { readonly as?: HcpPerson }): Promise<CliResult>;
}

/** A server with the example system's workspaces, and `cvops` that talks to it as `ana`; fresh for every test. */
export function stateCli(): StateCli {
  let home: string;
  const cli: { -readonly [K in keyof StateCli]: StateCli[K] } = {
    server: undefined as unknown as HcpServer,
    worker: undefined as unknown as HcpWorkspaceState,
    now: NIGHT,
    run: async (argv, { as = ana, env, ...options } = {}) => {
      const clock = {
        now: () => cli.now,
        sleep: async (ms: number) => {
          cli.now += ms;
        },
      };
      const result = await runCli(argv, { home, clock, env: { ...cli.server.env(as), ...env }, ...options });
      // Whatever it was, no token is in what was written.
      for (const { token } of [ana, bob]) expect(result.stdout + result.stderr).not.toContain(token);
      return result;
    },
  };
  beforeEach(async () => {
    home = makeHome();
    cli.now = NIGHT;
    cli.server = await startHcpServer({ now: () => cli.now });
    for (const name of ['processor', 'reporter']) cli.server.world.addWorkspace(`cv-analytics-${name}`);
    cli.worker = cli.server.world.addWorkspace('cv-analytics-worker');
  });
  afterEach(async () => {
    await cli.server.close();
    removeHome(home);
    expect(cli.server.violations).toEqual([]);
  });
  return cli;
}

/** A state with so many resources. */
export function stateOf(resources: number): Buffer {
  const instances = Array.from({ length: resources }, () => ({}));
  return Buffer.from(JSON.stringify({ version: 4, resources: [{ mode: 'managed', type: 't', name: 'n', instances }] }));
}
