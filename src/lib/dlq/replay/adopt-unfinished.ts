import type { RunHeader } from '../ledger/ledger-record.ts';
import type { Ledgers } from '../ledger/ledgers.ts';
import { openMessages } from '../ledger/open-messages.ts';
import type { MessageIdSet } from './message-id-set.ts';

/** No message outlives this. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const LONGEST_RETENTION_MS = 14 * 86_400_000;

/**
 * Learns what other runs over the same dead-letter queue left open, so that a new run after a crash is as safe as
 * resuming: what they sent is only deleted, what they may have sent keeps its first time.
 */
export async function adoptUnfinished(
  ledgers: Ledgers,
  header: RunHeader,
  now: number,
  sentIds: MessageIdSet,
  unresolved: Map<string, number>,
): Promise<void> {
  for (const runId of await ledgers.list()) {
    if (runId === header.runId) continue;
    try {
      const { header: other, last } = await ledgers.ends(runId);
      if (other.dlq.arn !== header.dlq.arn || now - last.at > LONGEST_RETENTION_MS) continue;
      if (last.type === 'end' && last.open === 0) continue;
      const open = await openMessages(ledgers.read(runId));
      for (const id of open.sent.keys()) sentIds.add(id);
      for (const [id, at] of open.unresolved) unresolved.set(id, Math.min(at, unresolved.get(id) ?? at));
    } catch {
      // A ledger of another run that cannot be read must not stop this one.
    }
  }
}
