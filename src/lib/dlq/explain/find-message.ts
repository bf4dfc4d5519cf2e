import type { Queue, Queues, ReceivedMessage } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import { refuseOwnRedrive } from '../own-redrive.ts';
import { type ScanResult, scanQueue } from '../scan-queue.ts';

export interface FindMessageOptions {
  readonly queues: Queues;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly dlq: Queue;
  /** A MessageId or its beginning. */
  readonly id: string;
  /** Messages to look at, at most. */
  readonly limit: number;
  readonly force?: boolean;
  readonly onSeen?: (seen: number) => void;
  readonly onLeftHidden?: (count: number, visibleAgainAt: number) => void;
  readonly emptyPolls?: number;
  readonly waitSeconds?: number;
}

export interface FoundMessage {
  /** Messages that the id fits; more than one only for a beginning. */
  readonly matches: readonly ReceivedMessage[];
  readonly scan: ScanResult;
}

/** MessageIds of SQS are UUIDs. */
const WHOLE_ID = 36;

/**
 * Looks for one message in a dead-letter queue and gives all of them back. A whole id ends the look as soon as it is
 * found; a beginning must be tried against every message.
 * @throws CvopsError `OwnRedrivePolicy`
 */
export async function findMessage(options: FindMessageOptions): Promise<FoundMessage> {
  const { id, dlq } = options;
  if (options.force !== true) refuseOwnRedrive(dlq);
  const matches: ReceivedMessage[] = [];
  let seen = 0;
  const scan = await scanQueue({
    queues: options.queues,
    queue: dlq,
    clock: options.clock,
    signal: options.signal,
    limit: options.limit,
    emptyPolls: options.emptyPolls,
    waitSeconds: options.waitSeconds,
    onLeftHidden: options.onLeftHidden,
    onMessage: (message) => {
      options.onSeen?.(++seen);
      if (!message.messageId.startsWith(id)) return undefined;
      matches.push(message);
      return id.length >= WHOLE_ID ? 'stop' : undefined;
    },
  });
  return { matches, scan };
}
