import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { holdsSecret } from '../io/redact.ts';
import { inStateFolder, makePrivateFolder } from '../private-folder.ts';
import type { DaemonOptions } from './daemon.ts';
import { daemonLog, daemonTemporary, type SandboxRecord, sandboxFolder } from './record.ts';

/** What the daemon tells the process that launched it, once. */
export type LaunchMessage =
  | { readonly record: SandboxRecord }
  | {
      readonly error: {
        readonly code: string;
        readonly exitCode: ExitCode;
        readonly message: string;
        readonly hint?: string;
      };
    };

export interface LaunchOptions {
  readonly daemon: Omit<DaemonOptions, 'log'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly deadlineMs?: number;
  /** The daemon's program. Default: the one that was built with this code. */
  readonly entry?: string;
}

const DEADLINE_MS = 30_000;

/**
 * Room for what lives no longer than a request. With V8's 16 MB such garbage is promoted under load, and each collection
 * of the old space traces all queued messages: at a million of them a third of the CPU (docs/performance.md).
 */
const YOUNG_SPACE = '--max-semi-space-size=64';

/**
 * Starts the daemon in a process of its own that outlives this one and its terminal; resolves when it serves.
 * @throws CvopsError what the daemon says, or `SandboxFailed` with the last line of its log.
 */
export async function launchDaemon(options: LaunchOptions): Promise<SandboxRecord> {
  const { stateFolder } = options.daemon;
  const entry = options.entry ?? daemonEntry();
  const log = inStateFolder(stateFolder, () => {
    makePrivateFolder(daemonTemporary(stateFolder));
    return openSync(daemonLog(stateFolder), 'a', 0o600);
  });
  let child: ChildProcess;
  try {
    child = spawn(process.execPath, [YOUNG_SPACE, entry, JSON.stringify(options.daemon)], {
      detached: true,
      windowsHide: true,
      cwd: sandboxFolder(stateFolder),
      env: environment(options.env, daemonTemporary(stateFolder)),
      stdio: ['ignore', log, log, 'ipc'],
    });
  } finally {
    closeSync(log);
  }
  try {
    return await firstWord(child, options);
  } catch (cause) {
    // What it has begun, such as its temporary files, it takes away itself.
    child.kill('SIGTERM');
    throw cause;
  } finally {
    if (child.connected) child.disconnect();
    child.unref();
  }
}

function firstWord(child: ChildProcess, { daemon, signal, deadlineMs = DEADLINE_MS }: LaunchOptions) {
  return new Promise<SandboxRecord>((resolve, reject) => {
    const onAbort = () => {
      end();
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      end();
      reject(failed(daemon.stateFolder, `the sandbox did not answer within ${deadlineMs / 1000} s`));
    }, deadlineMs);
    const end = () => {
      clearTimeout(timer);
      child.removeAllListeners();
      signal.removeEventListener('abort', onAbort);
    };
    child.once('message', (message: LaunchMessage) => {
      end();
      if ('record' in message) return resolve(message.record);
      const { code, exitCode, message: text, hint } = message.error;
      reject(new CvopsError(code, exitCode, text, hint === undefined ? {} : { hint }));
    });
    child.once('error', (cause) => {
      end();
      reject(failed(daemon.stateFolder, `the sandbox cannot be started: ${cause.message}`));
    });
    child.once('exit', (code, killedBy) => {
      end();
      reject(failed(daemon.stateFolder, `the sandbox ended at its start (${killedBy ?? `exit code ${code}`})`));
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

function failed(stateFolder: string, what: string): CvopsError {
  const path = daemonLog(stateFolder);
  const last = lastLine(path);
  return new CvopsError('SandboxFailed', ExitCode.failed, last === '' ? `${what}.` : `${what}: ${last}`, {
    hint: `its log: ${path}`,
  });
}

function lastLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').at(-1)!.trim();
  } catch {
    return '';
  }
}

/** The daemon has no use for the caller's credentials and settings. Its temporary files get a place of its own. */
function environment(env: LaunchOptions['env'], temporary: string): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^(AWS|CVOPS)_|^NODE_OPTIONS$/.test(name) && !holdsSecret(name));
  return { ...Object.fromEntries(kept), TMPDIR: temporary, TEMP: temporary };
}

/** Seen from the built program, and from the sources. */
const ROOTS = ['../', '../../../'];

function daemonEntry(): string {
  const built = ROOTS.map((path) => new URL(path, import.meta.url)).find((root) =>
    existsSync(new URL('dist/cvops.br', root)),
  );
  if (built !== undefined) return fileURLToPath(new URL('bin/sandbox-daemon.js', built));
  throw new CvopsError(
    'SandboxFailed',
    ExitCode.failed,
    'the program of the sandbox is missing from this installation.',
    {
      hint: 'install cvops again; in a clone, run `npm run build`.',
    },
  );
}
