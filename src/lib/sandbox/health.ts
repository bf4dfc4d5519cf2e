import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
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
export async function simulatedTime(
  record: SandboxRecord,
  patienceMs = PATIENCE_MS,
): Promise<{ readonly now: string; readonly rate: number }> {
  // Not fetch: every command on the sandbox asks, and fetch takes 60 ms to load.
  const request = get(`${record.endpoint}/_simulator/clock`, { agent: false, signal: AbortSignal.timeout(patienceMs) });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return (await json(response)) as { now: string; rate: number };
}
