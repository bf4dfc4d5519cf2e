import { Arrivals } from './arrivals.ts';
import { FifoShelf } from './fifo-shelf.ts';
import { IndexedHeap } from './indexed-heap.ts';
import { type Message, MessageState } from './message.ts';
import type { Shelf } from './shelf.ts';
import { StandardShelf } from './standard-shelf.ts';

/** How many messages of a queue can stand in each state. */
export interface Counts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/**
 * The messages of a queue and their states. Each step is O(1) or O(log n), whatever the depth; nothing happens by itself:
 * `settle` lets time pass.
 */
export class Stock {
  readonly #arrivals: Arrivals;
  readonly #shelf: Shelf;
  /** Ends of visibility timeouts and delays. */
  readonly #deadlines = new IndexedHeap<Message>(
    (a, b) => a.visibleAt < b.visibleAt || (a.visibleAt === b.visibleAt && a.sequence < b.sequence),
    (message, index) => {
      message.deadlineIndex = index;
    },
  );
  /** Messages that were received at least once here. */
  readonly #received = new Map<number, Message>();
  #receipts = 0;
  #ready = 0;
  #inFlight = 0;

  /** @param windowSize among how many of the first messages a FIFO queue looks for groups. */
  constructor(fifo: boolean, windowSize: number) {
    // Retention counts from the first enqueue on a standard queue, and starts again in a FIFO dead-letter queue:
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    this.#arrivals = fifo
      ? new Arrivals(windowSize, (message) => message.enqueuedAt)
      : new Arrivals(Number.POSITIVE_INFINITY, (message) => message.content.sentAt);
    this.#shelf = fifo ? new FifoShelf(this.#arrivals) : new StandardShelf(this.#arrivals);
  }

  get size(): number {
    return this.#arrivals.size;
  }

  get ready(): number {
    return this.#ready;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get counts(): Counts {
    const delayed = this.#arrivals.size - this.#ready - this.#inFlight;
    return { visible: this.#ready, inFlight: this.#inFlight, delayed };
  }

  /** The message that arrived first. */
  get oldest(): Message | undefined {
    return this.#arrivals.oldest;
  }

  /** When the next visibility timeout or delay ends, ms; infinite when none runs. */
  get nextDeadline(): number {
    return this.#deadlines.peek()?.visibleAt ?? Number.POSITIVE_INFINITY;
  }

  /** A message that was received here and is still in the queue. */
  received(sequence: number): Message | undefined {
    return this.#received.get(sequence);
  }

  enter(message: Message): void {
    this.#arrivals.append(message);
    this.#shelf.enter(message);
    if (message.state === MessageState.delayed) this.#deadlines.add(message);
    else this.#ready++;
  }

  /** To be called before the first `next` of a receive. */
  begin(): void {
    this.#shelf.begin();
  }

  /** The message to deliver next, if there is one. */
  next(): Message | undefined {
    return this.#shelf.next();
  }

  /** Puts what `next` answered in flight, with a new receipt. */
  take(message: Message, now: number, until: number): void {
    message.receiveCount++;
    if (message.firstReceivedAt === 0) message.firstReceivedAt = now;
    message.receivedAt = now;
    if (message.receipt === 0) this.#received.set(message.sequence, message);
    message.receipt = ++this.#receipts;
    message.state = MessageState.inFlight;
    this.#ready--;
    this.#inFlight++;
    this.#shelf.took(message);
    this.hide(message, until);
  }

  /** Keeps a received message from being received until then; takes it back in flight where it had come back. */
  hide(message: Message, until: number): void {
    if (message.state === MessageState.ready) {
      this.#shelf.leave(message, true);
      this.#ready--;
      this.#inFlight++;
      message.state = MessageState.inFlight;
    }
    if (message.deadlineIndex >= 0) this.#deadlines.removeAt(message.deadlineIndex);
    message.visibleAt = until;
    this.#deadlines.add(message);
  }

  remove(message: Message): void {
    const { state } = message;
    if (message.deadlineIndex >= 0) this.#deadlines.removeAt(message.deadlineIndex);
    if (state === MessageState.ready) this.#ready--;
    else if (state === MessageState.inFlight) this.#inFlight--;
    message.state = MessageState.gone;
    this.#shelf.leave(message, state === MessageState.ready);
    this.#arrivals.remove(message);
    if (message.receipt !== 0) this.#received.delete(message.sequence);
  }

  /** Lets visibility timeouts, delays and the retention period run out up to `now`. */
  settle(now: number, retentionMs: number): void {
    let due = this.#deadlines.peek();
    if (due !== undefined && due.visibleAt <= now) {
      const surfaced: Message[] = [];
      do {
        this.#deadlines.removeAt(0);
        if (due.state === MessageState.inFlight) this.#inFlight--;
        due.state = MessageState.ready;
        this.#ready++;
        surfaced.push(due);
        due = this.#deadlines.peek();
      } while (due !== undefined && due.visibleAt <= now);
      this.#shelf.surface(surfaced);
    }
    const start = now - retentionMs;
    for (let old = this.#arrivals.startedBy(start); old !== undefined; old = this.#arrivals.startedBy(start)) {
      this.remove(old);
    }
  }
}
