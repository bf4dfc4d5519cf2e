import type { FunctionLogs } from '../../aws/ports/function-logs.ts';
import type { Queue, Queues } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import { queueDepth } from '../queue-depth.ts';
import { scanQueue } from '../scan-queue.ts';
import { awaitVerdict, type Judgement, type Moment, VERDICT_SCAN_LIMIT } from './await-verdict.ts';
import { processedMessages } from './processed-messages.ts';
import type { ReplayEvent, VerdictBasis } from './replay-event.ts';
import type { Verified } from './replay-result.ts';

export interface VerifyOptions {
  readonly queues: Queues;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly dlq: Queue;
  readonly target: Queue;
  /** Copies sent. */
  readonly replayed: number;
  /** ms since the epoch. */
  readonly firstSentAt: number;
  readonly lastSentAt: number;
  /** Whether this id is that of a copy. */
  readonly isCopy: (messageId: string) => boolean;
  /** Copies that are known to have come back. */
  readonly returned: Iterable<string>;
  /** Ids of the copies, when they are few ({@link FEW_COPIES}); an incomplete list is not used. */
  readonly copies: readonly string[];
  /** Messages that the run left in the dead-letter queue. */
  readonly left: number;
  /** Where the function says which messages it processed. */
  readonly logs?: { readonly reader: FunctionLogs; readonly functionName: string };
  /** Longest wait for the verdict, ms; null waits until every copy can be known. */
  readonly waitMs: number | null;
  /** ms between two looks; default 2,000, growing to 15,000. */
  readonly pollMs?: number;
}

const MARGIN_MS = 30_000;
const FEW_ENOUGH_FOR_LOGS = 5_000;
/** So many copies are asked for by their ids; more take one query over the span. */
export const FEW_COPIES = 10;

/**
 * When a copy that keeps failing is back in the dead-letter queue: the move happens at the receive after maxReceiveCount
 * is reached, each receive one visibility timeout after the other. Null where the target has no dead-letter queue.
 */
export function verdictDeadline(target: Queue, lastSentAt: number): number | null {
  const { redrive, visibilityTimeoutSeconds } = target.attributes;
  if (redrive === null) return null;
  return lastSentAt + redrive.maxReceiveCount * visibilityTimeoutSeconds * 1000 + MARGIN_MS;
}

/**
 * Waits until each copy is known to be processed or back. A message that fails again comes back under exactly the id
 * that our send got, because SQS keeps the id when it moves a message to its dead-letter queue. Success is known from the function's own
 * log, from a target that stays empty, or from the deadline; the basis says which.
 */
export async function* verify(options: VerifyOptions): AsyncGenerator<ReplayEvent, Verified, undefined> {
  const { clock, queues, signal, replayed } = options;
  const returned = new Set(options.returned);
  const processed = new Set<string>();
  let scannedAt = options.left + returned.size;
  const judge = async ({ now, settled, due }: Moment): Promise<Judgement> => {
    const dlq = await queues.describe(options.dlq.url);
    if (options.logs !== undefined && replayed <= FEW_ENOUGH_FOR_LOGS) {
      const known = options.copies.length === replayed;
      const ids = known ? options.copies.filter((id) => !processed.has(id)) : null;
      const found = await processedMessages({ ...options.logs, ids, fromMs: options.firstSentAt, toMs: now });
      for (const id of found) if (options.isCopy(id)) processed.add(id);
    }
    let hidden = 0;
    if (settled || due || queueDepth(dlq) > scannedAt) {
      const scan = await scanQueue({
        queues,
        queue: dlq,
        clock,
        signal,
        limit: VERDICT_SCAN_LIMIT,
        onMessage: ({ messageId }) => {
          if (options.isCopy(messageId)) returned.add(messageId);
        },
      });
      hidden = scan.hidden;
      scannedAt = Math.max(queueDepth(dlq), scan.scanned);
    }
    for (const id of returned) processed.delete(id);
    const accounted = processed.size + returned.size >= replayed;
    // What cannot be seen behind its group can still be counted: no more there than was left means that none came back.
    const more = queueDepth(dlq) > options.left + returned.size;
    const certain = accounted || ((settled || due) && (hidden === 0 || !more));
    const basis: VerdictBasis = accounted ? 'log' : !certain ? 'none' : due ? 'deadline' : 'drained';
    return { returned, basis, processed: processed.size };
  };
  const deadline = verdictDeadline(options.target, options.lastSentAt);
  return yield* awaitVerdict({ ...options, targets: [options.target], sent: replayed, deadline, judge });
}
