import { expect } from 'vitest';
import type { HcpSet } from '../../support/hcp-server/world.ts';
import type { CliResult, RunCliOptions } from '../../support/run-cli.ts';
import type { StateCli } from '../state/state-cli.ts';

export const ID = 'AKIAIOSFODNN7EXAMPLE';
export const SECRET = 'wJalrXUtnFEMI/K7MDENG+canary/EXAMPLEKEYs';
export const KEYS = { AWS_ACCESS_KEY_ID: ID, AWS_SECRET_ACCESS_KEY: SECRET, AWS_REGION: 'eu-west-2' };

/** `cvops credentials push`, which never shows the secret. */
export async function push(cli: StateCli, argv: readonly string[], options: RunCliOptions = {}): Promise<CliResult> {
  const result = await cli.run(['credentials', 'push', ...argv], options);
  expect(result.stdout + result.stderr).not.toContain(SECRET);
  return result;
}

/** A variable set with a key, for every workspace unless `settings` says else. */
export function addKeySet(cli: StateCli, name: string, settings: Partial<HcpSet> = {}): void {
  const { world } = cli.server;
  const set = world.addSet(name, { global: true, ...settings });
  world.addVar(set, 'AWS_ACCESS_KEY_ID', { value: ID, sensitive: true });
  world.addVar(set, 'AWS_SECRET_ACCESS_KEY', { value: SECRET, sensitive: true });
}
