import { CvopsError } from './lib/errors/cvops-error.ts';
import { ExitCode } from './lib/errors/exit-code.ts';
import { type DaemonOptions, startDaemon } from './lib/sandbox/daemon.ts';
import type { LaunchMessage } from './lib/sandbox/launch.ts';

/** The sandbox's own process, until it is told to end; `cvops sandbox up` starts it and waits for its one message. */
export async function runDaemon(): Promise<void> {
  let stop: () => void = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // Its terminal may go; it stays.
  process.on('SIGHUP', () => {});

  try {
    const options = JSON.parse(process.argv[2] ?? '{}') as DaemonOptions;
    const daemon = await startDaemon({ ...options, log: (line) => console.log(line) });
    await tell({ record: daemon.record });
    await stopped;
    await daemon.close();
    process.exit(0);
  } catch (cause) {
    const known = cause instanceof CvopsError;
    if (!known) console.error(cause);
    await tell({
      error: {
        code: known ? cause.code : 'SandboxFailed',
        exitCode: known ? cause.exitCode : ExitCode.failed,
        message: known
          ? cause.message
          : `the sandbox failed at its start: ${cause instanceof Error ? cause.message : String(cause)}`,
        ...(known && cause.hint !== undefined ? { hint: cause.hint } : {}),
      },
    });
    process.exit(1);
  }
}

/** The launcher may be gone by now; the sandbox does not mind. */
async function tell(message: LaunchMessage): Promise<void> {
  if (!process.connected) return;
  await new Promise<void>((resolve) => {
    process.send!(message, () => resolve());
  });
  if (process.connected) process.disconnect();
}
