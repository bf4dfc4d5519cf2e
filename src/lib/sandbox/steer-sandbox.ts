import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import type { SandboxRecord } from './record.ts';
import { RESET_PATH, SETTLE_PATH } from './reserved-path.ts';

const PATIENCE_MS = 60_000;

/** Puts a running sandbox back to its first day. @throws CvopsError `SandboxFailed`. */
export async function resetSandbox(record: SandboxRecord, signal: AbortSignal): Promise<void> {
  await post(record, RESET_PATH, 'could not be reset', signal);
}

/** Waits until the Worker has sent what it took. Answers its count of events since its start. */
export async function settleWorker(
  record: SandboxRecord,
  signal: AbortSignal,
): Promise<{ readonly sent: number; readonly lost: number }> {
  const answer = await post(record, SETTLE_PATH, 'does not finish sending', signal);
  return answer as { sent: number; lost: number };
}

async function post(record: SandboxRecord, path: string, what: string, signal: AbortSignal): Promise<unknown> {
  const failed = (why: string, cause?: unknown) =>
    new CvopsError('SandboxFailed', ExitCode.failed, `the sandbox ${what}: ${why}`, {
      hint: 'start it anew: `cvops sandbox down`, then `cvops sandbox up`.',
      cause,
    });
  try {
    const response = await fetch(record.workerUrl + path, {
      method: 'POST',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    const body = (await response.json()) as { message?: string };
    if (response.ok) return body;
    throw failed(body.message ?? `HTTP status ${response.status}`);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof CvopsError) throw cause;
    if (cause instanceof SyntaxError) throw failed(`what answers on ${record.workerUrl} is not the sandbox.`, cause);
    throw failed(cause instanceof Error ? cause.message : String(cause), cause);
  }
}
