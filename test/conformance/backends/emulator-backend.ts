import { setTimeout as sleep } from 'node:timers/promises';
import { type EmulatorName, startEmulator } from '../../../scripts/emulators.mjs';
import type { Backend } from './backend.ts';
import { makeClients } from './clients.ts';
import { openWorld } from './world.ts';

const REGION = 'us-east-1';
const ACCOUNTS: Readonly<Record<EmulatorName, string>> = { ministack: '000000000000', moto: '123456789012' };

const ROLE = 'conformance';

/** One emulator for all cases, each with names of its own. Throws EmulatorUnavailable when there is none to be had. */
export async function emulatorBackend(name: EmulatorName): Promise<Backend> {
  const emulator = await startEmulator(name);
  if (name === 'moto') await createRole(emulator.endpoint);
  const clients = makeClients({ region: REGION, endpoint: emulator.endpoint });
  return {
    name,
    version: `${name} ${emulator.version}`,
    clock: false,
    caseLimitMs: 30_000,
    concurrency: 12,
    async open() {
      return openWorld({
        clients,
        region: REGION,
        roleArn: `arn:aws:iam::${ACCOUNTS[name]}:role/${ROLE}`,
        pollSeconds: 0,
        now: () => Date.now(),
        pass: (ms) => sleep(ms),
        patienceMs: 5000,
      });
    },
    async stop() {
      clients.destroy();
      await emulator.stop();
    },
  };
}

/** moto_server refuses a function whose role it does not know. */
async function createRole(endpoint: string): Promise<void> {
  const Service = 'lambda.amazonaws.com';
  const policy = { Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }] };
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      // Only the scope is read, to find the service.
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/iam/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: new URLSearchParams({
      Action: 'CreateRole',
      Version: '2010-05-08',
      RoleName: ROLE,
      AssumeRolePolicyDocument: JSON.stringify(policy),
    }),
  });
  if (!answer.ok) throw new Error(`moto made no role: ${await answer.text()}`);
}
