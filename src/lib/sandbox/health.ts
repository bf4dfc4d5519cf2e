import type { SandboxRecord } from './record.ts';

/** Long enough for a busy machine; a sandbox that does not answer by then is stuck. */
const PATIENCE_MS = 6_000;

/** Does the process of the record itself answer on its endpoint? */
export async function answers(record: SandboxRecord, patienceMs = PATIENCE_MS): Promise<boolean> {
  try {
    const response = await fetch(`${record.endpoint}/_simulator/health`, { signal: AbortSignal.timeout(patienceMs) });
    const health = (await response.json()) as { pid?: unknown };
    return health.pid === record.pid;
  } catch {
    return false;
  }
}

/** Simulated time (ISO 8601) and its speed. */
export async function simulatedTime(record: SandboxRecord): Promise<{ readonly now: string; readonly rate: number }> {
  const response = await fetch(`${record.endpoint}/_simulator/clock`, { signal: AbortSignal.timeout(PATIENCE_MS) });
  return (await response.json()) as { now: string; rate: number };
}
