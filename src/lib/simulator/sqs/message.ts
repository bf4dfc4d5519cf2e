import type { FifoGroup } from './fifo-group.ts';
import type { MessageAttribute } from './message-attributes.ts';

/** Where a message stands. */
export const MessageState = { ready: 0, inFlight: 1, delayed: 2, gone: 3 } as const;

/** What a sender gave, and what stays the same when a message moves to another queue. */
export interface MessageContent {
  readonly id: string;
  readonly body: string;
  /** Bytes of the body and the message attributes. */
  readonly size: number;
  readonly attributes: Readonly<Record<string, MessageAttribute>> | undefined;
  readonly traceHeader: string | undefined;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  /** ARN of the queue that it died in. */
  readonly deadLetterSource: string | undefined;
  /** First enqueue, ms since the epoch: `SentTimestamp`. */
  readonly sentAt: number;
}

/**
 * A message in a queue. One flat object with its own list links and heap places, all members set at once: a million of
 * them shall stay small, and every move of one is O(1) or O(log n).
 */
export class Message {
  readonly content: MessageContent;
  /** Order of arrival in the region; the sequence number of FIFO queues. */
  readonly sequence: number;
  /** Arrival in this queue, ms. */
  readonly enqueuedAt: number;
  state: number = MessageState.ready;
  receiveCount: number;
  firstReceivedAt: number;
  /** Last receive, ms; the 12 hours of visibility count from it. */
  receivedAt = 0;
  /** End of the visibility timeout or delay, ms. */
  visibleAt = 0;
  /** Names the last receive; part of its receipt handle. 0 = never received here. */
  receipt = 0;
  group: FifoGroup | undefined;
  // Links in the order of arrival, and in the ready list (standard) or the group (FIFO).
  older: Message | undefined;
  newer: Message | undefined;
  previous: Message | undefined;
  next: Message | undefined;
  /** Places in the deadline and retention heaps; -1 = not in it. */
  deadlineIndex = -1;
  retentionIndex = -1;

  constructor(
    content: MessageContent,
    sequence: number,
    enqueuedAt: number,
    receiveCount: number,
    firstReceivedAt: number,
  ) {
    this.content = content;
    this.sequence = sequence;
    this.enqueuedAt = enqueuedAt;
    this.receiveCount = receiveCount;
    this.firstReceivedAt = firstReceivedAt;
  }
}
