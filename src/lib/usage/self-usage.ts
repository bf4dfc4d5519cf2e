import { paidOperation } from './paid-operations.ts';
import { sumOf } from './rows/hours.ts';
import type { UsageReport } from './usage-row.ts';

/**
 * What a report itself came to.
 * @param calls by `service:operation`, every attempt counted.
 */
export function selfUsage(calls: Readonly<Record<string, number>>): UsageReport['self'] {
  const counted = Object.entries(calls).map(([name, count]) => ({ count, paid: paidOperation(name) }));
  return {
    apiCalls: sumOf(counted.map(({ count }) => count)),
    paidCalls: sumOf(counted.map(({ count, paid }) => (paid === undefined ? 0 : count))),
    costUsd: sumOf(counted.map(({ count, paid }) => count * (paid?.usd ?? 0))),
    calls,
  };
}
