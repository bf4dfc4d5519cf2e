import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DemoStage } from '../../../src/lib/sandbox/demo-stage.ts';
import { release } from '../../../src/lib/sandbox/seed.ts';
import { asRelease } from '../../../src/lib/sandbox/service-bundles.ts';
import { type Sandbox, startSandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { trafficEvents } from '../../../src/lib/sandbox/traffic.ts';
import { endpointEnv } from '../../support/endpoint-env.ts';
import { type CliResult, makeHome, removeHome, runCli } from '../../support/run-cli.ts';

const MINUTE = 60_000;
/** These wait for nothing, and `doctor` compares clocks: time of the simulator does not run on for them. */
const AT_ONCE = new Set(['init', 'doctor']);
const TRAFFIC = { events: 120, sessions: 12, seed: 20_260_603 };

/** The example system in the state that a runbook begins with, and a person's terminal in front of it. */
export class RunbookStage {
  readonly home = makeHome();
  readonly sandbox: Sandbox;
  readonly env: Record<string, string | undefined>;
  readonly #stage: DemoStage;

  private constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
    this.#stage = new DemoStage(sandbox);
    this.env = endpointEnv(sandbox.endpoint);
  }

  /** @param now ms since the epoch; `cvops doctor` compares it with the clock of this machine */
  static async start(now = Date.UTC(2026, 5, 17, 12)): Promise<RunbookStage> {
    const stage = new RunbookStage(await startSandbox({ rate: 0, now: now - 2 * MINUTE }));
    // Every alarm has looked once.
    await stage.sandbox.simulator.clock.advance(2 * MINUTE);
    return stage;
  }

  async stop(): Promise<void> {
    await this.sandbox.close();
    removeHome(this.home);
  }

  /** Types a command at a terminal of 200 columns; time of the simulator passes while it runs, for it may wait. */
  type(argv: readonly string[]): Promise<CliResult> {
    const { home, env } = this;
    const terminal = { home, cwd: home, env, stdoutTTY: true, columns: 200 };
    if (AT_ONCE.has(argv[0]!)) return runCli(argv, terminal);
    return this.#stage.whileTimePasses(runCli(argv, { ...terminal, clock: this.#stage.clock }));
  }

  /** Release 6 went live and kills what it cannot decode; some events are dead, and the alarm is off. */
  async breakRelease(): Promise<void> {
    const { bundles, simulator } = this.sandbox;
    const zip = asRelease(bundles.brokenProcessor, SYSTEM.firstRelease + 1);
    await release(simulator, this.#stage.operate, SYSTEM.processor, zip, 'release 6');
    await this.#send(3);
    const isOver = async () => {
      const { visible, inFlight } = await this.#stage.depth(SYSTEM.queue);
      return visible + inFlight === 0 && (await this.#stage.depth(SYSTEM.dlq)).visible >= 3;
    };
    const limit = { limitMs: 30 * MINUTE, signal: new AbortController().signal };
    if (!(await this.#stage.advanceUntil(isOver, limit))) throw new Error('nothing died');
    await simulator.clock.advance(2 * MINUTE);
  }

  /** Roots as infra/terraform has them, and a program that prints their outputs. */
  placeTerraform(): void {
    const roots = {
      worker: { queue: SYSTEM.queue },
      processor: {
        function: SYSTEM.processor,
        alias: SYSTEM.alias,
        queue: SYSTEM.queue,
        dlq: SYSTEM.dlq,
        table: SYSTEM.table,
        releaseTable: SYSTEM.releaseTable,
      },
      reporter: { function: SYSTEM.reporter, alias: SYSTEM.alias, table: SYSTEM.table, topic: SYSTEM.topic },
    };
    for (const [service, names] of Object.entries(roots)) {
      const root = join(this.home, 'infra', 'terraform', service);
      mkdirSync(root, { recursive: true });
      writeFileSync(join(root, 'main.tf'), '');
      writeFileSync(join(root, 'out.json'), JSON.stringify({ cvops: { value: { service, ...names } } }));
    }
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell fills it in
    this.#program('terraform', 'cat "${1#-chdir=}/out.json"');
  }

  /** Stands for Cloudflare's tool: takes what is piped in and keeps it to itself. */
  placeWrangler(): void {
    this.#program('wrangler', 'cat > /dev/null');
  }

  /** The zip that a build leaves: the processor with one more file in it. */
  placeZip(): void {
    mkdirSync(join(this.home, 'dist', 'services'), { recursive: true });
    const zip = Buffer.from(asRelease(this.sandbox.bundles.processor, SYSTEM.firstRelease + 1), 'base64');
    writeFileSync(join(this.home, 'dist', 'services', 'processor.zip'), zip);
    const smoke = new URL('../../../.github/smoke/', import.meta.url);
    cpSync(smoke, join(this.home, '.github', 'smoke'), { recursive: true });
  }

  #program(name: string, script: string): void {
    const path = join(this.home, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    this.env['PATH'] = `${this.home}:/usr/bin:/bin`;
  }

  async #send(poison: number): Promise<void> {
    const { clock } = this.sandbox.simulator;
    const start = clock.now();
    const events = [...trafficEvents({ ...TRAFFIC, poison }, (index) => start + index * 100)];
    const signal = new AbortController().signal;
    await this.#stage.send(events, { perSecond: 10, signal, onProgress() {} });
  }
}
