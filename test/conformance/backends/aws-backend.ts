import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from './backend.ts';
import { makeClients } from './clients.ts';
import { openWorld } from './world.ts';

/**
 * A real account: CVOPS_CONFORMANCE_AWS=1, credentials and region in the environment, and CVOPS_CONFORMANCE_ROLE = ARN of
 * an execution role that may read the case's queues and write logs. Each resource has a random name and is deleted.
 */
export function awsBackend(environment: NodeJS.ProcessEnv): Backend | undefined {
  if (environment['CVOPS_CONFORMANCE_AWS'] !== '1') return undefined;
  const region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  const roleArn = environment['CVOPS_CONFORMANCE_ROLE'];
  if (region === undefined || roleArn === undefined) {
    throw new Error('CVOPS_CONFORMANCE_AWS=1 also needs AWS_REGION and CVOPS_CONFORMANCE_ROLE');
  }
  const clients = makeClients({ region });
  return {
    name: 'aws',
    version: `AWS ${region}`,
    clock: false,
    caseLimitMs: 1_200_000,
    concurrency: 8,
    async open() {
      return openWorld({
        clients,
        region,
        roleArn,
        pollSeconds: 3,
        now: () => Date.now(),
        pass: (ms) => sleep(ms),
        // CloudTrail tells of a call within 15 minutes, metrics of SQS show within five.
        patienceMs: 900_000,
      });
    },
    async stop() {
      clients.destroy();
    },
  };
}
