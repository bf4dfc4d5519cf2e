import type { Queue, ReceivedMessage } from '../../aws/ports/queues.ts';
import { groupOf } from '../dead-letter.ts';
import { refuseOwnRedrive } from '../own-redrive.ts';
import { type ScanOptions, scanQueue } from '../scan-queue.ts';
import { type ArchiveSelection, isMeant } from './archive-selection.ts';

export interface LookOptions extends ArchiveSelection, Omit<ScanOptions, 'queue' | 'limit' | 'onMessage'> {
  readonly dlq: Queue;
  /** Messages to look at, at most; null for all. */
  readonly limit: number | null;
  /** Looks even at a queue that has dead letters of its own. */
  readonly force: boolean;
}

export interface Look {
  readonly scanned: number;
  readonly matched: number;
  /** Everything in the queue was seen. */
  readonly complete: boolean;
  /** About how many messages were not seen. */
  readonly hidden: number;
  /** Why not everything was seen; null when it was. */
  readonly reason: 'limit' | 'max' | 'inFlightLimit' | 'groups' | 'others' | null;
  /** Matches of each message group, largest first; at most fifty. */
  readonly groups: readonly { readonly groupId: string; readonly count: number }[];
  readonly notGivenBack: number;
}

const GROUPS_TOLD = 50;

/**
 * Looks at the messages that are meant, in the order of each group, and gives all back.
 * @throws CvopsError `OwnRedrivePolicy`, and what the calls throw
 */
export async function lookAtMessages(options: LookOptions, onMatch: (message: ReceivedMessage) => void): Promise<Look> {
  const { dlq, max, signal } = options;
  if (!options.force) refuseOwnRedrive(dlq);
  const groups = new Map<string, number>();
  let matched = 0;
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  const onMessage = (message: ReceivedMessage) => {
    if (!isMeant(options, message)) return undefined;
    matched++;
    onMatch(message);
    const groupId = groupOf(message);
    if (groupId !== null) groups.set(groupId, (groups.get(groupId) ?? 0) + 1);
    return matched === max ? 'stop' : undefined;
  };
  const scan = await scanQueue({ ...options, queue: dlq, limit, onMessage });
  signal.throwIfAborted();
  const { complete, scanned } = scan;
  const reason = () => {
    if (scan.inFlightLimit) return 'inFlightLimit';
    if (matched === max) return 'max';
    if (scanned >= limit) return 'limit';
    return dlq.fifo ? 'groups' : 'others';
  };
  return {
    scanned,
    matched,
    complete,
    hidden: scan.hidden,
    reason: complete ? null : reason(),
    groups: [...groups.entries()]
      .map(([groupId, count]) => ({ groupId, count }))
      .sort((a, b) => b.count - a.count || (a.groupId < b.groupId ? -1 : 1))
      .slice(0, GROUPS_TOLD),
    notGivenBack: scan.notGivenBack,
  };
}
