import type { Queue, Queues, ReceivedMessage } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import { backoffMs, expected, isPassing } from '../replay/call-failure.ts';
import type { VisibilityKeeper } from '../visibility-keeper.ts';

export interface DeletePorts {
  readonly queues: Queues;
  readonly clock: Clock;
  readonly dlq: Queue;
  readonly keeper: VisibilityKeeper;
}

const MOST_TRIES = 6;
/** A handle is used only while it is sure to be good: a delete with an old one may say done and do nothing. */
const HANDLE_MARGIN_MS = 2_000;

/**
 * Deletes messages that are held, with some tries. What is no longer held is left: it shows up again.
 * @param onDeleted told of each as soon as it is gone, also when a later call fails
 * @throws CvopsError what a call fails with that no other try would mend
 */
export async function deleteHeld(
  { queues, clock, dlq, keeper }: DeletePorts,
  messages: readonly ReceivedMessage[],
  onDeleted: (message: ReceivedMessage) => void,
): Promise<void> {
  let open = messages;
  for (let tries = 1; ; tries++) {
    open = open.filter(({ messageId }) => keeper.holds(messageId, HANDLE_MARGIN_MS));
    if (open.length === 0) return;
    const again: ReceivedMessage[] = [];
    try {
      const results = await queues.delete(
        dlq,
        open.map(({ receiptHandle }) => receiptHandle),
      );
      results.forEach((result, index) => {
        const message = open[index]!;
        if (result.ok || result.senderFault) keeper.forget(message.messageId);
        else again.push(message);
        if (result.ok) onDeleted(message);
      });
    } catch (cause) {
      const error = expected(cause);
      if (!isPassing(error) || tries >= MOST_TRIES) throw error;
      again.push(...open);
    }
    open = again;
    if (open.length === 0 || tries >= MOST_TRIES) return;
    await clock.sleep(backoffMs(tries));
  }
}
