import { afterAll, beforeAll, describe } from 'vitest';
import { prepareProgram, type RunningEmulator, startEmulator } from '../../../scripts/emulators.mjs';
import { endpointEnv } from '../../support/endpoint-env.ts';
import { type CliResult, makeHome, removeHome, runCli } from '../../support/run-cli.ts';
import { absent } from '../absent.ts';
import { type Clients, makeClients } from '../backends/clients.ts';

/** A MiniStack of one suite's own; to be used inside of its hooks and tests, while it runs. */
export class MiniStack {
  #emulator: RunningEmulator | undefined;
  #clients: Clients | undefined;
  #home = '';

  /** Folder in which the commands run. */
  get home(): string {
    return this.#home;
  }

  get endpoint(): string {
    return this.#emulator!.endpoint;
  }

  get clients(): Clients {
    return this.#clients!;
  }

  /** Runs a command line with `--json` against it. */
  readonly cvops = (...argv: string[]): Promise<CliResult> =>
    runCli([...argv, '--json'], { home: this.#home, env: endpointEnv(this.endpoint) });

  async start(): Promise<void> {
    this.#home = makeHome();
    this.#emulator = await startEmulator('ministack');
    this.#clients = makeClients({ region: 'us-east-1', endpoint: this.endpoint });
  }

  async stop(): Promise<void> {
    this.#clients?.destroy();
    removeHome(this.#home);
    await this.#emulator?.stop();
  }
}

/** A suite on a MiniStack of its own; where none is to be had, one test that says so. */
export async function describeOnMiniStack(title: string, suite: (ministack: MiniStack) => void): Promise<void> {
  const prepared = await prepareProgram('ministack').catch((cause: Error) => cause);
  if (prepared instanceof Error) return absent(title, prepared.message);
  describe(title, () => {
    const ministack = new MiniStack();
    beforeAll(() => ministack.start());
    afterAll(() => ministack.stop());
    suite(ministack);
  });
}
