import { spawn } from 'node:child_process';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { holdsSecret } from '../io/redact.ts';
import type { KeyHolder } from './rotate-key.ts';

export interface WranglerOptions {
  /** The program and its first words: `wrangler`, `npx wrangler`. */
  readonly command: readonly [string, ...string[]];
  readonly script: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** Without an end of its own Wrangler could wait for a login in a browser. */
const TIMEOUT_MS = 120_000;

/**
 * The secrets of a Cloudflare Worker, both in one change, through Cloudflare's own tool. They go in by standard input:
 * arguments and environments of a process can be listed by others.
 * https://developers.cloudflare.com/workers/wrangler/commands/#secret-bulk
 */
export function wranglerSecrets(options: WranglerOptions): KeyHolder {
  return {
    async push({ id, secret }) {
      const input = JSON.stringify({ AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret });
      const { code, said } = await run(options, ['secret', 'bulk', '--name', options.script], input);
      if (code !== 0) throw notTold(options, id, `ended with ${code}${said === '' ? '' : `: ${said}`}`);
    },
  };
}

/**
 * Whether the tool is there, is signed in and knows the Worker, before a key is made for it: `secret bulk` makes an empty
 * Worker of a name that it does not know, and the one that sends would keep a key that goes.
 * https://github.com/cloudflare/workers-sdk/blob/main/packages/wrangler/src/secret/index.ts
 * @throws CvopsError `WranglerMissing`, `WorkerNotSeen`
 */
export async function requireWorker(options: WranglerOptions): Promise<void> {
  const version = await run(options, ['--version'], '');
  if (version.code !== 0) throw missing(`\`${options.command.join(' ')} --version\` ended with ${version.code}`);
  const { code, said } = await run(options, ['secret', 'list', '--name', options.script], '');
  if (code !== 0) throw notSeen(options, code, said);
}

function run(
  options: WranglerOptions,
  words: readonly string[],
  input: string,
): Promise<{ readonly code: number | string; readonly said: string }> {
  const [program, ...first] = options.command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...words], {
      cwd: options.cwd,
      env: environment(options.env),
      stdio: ['pipe', 'pipe', 'pipe'],
      // Ctrl-C at the terminal is for this process, which lets a change finish.
      detached: process.platform !== 'win32',
      windowsHide: true,
      // On Windows npm's programs are scripts of cmd.exe.
      shell: process.platform === 'win32',
    });
    // Not spawn's own timeout: where the program cannot be started it is never cleared, and holds up the end.
    const timer = setTimeout(() => child.kill(), TIMEOUT_MS);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-4_000);
      });
    }
    child.on('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(missing(`${program}: ${cause.code}`));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? signal ?? 'a signal', said: whatItSaid(said) });
    });
    // A program that does not read is told of by its exit code.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** Cloudflare's own variables, but no secret of anything else: a tool of others needs none of AWS's. */
function environment(env: WranglerOptions['env']): Record<string, string> {
  const kept = Object.entries(env).filter(
    ([name]) => /^(CLOUDFLARE|CF|WRANGLER)_/.test(name) || (!/^(AWS|TF|TFE)_/.test(name) && !holdsSecret(name)),
  );
  return {
    ...Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    // Without it Wrangler's log on disk would hold what it sends.
    // https://developers.cloudflare.com/workers/wrangler/system-environment-variables/
    WRANGLER_LOG_SANITIZE: 'true',
  };
}

/** Its error with the reason, which is a paragraph below, or what it said last: in the end it tells where its log is. */
function whatItSaid(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.replace(COLOURS, '').trim())
    .filter((line) => line !== '' && !/logs were written|if you think this is a bug/i.test(line));
  const error = lines.findLastIndex((line) => /\[error\]|✘/i.test(line));
  const said = error === -1 ? (lines.at(-1) ?? '') : lines.slice(error, error + 2).join(' ');
  return said.replace(/\.$/, '');
}

const COLOURS = /\u001b\[[\d;]*m/g;

function missing(why: string): CvopsError {
  return new CvopsError('WranglerMissing', ExitCode.setup, `Cloudflare's tool cannot be run (${why}).`, {
    hint: `nothing was changed; \`npm install --global wrangler\`, or say how it is called: --wrangler 'npx wrangler'.`,
  });
}

function notSeen({ script }: WranglerOptions, code: number | string, said: string): CvopsError {
  return new CvopsError(
    'WorkerNotSeen',
    ExitCode.setup,
    `Wrangler does not see Worker "${script}": \`secret list\` ended with ${code}${said === '' ? '' : `: ${said}`}.`,
    {
      hint: 'nothing was changed; sign in (wrangler whoami, CLOUDFLARE_API_TOKEN), deploy the Worker first, or name it: "script" of the service.',
    },
  );
}

function notTold({ script }: WranglerOptions, id: string, why: string): CvopsError {
  return new CvopsError(
    'WorkerNotTold',
    ExitCode.failed,
    `Wrangler did not set the secrets of Worker "${script}": it ${why}.`,
    {
      hint: `the key before and ${id} both work. If Wrangler was refused (wrangler whoami, CLOUDFLARE_API_TOKEN), the Worker has the one before: mend it, and run this again with --retire ${id}. If it broke off, let the Worker send an event, and run this again as it is.`,
    },
  );
}
