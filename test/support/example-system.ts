import { type Sandbox, startSandbox } from '../../src/lib/sandbox/start-sandbox.ts';

/** The seeded example system in this process, and the environment that points `runCli` at it. */
export async function startExampleSystem(): Promise<{ sandbox: Sandbox; env: Record<string, string> }> {
  const sandbox = await startSandbox({});
  return {
    sandbox,
    env: {
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      CVOPS_ENDPOINT_URL: sandbox.endpoint,
    },
  };
}
