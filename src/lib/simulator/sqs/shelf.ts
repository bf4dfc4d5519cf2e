import type { Message } from './message.ts';

/** Decides which message of a queue is delivered next. The queue keeps states and times; a shelf keeps order. */
export interface Shelf {
  /** A message entered the queue, ready or delayed. */
  enter(message: Message): void;
  /** These became ready again (or for the first time, after a delay), in the order of their deadlines. */
  surface(messages: readonly Message[]): void;
  /** A receive begins. */
  begin(): void;
  /** The next message to deliver, still ready; undefined when there is none to be had. */
  next(): Message | undefined;
  /** What `next` answered went in flight. */
  took(message: Message): void;
  /** A message left the queue for good; `wasReady` tells its state before. */
  leave(message: Message, wasReady: boolean): void;
}
