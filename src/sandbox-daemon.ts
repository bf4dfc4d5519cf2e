import { CvopsError } from './lib/errors/cvops-error.ts';
import { ExitCode } from './lib/errors/exit-code.ts';
import { type DaemonOptions, startDaemon } from './lib/sandbox/daemon.ts';
import type { LaunchMessage } from './lib/sandbox/launch.ts';

// The program of the sandbox's own process; `cvops sandbox up` starts it and waits for its one message.
const tell = (message: LaunchMessage) => {
  process.send?.(message);
  if (process.connected) process.disconnect();
};

try {
  const daemon = await startDaemon(JSON.parse(process.argv[2] ?? '{}') as DaemonOptions);
  let closing = false;
  const close = async () => {
    if (closing) return;
    closing = true;
    await daemon.close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void close());
  process.on('SIGINT', () => void close());
  // Its terminal may go; it stays.
  process.on('SIGHUP', () => {});
  tell({ record: daemon.record });
} catch (cause) {
  const known = cause instanceof CvopsError;
  if (!known) console.error(cause);
  tell({
    error: known
      ? {
          code: cause.code,
          exitCode: cause.exitCode,
          message: cause.message,
          ...(cause.hint === undefined ? {} : { hint: cause.hint }),
        }
      : {
          code: 'SandboxFailed',
          exitCode: ExitCode.failed,
          message: `the sandbox failed at its start: ${cause instanceof Error ? cause.message : cause}`,
        },
  });
  process.exitCode = 1;
}
