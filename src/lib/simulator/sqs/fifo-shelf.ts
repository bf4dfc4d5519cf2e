import type { Arrivals } from './arrivals.ts';
import { FifoGroup } from './fifo-group.ts';
import { IndexedHeap } from './indexed-heap.ts';
import { type Message, MessageState } from './message.ts';
import type { Shelf } from './shelf.ts';

/**
 * The order of a FIFO queue. A group is open while its first message is ready: what stands before the first message in
 * flight can be received, what stands behind it cannot. A receive takes what it can of the open group with the oldest
 * message, then goes on to the next one
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html).
 */
export class FifoShelf implements Shelf {
  readonly #groups = new Map<string, FifoGroup>();
  readonly #open = new IndexedHeap<FifoGroup>(
    (a, b) => a.first!.sequence < b.first!.sequence,
    (group, index) => {
      group.index = index;
    },
  );
  readonly #arrivals: Arrivals;
  #cursor: Message | undefined;

  constructor(arrivals: Arrivals) {
    this.#arrivals = arrivals;
  }

  enter(message: Message): void {
    const id = message.content.groupId ?? '';
    let group = this.#groups.get(id);
    if (group === undefined) {
      group = new FifoGroup(id);
      this.#groups.set(id, group);
    }
    group.append(message);
    this.#refresh(group);
  }

  surface(messages: readonly Message[]): void {
    for (const message of messages) this.#refresh(message.group!);
  }

  begin(): void {
    this.#cursor = undefined;
  }

  next(): Message | undefined {
    if (this.#cursor?.state === MessageState.ready) return this.#cursor;
    const first = this.#open.peek()?.first;
    // AWS looks for groups among the first 120,000 messages only:
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
    return first !== undefined && this.#arrivals.reaches(first) ? first : undefined;
  }

  took(message: Message): void {
    this.#cursor = message.next;
    this.#refresh(message.group!);
  }

  leave(message: Message): void {
    if (this.#cursor === message) this.#cursor = message.next;
    const group = message.group!;
    // The heap orders groups by their first message, so a group steps out before that changes.
    if (group.index >= 0 && group.first === message) this.#open.removeAt(group.index);
    group.remove(message);
    message.group = undefined;
    if (group.first === undefined) this.#groups.delete(group.id);
    else this.#refresh(group);
  }

  #refresh(group: FifoGroup): void {
    const open = group.first !== undefined && group.first.state === MessageState.ready;
    if (open && group.index < 0) this.#open.add(group);
    else if (!open && group.index >= 0) this.#open.removeAt(group.index);
  }
}
