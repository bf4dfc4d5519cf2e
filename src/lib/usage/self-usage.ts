import { paidOperation } from './paid-operations.ts';
import type { UsageReport } from './usage-row.ts';

/**
 * What a report itself came to.
 * @param calls by `service:operation`, every attempt counted.
 */
export function selfUsage(calls: Readonly<Record<string, number>>): UsageReport['self'] {
  const counted = Object.entries(calls).map(([name, count]) => ({ count, paid: paidOperation(name) }));
  return {
    apiCalls: counted.reduce((sum, { count }) => sum + count, 0),
    paidCalls: counted.reduce((sum, { count, paid }) => sum + (paid === undefined ? 0 : count), 0),
    costUsd: counted.reduce((sum, { count, paid }) => sum + count * (paid?.usd ?? 0), 0),
    calls,
  };
}
