import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { ana } from '../hcp-server/hcp-server.ts';
import type { OperatorWorld } from './operator-world.ts';
import type { Scenario } from './scenarios.ts';

const USER = { UserName: SYSTEM.sender };

/** `state` and `credentials`, with an HCP Terraform and a stand-in for Cloudflare's tool. */
export const CREDENTIAL_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'state list': signedIn('state list'),
  'state show': signedIn('state show', 'worker'),
  'state history': signedIn('state history', 'worker'),
  'state lock': signedIn('state lock', 'worker', '--yes'),
  'state unlock': {
    command: 'state unlock',
    async prepare(world) {
      const hcp = await world.signInToHcp();
      hcp.world.workspace('cv-analytics-worker').lock = { type: 'users', id: ana.id, reason: '' };
      return ['state', 'unlock', 'worker', '--yes'];
    },
  },
  'credentials push': {
    command: 'credentials push',
    async prepare(world) {
      await world.signInToHcp();
      const values = {
        AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'x'.repeat(40),
        AWS_REGION: SYSTEM.region,
      };
      writeFileSync(join(world.home, 'keys.json'), JSON.stringify(values));
      return ['credentials', 'push', '--var-file', 'keys.json', '--yes'];
    },
  },
  'credentials check': signedIn('credentials check'),
  'credentials check without an HCP Terraform': {
    command: 'credentials check',
    code: 3,
    prepare: () => ['credentials', 'check'],
  },
  'credentials rotate': { command: 'credentials rotate', prepare: rotation },
  'credentials rotate after another': {
    command: 'credentials rotate',
    async prepare(world) {
      const argv = rotation(world);
      await world.run(argv);
      return argv;
    },
  },
  'credentials rotate after one that died while it told the Worker': {
    command: 'credentials rotate',
    // Nobody has used either key since.
    code: 8,
    async prepare(world) {
      const [old] = (await world.operate('iam', 'ListAccessKeys', USER)).AccessKeyMetadata;
      const { AccessKey: made } = await world.operate('iam', 'CreateAccessKey', USER);
      const folder = join(world.home, 'state', 'cvops', 'rotations');
      mkdirSync(folder, { recursive: true });
      const oldKey: string = old.AccessKeyId;
      const at = new Date(world.simulator.clock.now()).toISOString();
      const record = { step: 'pushing', before: [oldKey], oldKey, newKey: made.AccessKeyId, at };
      writeFileSync(join(folder, `${SYSTEM.sender}.json`), JSON.stringify(record));
      return rotation(world);
    },
  },
};

function signedIn(command: string, ...options: string[]): Scenario {
  return {
    command,
    async prepare(world) {
      await world.signInToHcp();
      return [...command.split(' '), ...options];
    },
  };
}

function rotation(world: OperatorWorld): readonly string[] {
  const wrangler = join(world.home, 'wrangler');
  writeFileSync(wrangler, '#!/bin/sh\ncat > /dev/null\n');
  chmodSync(wrangler, 0o755);
  return ['credentials', 'rotate', '--wrangler', wrangler, '--yes'];
}
