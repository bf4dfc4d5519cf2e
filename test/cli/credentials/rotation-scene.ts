import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { operator } from '../../../src/lib/sandbox/operate.ts';
import { type Sandbox, startSandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { endpointEnv } from '../../support/endpoint-env.ts';
import { type CliResult, makeHome, removeHome, runCli } from '../../support/run-cli.ts';

/** What the stand-in for Wrangler was given. */
interface Given {
  readonly argv: readonly string[];
  readonly env: object;
  readonly stdin: string;
}

/** What happens while a key is rotated. */
interface Circumstances {
  /** What the program in Wrangler's place does in the end: JavaScript. */
  readonly end?: string;
  /** Whether that program keeps what it was given, as the Worker's secrets. */
  readonly keeps?: boolean;
  /** Is awaited whenever the rotation waits. */
  readonly during?: () => unknown;
  readonly signal?: AbortSignal;
}

/** A sandbox, fresh for every test, in which the sender's key is rotated. */
export class RotationScene {
  readonly user = { UserName: SYSTEM.sender };
  sandbox!: Sandbox;
  home = '';

  constructor() {
    beforeAll(async () => {
      this.sandbox = await startSandbox({ rate: 0 });
    });
    afterAll(() => this.sandbox.close());
    beforeEach(async () => {
      await this.sandbox.reset();
      this.home = makeHome();
    });
    afterEach(() => removeHome(this.home));
  }

  operate(operation: string, input: object) {
    return operator(this.sandbox.simulator, SYSTEM.region, 'test')('iam', operation, input);
  }

  /** Id and status of each key, the oldest first. */
  async keys(): Promise<readonly (readonly [id: string, status: string])[]> {
    const { AccessKeyMetadata } = await this.operate('ListAccessKeys', this.user);
    return (AccessKeyMetadata as { AccessKeyId: string; Status: string }[]).map(
      ({ AccessKeyId, Status }) => [AccessKeyId, Status] as const,
    );
  }

  get wasTold(): boolean {
    return existsSync(join(this.home, 'given.json'));
  }

  /** What Wrangler was given last. */
  get given(): Given {
    return JSON.parse(readFileSync(join(this.home, 'given.json'), 'utf8')) as Given;
  }

  /** The Worker's secrets, as Wrangler was given them. */
  get secrets(): Record<string, string> {
    return JSON.parse(this.given.stdin) as Record<string, string>;
  }

  /** The file in which the rotation is written down. */
  get journal(): string {
    const folder = join(this.home, 'state', 'cvops', 'rotations');
    return join(folder, readdirSync(folder).find((name) => name.endsWith('.json'))!);
  }

  /** Runs `cvops credentials rotate`. */
  rotate(argv: readonly string[], { end = '', keeps = true, during, signal }: Circumstances = {}): Promise<CliResult> {
    const { clock } = this.sandbox.simulator;
    return runCli(['credentials', 'rotate', '--wrangler', this.#wrangler(keeps, end), ...argv], {
      home: this.home,
      env: {
        ...endpointEnv(this.sandbox.endpoint),
        CLOUDFLARE_API_TOKEN: 'canary-of-cloudflare',
        TFE_TOKEN: 'canary-of-hcp',
      },
      clock: {
        now: () => clock.now(),
        sleep: async (ms, abort) => {
          await during?.();
          abort?.throwIfAborted();
          await clock.advance(ms);
        },
      },
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** A program in Wrangler's place. */
  #wrangler(keeps: boolean, end: string): string {
    const path = join(this.home, 'wrangler.mjs');
    const kept = JSON.stringify(join(this.home, 'given.json'));
    writeFileSync(
      path,
      `import { readFileSync, writeFileSync } from 'node:fs';
const [command, verb, , name] = process.argv.slice(2);
if (command === '--version') process.exit(0);
if (verb === 'list') {
  if (name === 'cv-analytics-worker') process.exit(0);
  console.error('✘ [ERROR] This Worker does not exist on your account. [code: 10007]');
  process.exit(1);
}
const stdin = readFileSync(0, 'utf8');
if (${keeps}) writeFileSync(${kept}, JSON.stringify({ argv: process.argv, env: process.env, stdin }));
${end}`,
    );
    return `${process.execPath} ${path}`;
  }
}
