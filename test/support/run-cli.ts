import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../src/lib/clock.ts';
import type { ExitCode } from '../../src/lib/errors/exit-code.ts';
import { run } from '../../src/main.ts';
import { MemorySink } from './memory-sink.ts';

export interface RunCliOptions {
  /** Added to the isolated environment; `undefined` takes a variable away. Nothing of the ambient environment is seen. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: an empty folder. */
  readonly cwd?: string;
  readonly stdinTTY?: boolean;
  /** What is piped in. */
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>;
  readonly stdoutTTY?: boolean;
  readonly stderrTTY?: boolean;
  readonly columns?: number;
  /** Default: the wall clock. */
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  /** HOME, with the XDG folders below it. Default: a folder that is removed afterwards; see {@link makeHome}. */
  readonly home?: string;
  readonly version?: string;
}

export interface CliResult {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs one command line in this process, as `cvops …` would, with memory streams, an own HOME and no ambient
 * credentials. Give `home` to let several runs share state (a sandbox, a ledger).
 */
export async function runCli(argv: readonly string[], options: RunCliOptions = {}): Promise<CliResult> {
  const home = options.home ?? makeHome();
  const stdout = new MemorySink({ isTTY: options.stdoutTTY ?? false, columns: options.columns ?? 80 });
  const stderr = new MemorySink({ isTTY: options.stderrTTY ?? false, columns: options.columns ?? 80 });
  try {
    const code = await run(argv, {
      streams: { stdin: stdin(options), stdout, stderr },
      env: { ...isolatedEnvironment(home), ...options.env },
      cwd: options.cwd ?? home,
      clock: options.clock ?? wallClock,
      signal: options.signal ?? new AbortController().signal,
      version: options.version ?? '0.0.0-test',
    });
    return { code, stdout: stdout.text, stderr: stderr.text };
  } finally {
    if (options.home === undefined) removeHome(home);
  }
}

function stdin({ stdin: piped = '', stdinTTY = false }: RunCliOptions) {
  return {
    isTTY: stdinTTY,
    async *read() {
      if (typeof piped === 'string' || piped instanceof Uint8Array) yield Buffer.from(piped);
      else yield* piped;
    },
  };
}

/** An environment in which nothing of this machine's user is found. */
export function isolatedEnvironment(home: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_STATE_HOME: join(home, 'state'),
    NO_COLOR: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: join(home, 'aws-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(home, 'aws-credentials'),
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/** A fresh HOME; remove it with {@link removeHome}. */
export function makeHome(): string {
  return mkdtempSync(join(tmpdir(), 'cvops-test-'));
}

export function removeHome(home: string): void {
  rmSync(home, { recursive: true, force: true });
}

/** The `data` (or `error`) of the one JSON document on stdout. */
export function jsonOf(result: CliResult): JsonDocument {
  return JSON.parse(result.stdout) as JsonDocument;
}

export interface JsonDocument {
  readonly kind: string;
  readonly version: number;
  // biome-ignore lint/suspicious/noExplicitAny: each command's data has its own shape; tests look into it
  readonly data: any;
  readonly warnings: readonly { code: string; message: string }[];
  readonly next: readonly { command: string; why: string }[];
  readonly error: {
    code: string;
    message: string;
    hint: string | null;
    exitCode: number;
    expression: string;
    position: number;
  };
}

const wallClock: Clock = {
  now: Date.now,
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch((cause) => {
      // As a Clock promises: the signal's own reason.
      throw signal?.aborted === true ? signal.reason : cause;
    });
  },
};
