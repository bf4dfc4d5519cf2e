import type { Message } from './message.ts';

/** One message group of a FIFO queue: its messages in order, and its place among the groups that can be received from. */
export class FifoGroup {
  readonly id: string;
  first: Message | undefined;
  last: Message | undefined;
  /** Place in the heap of available groups; -1 = blocked. */
  index = -1;

  constructor(id: string) {
    this.id = id;
    this.first = undefined;
    this.last = undefined;
  }

  append(message: Message): void {
    message.group = this;
    message.previous = this.last;
    message.next = undefined;
    if (this.last === undefined) this.first = message;
    else this.last.next = message;
    this.last = message;
  }

  remove(message: Message): void {
    const { previous, next } = message;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    message.previous = undefined;
    message.next = undefined;
  }
}
