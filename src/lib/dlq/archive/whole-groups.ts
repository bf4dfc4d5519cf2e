import type { Queue, Queues, ReceivedMessage } from '../../aws/ports/queues.ts';
import { groupOf } from '../dead-letter.ts';
import { expected } from '../replay/call-failure.ts';

/**
 * The same queues for a purge that leaves some messages of a FIFO queue (a look waits with this to its end: see
 * `scanQueue`). A receive fills its ten with the beginning of one more group, and the rest
 * of that group is locked from then on. So the beginning is given back at once, and a later receive starts with it:
 * every group of up to ten is seen whole. A group of which a receive is full stays: it is longer than can be seen.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export function wholeGroups(queues: Queues): Queues {
  return {
    describe: (nameOrUrl) => queues.describe(nameOrUrl),
    sourcesOf: (queue) => queues.sourcesOf(queue),
    send: (queue, messages) => queues.send(queue, messages),
    delete: (queue, handles) => queues.delete(queue, handles),
    changeVisibility: (queue, handles, seconds) => queues.changeVisibility(queue, handles, seconds),
    oldestAgeSeconds: (queue) => queues.oldestAgeSeconds(queue),
    receive: async (queue, options) => {
      const messages = await queues.receive(queue, options);
      const full = messages.length === options.max;
      return queue.fifo && full ? withoutCutGroup(queues, queue, messages) : messages;
    },
  };
}

async function withoutCutGroup(
  queues: Queues,
  queue: Queue,
  messages: readonly ReceivedMessage[],
): Promise<readonly ReceivedMessage[]> {
  const last = groupOf(messages.at(-1)!);
  const cut = messages.filter((message) => groupOf(message) === last);
  if (cut.length === messages.length) return messages;
  try {
    const results = await queues.changeVisibility(
      queue,
      cut.map(({ receiptHandle }) => receiptHandle),
      0,
    );
    const returned = new Set(cut.filter((_, index) => results[index]?.ok === true));
    return messages.filter((message) => !returned.has(message));
  } catch (cause) {
    // They count as seen then, and are given back with the others.
    expected(cause);
    return messages;
  }
}
