import type { OutgoingMessage, Queue, Queues } from '../../aws/ports/queues.ts';
import { messageBytes } from '../dead-letter.ts';
import type { Price } from './price.ts';

/** The same queues, with every billed call put on the account of `price`. Failed calls count too. */
export function pricedQueues(queues: Queues, price: Price): Queues {
  const bytes = (messages: readonly Pick<OutgoingMessage, 'body' | 'attributes'>[]) =>
    messages.reduce((sum, message) => sum + messageBytes(message), 0);
  const call = <T>(queue: Queue, payload: number, work: Promise<T>): Promise<T> => {
    price.add(queue.fifo, payload);
    return work;
  };
  return {
    describe: async (nameOrUrl) => {
      const queue = await queues.describe(nameOrUrl);
      price.add(queue.fifo, 0, nameOrUrl.includes('://') ? 1 : 2);
      return queue;
    },
    sourcesOf: (queue) => call(queue, 0, queues.sourcesOf(queue)),
    receive: async (queue, options) => {
      const messages = await queues.receive(queue, options);
      price.add(queue.fifo, bytes(messages));
      return messages;
    },
    send: (queue, messages) => call(queue, bytes(messages), queues.send(queue, messages)),
    delete: (queue, handles) => call(queue, 0, queues.delete(queue, handles)),
    changeVisibility: (queue, handles, seconds) => call(queue, 0, queues.changeVisibility(queue, handles, seconds)),
    oldestAgeSeconds: (queue) => queues.oldestAgeSeconds(queue),
  };
}
