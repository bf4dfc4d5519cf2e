import type { ReplayEvent } from './replay-event.ts';

/** When a run sent, and how fast. Times in ms since the epoch. */
export class Pace {
  #firstSentAt: number | null;
  #lastSentAt: number | null;
  #first: { readonly at: number; readonly count: number } | null = null;
  #sent = 0;
  #last = 0;

  /** @param before when the run had sent before it was resumed */
  constructor(before: { readonly firstSentAt: number | null; readonly lastSentAt: number | null }) {
    this.#firstSentAt = before.firstSentAt;
    this.#lastSentAt = before.lastSentAt;
  }

  get firstSentAt(): number | null {
    return this.#firstSentAt;
  }

  get lastSentAt(): number | null {
    return this.#lastSentAt;
  }

  /** Messages a second between the first batch and the last, without looking for the end; 0 for less than two batches. */
  get perSecond(): number {
    if (this.#first === null || this.#last <= this.#first.at) return 0;
    const perMs = (this.#sent - this.#first.count) / (this.#last - this.#first.at);
    return Number((perMs * 1000).toFixed(1));
  }

  take(event: ReplayEvent): void {
    if (event.type !== 'sent') return;
    this.#firstSentAt ??= event.at;
    this.#lastSentAt = event.at;
    this.#first ??= { at: event.at, count: event.count };
    this.#sent += event.count;
    this.#last = event.at;
  }
}
