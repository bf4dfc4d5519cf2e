import type { ReceivedMessage } from '../aws/ports/queues.ts';
import { groupOf } from './dead-letter.ts';

/** A receive brings ten messages at most. */
const LONGEST_RECEIVE = 10;

/**
 * FIFO groups of which more may stand behind the messages that were received. A receive takes as many of one group as it
 * can before it goes on to the next, so only its last group can be cut, and only when it is full; what it brought locks the rest.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export class CutGroups {
  /** Ids of what the last receive of each brought. */
  readonly #cut = new Map<string, readonly string[]>();

  /** @param max messages that the receive asked for */
  note(messages: readonly ReceivedMessage[], max: number): void {
    const last = messages.at(-1);
    if (last === undefined) return;
    for (const message of messages) this.#cut.delete(group(message));
    if (messages.length < max) return;
    const own = messages.filter((message) => group(message) === group(last));
    this.#cut.set(
      group(last),
      own.map(({ messageId }) => messageId),
    );
  }

  get all(): readonly string[] {
    return [...this.#cut.keys()];
  }

  /**
   * Those that show more when they are given back and received again, with the ids to give back; of a group that filled a whole
   * receive, the next one would bring the same.
   */
  get openable(): ReadonlyMap<string, readonly string[]> {
    return new Map([...this.#cut].filter(([, ids]) => ids.length < LONGEST_RECEIVE));
  }
}

function group(message: ReceivedMessage): string {
  return groupOf(message) ?? '';
}
