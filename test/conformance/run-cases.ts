import pLimit from 'p-limit';
import type { Backend } from './backends/backend.ts';
import type { ConformanceCase } from './suite/case.ts';

export type Outcome =
  | { readonly id: string; readonly status: 'ok'; readonly durationMs: number }
  | { readonly id: string; readonly status: 'differs'; readonly failure: string; readonly durationMs: number }
  | { readonly id: string; readonly status: 'not run'; readonly reason: string };

/** Runs all cases on a backend, as many at a time as it likes, and answers in their order. */
export async function runCases(backend: Backend, cases: readonly ConformanceCase[]): Promise<readonly Outcome[]> {
  const limit = pLimit(backend.concurrency);
  return Promise.all(cases.map((entry) => limit(() => runCase(backend, entry))));
}

async function runCase(backend: Backend, entry: ConformanceCase): Promise<Outcome> {
  const { id } = entry;
  if (entry.needs === 'clock' && !backend.clock) {
    return { id, status: 'not run', reason: 'needs a controllable clock' };
  }
  const started = performance.now();
  const { world, close } = await backend.open();
  const deadline = new AbortController();
  try {
    await Promise.race([entry.run(world), timeout(backend.caseLimitMs, deadline.signal)]);
    return { id, status: 'ok', durationMs: performance.now() - started };
  } catch (cause) {
    const failure =
      cause instanceof Error ? (cause.name === 'NotConformant' ? cause.message : String(cause)) : String(cause);
    return { id, status: 'differs', failure, durationMs: performance.now() - started };
  } finally {
    deadline.abort();
    await close();
  }
}

/** Ends a case that never ends, on a backend that never answers. */
function timeout(ms: number, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`no end within ${ms / 1000} s`)), ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}
