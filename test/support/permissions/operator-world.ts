import { type Operate, operator } from '../../../src/lib/sandbox/operate.ts';
import { type Sandbox, startSandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import type { SimulatedClock } from '../../../src/lib/simulator/kernel/clock.ts';
import { simulatedTime } from '../../integration/dlq/support/dead-letter-scene.ts';
import { endpointEnv } from '../endpoint-env.ts';
import { type HcpServer, startHcpServer } from '../hcp-server/hcp-server.ts';
import { type CliResult, makeHome, removeHome, runCli } from '../run-cli.ts';
import { type GatedCall, gateCalls } from './iam-gate.ts';

/** Simulated seconds in a real one: long polls take no time, and what is held stays held on a slow machine. */
const RATE = 20;

/** The example system, and an operator whose every call is seen and may be refused. */
export class OperatorWorld {
  readonly #sandbox: Sandbox;
  #home = makeHome();
  /** Another one after each reset: a call that an ended command left in flight is not the next one's. */
  #accessKeyId = '';
  #resets = 0;
  #calls: GatedCall[] = [];
  #allows: (call: GatedCall) => boolean = () => true;
  #hcp: HcpServer | undefined;
  #signedIn = false;

  private constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  static async start(): Promise<OperatorWorld> {
    return new OperatorWorld(await startSandbox({ rate: RATE }));
  }

  /** Folder in which the commands run. */
  get home(): string {
    return this.#home;
  }

  get simulator() {
    return this.#sandbox.simulator;
  }

  /** Calls the simulator as somebody else, past the gate. */
  get operate(): Operate {
    return operator(this.simulator, SYSTEM.region, 'test');
  }

  /** The operator's calls since {@link OperatorWorld.watch}. */
  get calls(): readonly GatedCall[] {
    return this.#calls;
  }

  /** Back to the first day, with a fresh HOME and every call allowed. */
  async reset(): Promise<void> {
    this.setRate(RATE);
    await this.#sandbox.reset();
    removeHome(this.#home);
    this.#home = makeHome();
    this.#signedIn = false;
    this.#allows = () => true;
    this.#accessKeyId = `AKIAOPERATOR${++this.#resets}`;
    gateCalls(this.simulator, this.#accessKeyId, (call) => {
      this.#calls.push(call);
      return this.#allows(call);
    });
  }

  /** The operator has a token of an HCP Terraform with the system's workspaces, until the next reset. */
  async signInToHcp(): Promise<HcpServer> {
    this.#hcp ??= await startHcpServer();
    this.#hcp.world.workspaces.splice(0);
    for (const service of ['worker', 'processor', 'reporter']) this.#hcp.world.addWorkspace(`cv-analytics-${service}`);
    this.#signedIn = true;
    return this.#hcp;
  }

  /** Simulated seconds in a real one, until the next reset. */
  setRate(rate: number): void {
    (this.simulator.clock as SimulatedClock).setRate(rate);
  }

  /** From now on calls are kept, and only what `allows` allows is done. */
  watch(allows: (call: GatedCall) => boolean = () => true): void {
    this.#calls = [];
    this.#allows = allows;
  }

  /** Runs a command line as the operator. */
  run(argv: readonly string[]): Promise<CliResult> {
    return runCli(argv, {
      home: this.#home,
      env: {
        ...endpointEnv(this.#sandbox.endpoint),
        AWS_ACCESS_KEY_ID: this.#accessKeyId,
        ...(this.#signedIn ? this.#hcp?.env() : {}),
      },
      clock: simulatedTime(this.simulator.clock as SimulatedClock),
    });
  }

  async stop(): Promise<void> {
    await this.#sandbox.close();
    await this.#hcp?.close();
    removeHome(this.#home);
  }
}
