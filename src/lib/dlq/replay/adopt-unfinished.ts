import type { RunHeader } from '../ledger/ledger-record.ts';
import type { Ledgers } from '../ledger/ledgers.ts';
import { openIds, openMessages } from '../ledger/open-messages.ts';
import { LONGEST_RETENTION_MS } from '../longest-retention.ts';
import type { MessageIdSet } from './message-id-set.ts';
import type { QueueEndOptions } from './queue-end.ts';

/** A run that waits, or replays slowly, writes nothing for minutes. */
const LONGEST_SILENCE_MS = 15 * 60_000;

/**
 * Learns what other runs over the same dead-letter queue left open, so that a new run after a crash is as safe as
 * resuming: what they sent is only deleted, what they may have sent keeps its first time.
 * @returns what a run that never ended, and was alive not long ago, may still hide; null when there was none
 */
export async function adoptUnfinished(
  ledgers: Ledgers,
  header: RunHeader,
  now: number,
  sentIds: MessageIdSet,
  unresolved: Map<string, number>,
): Promise<QueueEndOptions['interrupted']> {
  const hidden = new Set<string>();
  let lastAt = 0;
  for (const runId of await ledgers.list()) {
    if (runId === header.runId) continue;
    try {
      const { header: other, last } = await ledgers.ends(runId);
      if (other.dlq.arn !== header.dlq.arn || now - last.at > LONGEST_RETENTION_MS) continue;
      if (last.type === 'end' && last.open === 0 && last.hiddenUntil === undefined) continue;
      const open = await openMessages(ledgers.read(runId));
      for (const id of open.sent.keys()) sentIds.add(id);
      for (const [id, at] of open.unresolved) unresolved.set(id, Math.min(at, unresolved.get(id) ?? at));
      if (open.ended || other.native !== undefined || now - open.lastAt > LONGEST_SILENCE_MS) continue;
      for (const id of openIds(open)) hidden.add(id);
      lastAt = Math.max(lastAt, open.lastAt);
    } catch {
      // A ledger of another run that cannot be read must not stop this one.
    }
  }
  return lastAt === 0 ? null : { lastAt, open: hidden };
}
