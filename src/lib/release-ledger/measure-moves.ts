import pLimit from 'p-limit';
import type { Metrics } from '../aws/ports/metrics.ts';
import { DAY_MS, MINUTE_MS } from '../durations.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { isInterruption } from '../errors/is-interruption.ts';
import { isDone } from './delivery-metrics.ts';
import type { ReleaseCounts, ReleaseEntry } from './release-entry.ts';

/** What went through the alias while it moved; releases that could not be measured are not in it. */
export interface MeasuredMoves {
  readonly counts: ReadonlyMap<ReleaseEntry, ReleaseCounts>;
  /** Why no more could be measured; null when nothing stood in the way. */
  readonly unreadable: CvopsError | null;
}

/** The minute of the move and the next: an alias that is not settled within half a minute is not waited for. */
const MINUTES = 2;
/** CloudWatch has a minute's sums within a few minutes. */
const LATE_MS = 5 * MINUTE_MS;
/** And keeps points of a minute for 15 days: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html */
const KEPT_MS = 15 * DAY_MS;
/** Three calls each, which are within the free tier; the newest go first. */
const MOST = 60;
const AT_ONCE = 4;

/**
 * Counts the invocations through the alias, and those that failed or were turned away, in the minutes in which each
 * deployment that succeeded moved all traffic. What the old version failed earlier in that minute is among them.
 * @param now ms since the epoch.
 */
export async function measureMoves(
  metrics: Metrics,
  entries: readonly ReleaseEntry[],
  now: number,
): Promise<MeasuredMoves> {
  const limit = pLimit(AT_ONCE);
  const movedAt = ({ at, durationMs }: ReleaseEntry) => Math.floor((at + durationMs) / MINUTE_MS) * MINUTE_MS;
  const wanted = entries
    .filter(isDone)
    .filter((entry) => {
      const age = now - movedAt(entry);
      return age >= MINUTES * MINUTE_MS + LATE_MS && age < KEPT_MS;
    })
    .sort((a, b) => b.at - a.at)
    .slice(0, MOST);
  const counts = new Map<ReleaseEntry, ReleaseCounts>();
  let unreadable: CvopsError | null = null;
  const measure = async (entry: ReleaseEntry): Promise<void> => {
    if (unreadable !== null) return;
    const fromMs = movedAt(entry);
    const toMs = fromMs + MINUTES * MINUTE_MS;
    try {
      const { function: functionName, alias } = entry;
      const { invocations, errors, throttles } = await metrics.invocationCounts({ functionName, alias, fromMs, toMs });
      counts.set(entry, { invocations: invocations + throttles, failures: errors + throttles });
    } catch (cause) {
      if (!(cause instanceof CvopsError) || isInterruption(cause)) throw cause;
      unreadable ??= cause;
    }
  };
  await Promise.all(wanted.map((entry) => limit(() => measure(entry))));
  return { counts, unreadable };
}
