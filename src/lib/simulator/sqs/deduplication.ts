/** What the first send with a deduplication id was answered. */
export interface FirstSend {
  readonly messageId: string;
  readonly sequence: number;
}

interface Entry extends FirstSend {
  readonly key: string;
  readonly endsAt: number;
  next: Entry | undefined;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html */
const WINDOW_MS = 5 * 60_000;

/**
 * The five minutes in which a deduplication id counts, also after the message was received and deleted. Entries stand in
 * a list by age, so old ones are dropped at the next send without a timer.
 */
export class Deduplication {
  readonly #entries = new Map<string, Entry>();
  #oldest: Entry | undefined;
  #newest: Entry | undefined;

  /** The send that this one repeats, if any. */
  find(id: string, scope: string | undefined, now: number): FirstSend | undefined {
    this.#forget(now);
    return this.#entries.get(keyOf(id, scope));
  }

  remember(id: string, scope: string | undefined, now: number, messageId: string, sequence: number): void {
    const entry: Entry = { key: keyOf(id, scope), endsAt: now + WINDOW_MS, messageId, sequence, next: undefined };
    this.#entries.set(entry.key, entry);
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.next = entry;
    this.#newest = entry;
  }

  #forget(now: number): void {
    let entry = this.#oldest;
    while (entry !== undefined && entry.endsAt <= now) {
      if (this.#entries.get(entry.key) === entry) this.#entries.delete(entry.key);
      entry = entry.next;
    }
    this.#oldest = entry;
    if (entry === undefined) this.#newest = undefined;
  }
}

/** Ids hold no control characters, so the separator cannot be part of one. */
function keyOf(id: string, scope: string | undefined): string {
  return scope === undefined ? id : `${scope}\n${id}`;
}
