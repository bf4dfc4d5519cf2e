import type { Queue, ReceivedMessage } from '../../aws/ports/queues.ts';
import { refuseOwnRedrive } from '../own-redrive.ts';
import { type ScanOptions, type ScanResult, scanQueue } from '../scan-queue.ts';

export interface FindMessageOptions extends Omit<ScanOptions, 'queue' | 'onMessage'> {
  readonly dlq: Queue;
  /** A MessageId or its beginning. */
  readonly id: string;
  readonly force?: boolean;
  readonly onSeen?: (seen: number) => void;
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
    ...options,
    queue: dlq,
    onMessage: (message) => {
      options.onSeen?.(++seen);
      if (!message.messageId.startsWith(id)) return undefined;
      matches.push(message);
      return id.length >= WHOLE_ID ? 'stop' : undefined;
    },
  });
  return { matches, scan };
}
