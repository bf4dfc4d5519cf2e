import type { Arrivals } from './arrivals.ts';
import { type Message, MessageState } from './message.ts';
import type { Shelf } from './shelf.ts';

/** From this receive on an unprocessed message goes to the back of the queue. */
const POISON_RECEIVES = 3;

/**
 * The order of a standard queue: first come first served, as far as AWS promises any. What comes back from flight goes
 * to the front, and after its third receive to the back
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html,
 * at ApproximateAgeOfOldestMessage).
 */
export class StandardShelf implements Shelf {
  #first: Message | undefined;
  #last: Message | undefined;
  readonly #arrivals: Arrivals;

  constructor(arrivals: Arrivals) {
    this.#arrivals = arrivals;
  }

  enter(message: Message): void {
    if (message.state === MessageState.ready) this.#pushBack(message);
  }

  surface(messages: readonly Message[]): void {
    for (let i = messages.length - 1; i >= 0; i--) {
      const message = messages[i]!;
      if (message.receipt !== 0 && message.receiveCount < POISON_RECEIVES) this.#pushFront(message);
    }
    for (const message of messages) {
      if (message.receipt === 0) this.#pushBack(message);
      else if (message.receiveCount >= POISON_RECEIVES) {
        this.#arrivals.sendToBack(message);
        this.#pushBack(message);
      }
    }
  }

  begin(): void {}

  next(): Message | undefined {
    return this.#first;
  }

  took(message: Message): void {
    this.#unlink(message);
  }

  leave(message: Message, wasReady: boolean): void {
    if (wasReady) this.#unlink(message);
  }

  #pushBack(message: Message): void {
    message.previous = this.#last;
    message.next = undefined;
    if (this.#last === undefined) this.#first = message;
    else this.#last.next = message;
    this.#last = message;
  }

  #pushFront(message: Message): void {
    message.previous = undefined;
    message.next = this.#first;
    if (this.#first === undefined) this.#last = message;
    else this.#first.previous = message;
    this.#first = message;
  }

  #unlink(message: Message): void {
    const { previous, next } = message;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    message.previous = undefined;
    message.next = undefined;
  }
}
