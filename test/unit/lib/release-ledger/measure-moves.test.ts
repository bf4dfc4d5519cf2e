import { describe, expect, test } from 'vitest';
import type { CountQuery, InvocationCounts } from '../../../../src/lib/aws/ports/metrics.ts';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../src/lib/errors/exit-code.ts';
import { measureMoves } from '../../../../src/lib/release-ledger/measure-moves.ts';
import type { ReleaseEntry } from '../../../../src/lib/release-ledger/release-entry.ts';
import { DAY_1, entry, MINUTE_MS } from './support/entries.ts';

const DAY_MS = 86_400_000;
const NOW = DAY_1 + DAY_MS;

const measured = async (entries: readonly ReleaseEntry[], answer: () => InvocationCounts, now = NOW) => {
  const queries: CountQuery[] = [];
  const metrics = {
    invocationCounts: async (query: CountQuery) => {
      queries.push(query);
      return answer();
    },
    queueReadings: async () => [],
  };
  return { queries, ...(await measureMoves(metrics, entries, now)) };
};
const quiet = () => ({ invocations: 0, errors: 0, throttles: 0 });

describe('what went through an alias while it moved', () => {
  test('is counted over the minute in which the release ended and the next', async () => {
    const release = entry({ at: DAY_1 + 50_000, durationMs: 15_000 });
    const { queries, counts } = await measured([release], () => ({ invocations: 90, errors: 2, throttles: 3 }));
    expect(queries).toEqual([
      {
        functionName: 'cv-analytics-processor',
        alias: 'live',
        fromMs: DAY_1 + MINUTE_MS,
        toMs: DAY_1 + 3 * MINUTE_MS,
      },
    ]);
    // Throttled requests are no invocations to Lambda, and failed to who made them.
    expect(counts.get(release)).toEqual({ invocations: 93, failures: 5 });
  });

  test('is asked for deployments that succeeded, and for none whose minutes CloudWatch has not yet or no more', async () => {
    const moved = (at: number, change: Partial<ReleaseEntry> = {}) => entry({ at, durationMs: 0, ...change });
    const entries = [
      moved(DAY_1, { kind: 'rollback' }),
      moved(DAY_1, { outcome: 'failed' }),
      moved(NOW - 6 * MINUTE_MS),
      moved(NOW - 7 * MINUTE_MS),
      moved(NOW - 15 * DAY_MS),
      moved(NOW - 15 * DAY_MS + MINUTE_MS),
    ];
    const { counts } = await measured(entries, quiet);
    expect([...counts.keys()]).toEqual([entries[3], entries[5]]);
  });

  test('is asked for no more than the newest sixty', async () => {
    const entries = Array.from({ length: 70 }, (_, n) => entry({ at: DAY_1 - n * MINUTE_MS }));
    const { counts } = await measured(entries, quiet);
    expect([...counts.keys()]).toEqual(entries.slice(0, 60));
  });

  test('that may not be read is not asked for again and again', async () => {
    const denied = new CvopsError('AccessDenied', ExitCode.setup, 'not allowed.');
    const entries = Array.from({ length: 70 }, (_, n) => entry({ at: DAY_1 - n * MINUTE_MS }));
    const { queries, counts, unreadable } = await measured(entries, () => {
      throw denied;
    });
    expect(unreadable).toBe(denied);
    expect(counts.size).toBe(0);
    expect(queries.length).toBeLessThan(10);
  });
});
