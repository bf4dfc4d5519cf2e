import type { SandboxRecord } from './record.ts';
import { RESET_PATH } from './reserved-path.ts';

const PATIENCE_MS = 60_000;

/** Puts a running sandbox back to its first day. Answers what went wrong, or undefined. */
export async function resetSandbox(record: SandboxRecord, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(record.workerUrl + RESET_PATH, {
      method: 'POST',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    return response.ok ? undefined : (await response.text()).trim();
  } catch (cause) {
    signal.throwIfAborted();
    return cause instanceof Error ? cause.message : String(cause);
  }
}
