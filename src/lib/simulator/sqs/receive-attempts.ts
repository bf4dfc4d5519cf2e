import { type Message, MessageState } from './message.ts';

interface Attempt {
  readonly messages: readonly Message[];
  readonly receipts: readonly number[];
  readonly endsAt: number;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html#SQS-ReceiveMessage-request-ReceiveRequestAttemptId */
const WINDOW_MS = 5 * 60_000;

/** Remembers for five minutes what a receive of a FIFO queue answered, so that a lost answer can be asked for again. */
export class ReceiveAttempts {
  readonly #attempts = new Map<string, Attempt>();

  remember(id: string, messages: readonly Message[], now: number): void {
    for (const [known, attempt] of this.#attempts) {
      if (attempt.endsAt > now) break;
      this.#attempts.delete(known);
    }
    this.#attempts.delete(id);
    const receipts = messages.map((message) => message.receipt);
    this.#attempts.set(id, { messages, receipts, endsAt: now + WINDOW_MS });
  }

  /** The messages of the same attempt; undefined once one of them was deleted, came back or was received again. */
  find(id: string, now: number): readonly Message[] | undefined {
    const attempt = this.#attempts.get(id);
    if (attempt === undefined || attempt.endsAt <= now) return undefined;
    const intact = attempt.messages.every(
      (message, i) => message.state === MessageState.inFlight && message.receipt === attempt.receipts[i],
    );
    return intact ? attempt.messages : undefined;
  }
}
