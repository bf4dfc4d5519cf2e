import type { Queue, Queues } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import { queueDepth } from '../queue-depth.ts';
import type { ReplayEvent, VerdictBasis } from './replay-event.ts';
import type { Verified } from './replay-result.ts';

export interface AwaitVerdictOptions {
  readonly queues: Queues;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Where the copies went. */
  readonly targets: readonly Queue[];
  readonly sent: number;
  /** When whatever fails again is back, ms since the epoch; null when that cannot be said. */
  readonly deadline: number | null;
  /** Longest wait, ms; null waits until the verdict can be known. */
  readonly waitMs: number | null;
  /** ms between two looks; default 2,000, growing to 15,000. */
  readonly pollMs?: number;
  /** Judges what is known now. */
  judge(moment: Moment): Promise<Judgement>;
}

/** What the targets say at a look. */
export interface Moment {
  /** ms since the epoch. */
  readonly now: number;
  /** The targets stayed empty for so long that their counts are believed. */
  readonly settled: boolean;
  /** The deadline has passed, and the targets are empty. */
  readonly due: boolean;
}

export interface Judgement {
  /** Ids of copies that came back. */
  readonly returned: ReadonlySet<string>;
  /** What makes it certain that no other one comes back; `none` while it is not. */
  readonly basis: VerdictBasis;
  /** Copies known as processed while it is not certain. */
  readonly processed: number;
}

/** Dead letters that a verdict looks through at most. */
export const VERDICT_SCAN_LIMIT = 20_000;

/**
 * Approximate counts settle within about a minute: so long the targets must be seen empty.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
 */
const SETTLE_MS = 60_000;
const READINGS = 4;
const FIRST_POLL_MS = 2_000;
const LONGEST_POLL_MS = 15_000;
const IDS_TOLD = 100;

/** Looks again and again until it is certain what became of the copies, or the wait is over. Tells each change. */
export async function* awaitVerdict(options: AwaitVerdictOptions): AsyncGenerator<ReplayEvent, Verified, undefined> {
  const { clock, queues, signal, sent, deadline, waitMs } = options;
  const started = clock.now();
  const lastLook = waitMs === null ? Math.max(deadline ?? 0, started + SETTLE_MS) + SETTLE_MS : started + waitMs;
  let emptySince: number | null = null;
  let readings = 0;
  let pollMs = options.pollMs ?? FIRST_POLL_MS;
  let told = '';
  for (;;) {
    const targets = await Promise.all(options.targets.map(({ url }) => queues.describe(url)));
    const now = clock.now();
    const empty = targets.every((target) => queueDepth(target) === 0);
    emptySince = empty ? (emptySince ?? now) : null;
    readings = empty ? readings + 1 : 0;
    const settled = emptySince !== null && readings >= READINGS && now - emptySince >= SETTLE_MS;
    const due = deadline !== null && now >= deadline && empty;
    const { returned: ids, basis, processed } = await options.judge({ now, settled, due });
    const certain = basis !== 'none';
    const returned = Math.min(sent, ids.size);
    const succeeded = certain ? sent - returned : processed;
    const pending = sent - returned - succeeded;
    const knownBy = pending === 0 || deadline === null || deadline < now ? null : deadline;
    const text = `${succeeded} ${returned} ${pending}`;
    if (text !== told || certain) {
      told = text;
      yield { type: 'verdict', at: now, succeeded, returned, pending, basis, knownBy };
    }
    if (certain || signal.aborted || now >= lastLook) {
      return {
        succeeded,
        returned,
        pending,
        basis,
        pendingUntil: knownBy === null ? null : new Date(knownBy).toISOString(),
        returnedIds: [...ids].slice(0, IDS_TOLD),
      };
    }
    await clock.sleep(Math.min(pollMs, Math.max(1, lastLook - now)), signal).catch(() => {});
    pollMs = Math.min(LONGEST_POLL_MS, pollMs * 1.3);
  }
}
