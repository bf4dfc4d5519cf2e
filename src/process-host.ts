import type { Host } from './lib/context.ts';
import { CvopsError } from './lib/errors/cvops-error.ts';
import { ExitCode } from './lib/errors/exit-code.ts';
import { processStreams, whenWritten } from './lib/io/streams.ts';
import { run } from './main.ts';

/** Runs this process's command line and leaves with its exit code. */
export async function main(version: string): Promise<void> {
  const host: Host = {
    streams: processStreams(),
    env: process.env,
    cwd: process.cwd(),
    clock: { now: Date.now, sleep },
    signal: interruptSignal(),
    version,
  };
  const code = await run(process.argv.slice(2), host);
  // Not process.exit: what is still in the pipes is written first.
  process.exitCode = code;
  // A call that cannot be stopped (a program asked for credentials) holds up nobody who pressed Ctrl-C.
  if (host.signal.aborted) whenWritten(() => process.exit(code));
}

/** Aborts at the first Ctrl-C or TERM; a second one stops the process at once. */
function interruptSignal(): AbortSignal {
  const abort = new AbortController();
  const onSignal = (code: ExitCode) => () => {
    if (abort.signal.aborted) process.exit(code);
    abort.abort(new CvopsError('Interrupted', code, 'interrupted.'));
  };
  process.on('SIGINT', onSignal(ExitCode.interrupted));
  process.on('SIGTERM', onSignal(ExitCode.terminated));
  return abort.signal;
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
