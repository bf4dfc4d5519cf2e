import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { SimulatedClock } from '../simulator/kernel/clock.ts';
import type { LambdaOptions } from '../simulator/lambda/lambda.ts';
import { Simulator } from '../simulator/simulator.ts';
import { sandboxCredentials } from './record.ts';
import { RESET_PATH, SETTLE_PATH } from './reserved-path.ts';
import { HISTORY_MS, seed } from './seed.ts';
import { loadServiceBundles, type ServiceBundles } from './service-bundles.ts';
import { SYSTEM } from './system.ts';
import { WorkerHost } from './worker-host.ts';

export interface SandboxOptions {
  /** Port of the AWS endpoint; 0 (the default) takes a free one. */
  readonly port?: number;
  /** Simulated seconds for each real second; 0 freezes the clock. Default 1. */
  readonly rate?: number;
  /** Simulated present, ms since the epoch. Default: the wall clock. */
  readonly now?: number;
  readonly bundles?: ServiceBundles;
  /** For tests that live through months. */
  readonly lambda?: LambdaOptions;
  /** Takes each line that the Worker logs. */
  readonly log?: (line: string) => void;
}

/** The whole example system in this process: the AWS side and the Worker, each on a loopback port. */
export interface Sandbox {
  readonly simulator: Simulator;
  readonly worker: WorkerHost;
  readonly bundles: ServiceBundles;
  readonly endpoint: string;
  readonly workerUrl: string;
  readonly region: string;
  /** Back to the first day; the clock goes on. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** @throws CvopsError `PortInUse`, `SandboxFailed`. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const bundles = options.bundles ?? loadServiceBundles();
  const now = options.now ?? Date.now();
  const clock = new SimulatedClock({ start: now - HISTORY_MS, rate: 0 });
  const simulator = await startSimulator(clock, options.port ?? 0, options.lambda ?? {});
  let worker: WorkerHost | undefined;
  const reset = async () => {
    await worker?.settle();
    await simulator.reset();
    await seed(simulator, bundles, clock.now());
  };
  const actions: Readonly<Record<string, () => Promise<object>>> = {
    [RESET_PATH]: async () => {
      await reset();
      return { status: 'ok' };
    },
    [SETTLE_PATH]: async () => {
      await worker?.settle();
      return worker?.counts ?? {};
    },
  };
  try {
    await seed(simulator, bundles, now);
    worker = await WorkerHost.start({
      module: bundles.worker,
      bindings: bindings(simulator),
      log: options.log ?? (() => {}),
      answer: async (method, path) => {
        const action = method === 'POST' ? actions[path] : undefined;
        if (action === undefined) return { status: 404, body: { message: `No ${method} ${path}.` } };
        return { status: 200, body: await action() };
      },
    });
  } catch (cause) {
    await simulator.close();
    throw cause;
  }
  clock.setRate(options.rate ?? 1);
  const { url } = worker;
  return {
    simulator,
    worker,
    bundles,
    endpoint: simulator.endpoint,
    workerUrl: url,
    region: SYSTEM.region,
    reset,
    async close() {
      await worker.close();
      await simulator.close();
    },
  };
}

async function startSimulator(clock: SimulatedClock, port: number, lambda: LambdaOptions): Promise<Simulator> {
  try {
    return await Simulator.start({ port, clock, lambda });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE' || code === 'EACCES') {
      throw new CvopsError(
        code === 'EACCES' ? 'PortForbidden' : 'PortInUse',
        ExitCode.failed,
        code === 'EACCES' ? `port ${port} needs privileges.` : `port ${port} is in use.`,
        { hint: 'name another one with --port, or leave it out to take a free one.', cause },
      );
    }
    throw cause;
  }
}

/** The Worker's bindings, as services/worker declares them. */
function bindings(simulator: Simulator): Readonly<Record<string, string>> {
  return {
    QUEUE_URL: `${simulator.endpoint}/${simulator.accountId}/${SYSTEM.queue}`,
    AWS_REGION: SYSTEM.region,
    AWS_ACCESS_KEY_ID: sandboxCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: sandboxCredentials.secretAccessKey,
    ALLOWED_ORIGIN: '*',
  };
}
