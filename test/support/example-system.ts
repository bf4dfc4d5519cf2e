import { type Sandbox, startSandbox } from '../../src/lib/sandbox/start-sandbox.ts';
import { endpointEnv } from './endpoint-env.ts';

/** The seeded example system in this process, and the environment that points `runCli` at it. */
export async function startExampleSystem(): Promise<{ sandbox: Sandbox; env: Record<string, string> }> {
  const sandbox = await startSandbox({});
  return {
    sandbox,
    env: endpointEnv(sandbox.endpoint),
  };
}
