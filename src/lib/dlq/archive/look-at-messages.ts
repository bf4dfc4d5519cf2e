import type { Queue, Queues, ReceivedMessage } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { groupOf } from '../dead-letter.ts';
import { refuseOwnRedrive } from '../own-redrive.ts';
import { scanQueue } from '../scan-queue.ts';
import { type ArchiveSelection, isMeant } from './archive-selection.ts';

export interface LookOptions extends ArchiveSelection {
  readonly queues: Queues;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly dlq: Queue;
  /** Messages to look at, at most; null for all. */
  readonly limit: number | null;
  /** Looks even at a queue that has dead letters of its own. */
  readonly force: boolean;
  readonly emptyPolls?: number;
  readonly waitSeconds?: number;
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
  const full = new AbortController();
  const groups = new Map<string, number>();
  let scanned = 0;
  let matched = 0;
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  const onMessage = (message: ReceivedMessage) => {
    if (full.signal.aborted) return;
    scanned++;
    if (!isMeant(options, message)) return;
    matched++;
    onMatch(message);
    const groupId = groupOf(message);
    if (groupId !== null) groups.set(groupId, (groups.get(groupId) ?? 0) + 1);
    if (matched === max) full.abort();
  };
  const scan = await scanQueue({
    queues: options.queues,
    queue: dlq,
    clock: options.clock,
    signal: AbortSignal.any([signal, full.signal]),
    limit,
    onMessage,
    ...(options.emptyPolls === undefined ? {} : { emptyPolls: options.emptyPolls }),
    ...(options.waitSeconds === undefined ? {} : { waitSeconds: options.waitSeconds }),
  }).catch((cause: unknown) => {
    // A standard queue lends out 120,000 messages and then refuses; what was seen until then counts.
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
    if (cause instanceof CvopsError && /OverLimit/.test(cause.code)) return null;
    throw cause;
  });
  signal.throwIfAborted();
  const { visible, inFlight, delayed } = dlq.attributes;
  const hidden = scan?.hidden ?? Math.max(0, visible + inFlight + delayed - scanned);
  const complete = !full.signal.aborted && scan?.complete === true;
  const reason = () => {
    if (scan === null) return 'inFlightLimit';
    if (full.signal.aborted) return 'max';
    if (scanned >= limit) return 'limit';
    return dlq.fifo ? 'groups' : 'others';
  };
  return {
    scanned,
    matched,
    complete,
    hidden: complete ? 0 : hidden,
    reason: complete ? null : reason(),
    groups: [...groups.entries()]
      .map(([groupId, count]) => ({ groupId, count }))
      .sort((a, b) => b.count - a.count || (a.groupId < b.groupId ? -1 : 1))
      .slice(0, GROUPS_TOLD),
    notGivenBack: scan?.notGivenBack ?? 0,
  };
}
