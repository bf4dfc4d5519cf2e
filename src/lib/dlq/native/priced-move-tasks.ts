import type { MoveTasks } from '../../aws/ports/move-tasks.ts';
import type { Queue } from '../../aws/ports/queues.ts';
import type { Price } from '../replay/price.ts';

/**
 * The same tasks, with every call of ours put on the account of `price`. What AWS bills for the moves themselves is not in it: the
 * task receives, sends and deletes in batches whose sizes nobody is told.
 */
export function pricedMoveTasks(moveTasks: MoveTasks, price: Price): MoveTasks {
  const call = <T>(dlq: Queue, work: Promise<T>): Promise<T> => {
    price.add(dlq.fifo, 0);
    return work;
  };
  return {
    start: (dlq, options) => call(dlq, moveTasks.start(dlq, options)),
    list: (dlq) => call(dlq, moveTasks.list(dlq)),
    cancel: (dlq, handle) => call(dlq, moveTasks.cancel(dlq, handle)),
  };
}
