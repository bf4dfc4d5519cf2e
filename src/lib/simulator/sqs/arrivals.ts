import { IndexedHeap } from './indexed-heap.ts';
import type { Message } from './message.ts';

/**
 * All messages of a queue in order of arrival. Knows the oldest, what outlived the retention period, and where the
 * first 120,000 end, each without a walk.
 */
export class Arrivals {
  #first: Message | undefined;
  #last: Message | undefined;
  #size = 0;
  #latestStart = Number.NEGATIVE_INFINITY;
  /** Messages whose retention began before that of one ahead of them (dead letters keep their first date). */
  readonly #backdated = new IndexedHeap<Message>(
    (a, b) => this.#startOf(a) < this.#startOf(b),
    (message, index) => {
      message.retentionIndex = index;
    },
  );
  readonly #startOf: (message: Message) => number;
  readonly #windowSize: number;
  #inWindow = 0;
  #windowEnd: Message | undefined;

  /** @param windowSize how many of the first messages `reaches` covers; @param startOf when a message's retention began. */
  constructor(windowSize: number, startOf: (message: Message) => number) {
    this.#windowSize = windowSize;
    this.#startOf = startOf;
  }

  get size(): number {
    return this.#size;
  }

  get oldest(): Message | undefined {
    return this.#first;
  }

  append(message: Message): void {
    message.older = this.#last;
    message.newer = undefined;
    if (this.#last === undefined) this.#first = message;
    else this.#last.newer = message;
    this.#last = message;
    this.#size++;
    const start = this.#startOf(message);
    if (start < this.#latestStart) this.#backdated.add(message);
    else this.#latestStart = start;
    if (this.#inWindow < this.#windowSize) {
      this.#inWindow++;
      this.#windowEnd = message;
    }
  }

  remove(message: Message): void {
    if (message.retentionIndex >= 0) this.#backdated.removeAt(message.retentionIndex);
    const { older, newer } = message;
    if (this.#windowEnd !== undefined && message.sequence <= this.#windowEnd.sequence) {
      const beyond = this.#windowEnd.newer;
      if (beyond !== undefined) this.#windowEnd = beyond;
      else {
        this.#inWindow--;
        if (this.#windowEnd === message) this.#windowEnd = older;
      }
    }
    if (older === undefined) this.#first = newer;
    else older.newer = newer;
    if (newer === undefined) this.#last = older;
    else newer.older = older;
    message.older = undefined;
    message.newer = undefined;
    this.#size--;
    if (this.#size === 0) this.#latestStart = Number.NEGATIVE_INFINITY;
  }

  /** Moves a message behind all others. Only for queues that do not ask `reaches`: their order need not follow the sequence. */
  sendToBack(message: Message): void {
    this.remove(message);
    this.append(message);
  }

  /** Whether the message is among the first of the queue. */
  reaches(message: Message): boolean {
    return this.#windowEnd !== undefined && message.sequence <= this.#windowEnd.sequence;
  }

  /** A message whose retention began at or before `start`, if there is one. */
  startedBy(start: number): Message | undefined {
    const backdated = this.#backdated.peek();
    if (backdated !== undefined && this.#startOf(backdated) <= start) return backdated;
    return this.#first !== undefined && this.#startOf(this.#first) <= start ? this.#first : undefined;
  }
}
