import { type Message, MessageState } from './message.ts';
import type { MessageAttributes } from './message-attributes.ts';
import type { Queue } from './queue.ts';
import { EVERYTHING, systemAttributes } from './receive.ts';

/** A message in a queue, as the control API and tests see it: looking changes nothing, and nothing is hidden. */
export interface QueuedMessage {
  readonly messageId: string;
  readonly body: string;
  /** Message attributes; binary values in base64. */
  readonly attributes: MessageAttributes;
  /** All system attributes that a receive would answer, by their API names. */
  readonly system: Readonly<Record<string, string>>;
  readonly state: 'visible' | 'inFlight' | 'delayed';
  /** When the visibility timeout or the delay ends, simulated ms since the epoch; null while visible. */
  readonly visibleAt: number | null;
  /** Arrival in this queue, simulated ms since the epoch. */
  readonly enqueuedAt: number;
}

/** Everything in the queue, in the order of arrival. */
export function queueContent(queue: Queue, senderId: string): readonly QueuedMessage[] {
  return queue.content().map((message) => queued(queue, message, senderId));
}

function queued(queue: Queue, message: Message, senderId: string): QueuedMessage {
  const { content, state } = message;
  const visible = state === MessageState.ready;
  return {
    messageId: content.id,
    body: content.body,
    attributes: content.attributes ?? {},
    system: systemAttributes(queue, message, EVERYTHING.system, senderId) ?? {},
    state: visible ? 'visible' : state === MessageState.inFlight ? 'inFlight' : 'delayed',
    visibleAt: visible ? null : message.visibleAt,
    enqueuedAt: message.enqueuedAt,
  };
}
