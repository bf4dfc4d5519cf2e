import { Price } from '../replay/price.ts';

export interface Estimate {
  readonly requests: number;
  /** At list price, US dollars. */
  readonly costUsd: number;
  /** At the rate asked for; null without one. */
  readonly seconds: number | null;
  /** With as many calls at a time as the run makes, at the speed that the look's calls had; not faster than the rate. */
  readonly estimatedSeconds: number;
}

export interface EstimateQuestion {
  readonly fifo: boolean;
  readonly count: number;
  /** Of the messages of one group; 0 where it is not known. */
  readonly largestGroup: number;
  /** Average of a message, bytes. */
  readonly bytes: number;
  readonly rate: number | null;
  /** Calls at the same time. */
  readonly concurrency: number;
  /** What one call takes, ms. */
  readonly callMs: number;
}

/** Messages a second that one process moves however short its calls are. docs/performance.md */
const FASTEST = 5_000;

/** Receives and deletes in tens and three empty polls; on FIFO a batch carries at most one message of each group. */
export function estimate(question: EstimateQuestion): Estimate {
  const { fifo, count, largestGroup, bytes, rate, concurrency, callMs } = question;
  const price = new Price();
  if (count === 0) return { requests: 0, costUsd: 0, seconds: rate === null ? null : 0, estimatedSeconds: 0 };
  const tens = Math.ceil(count / 10);
  const sends = fifo ? Math.max(tens, largestGroup) : tens;
  price.add(fifo, bytes * Math.min(10, count), tens);
  price.add(fifo, (bytes * count) / sends, sends);
  price.add(fifo, 0, tens + 3);
  const working = ((2 * tens + sends) * callMs) / 1000 / concurrency;
  // A group goes one by one, each waiting for the proof of the one before it.
  const inOrder = fifo ? (largestGroup * callMs) / 1000 : 0;
  const seconds = rate === null ? null : Math.ceil(count / rate);
  return {
    requests: price.requests,
    costUsd: price.costUsd,
    seconds,
    estimatedSeconds: Math.ceil(Math.max(working, inOrder, count / FASTEST, seconds ?? 0)),
  };
}
