/** How fast a run sends: evenly at the rate asked for, and at half the speed after each throttling. Times in ms. */
export class SendRate {
  readonly #limit: number;
  #current: number;
  /** When the next message may go; null before the first. */
  #free: number | null = null;
  #recent: { readonly at: number; readonly count: number }[] = [];

  /** @param perSecond messages a second; null for no limit */
  constructor(perSecond: number | null) {
    this.#limit = perSecond ?? Number.POSITIVE_INFINITY;
    this.#current = this.#limit;
  }

  /** Messages a second allowed now; null without a limit. */
  get perSecond(): number | null {
    return Number.isFinite(this.#current) ? this.#current : null;
  }

  /** A batch no larger than a quarter second's worth, so that a slow rate is even. */
  get batchSize(): number {
    return Math.max(1, Math.min(10, Math.floor(this.#current / 4)));
  }

  /** How long to wait before the next batch may go. */
  waitMs(now: number): number {
    return Number.isFinite(this.#current) ? Math.max(0, (this.#free ?? now) - now) : 0;
  }

  /**
   * Books `count` messages; answers how long to wait before sending them. What a late timer or a slow receive lost is
   * made up, within limits.
   */
  book(count: number, now: number): number {
    if (!Number.isFinite(this.#current)) return 0;
    const start = Math.max(now - CATCH_UP_MS, this.#free ?? now);
    this.#free = start + (count / this.#current) * 1000;
    return Math.max(0, start - now);
  }

  succeeded(count: number, now: number): void {
    this.#recent.push({ at: now, count });
    this.#forget(now);
    // Back up slowly, by a twentieth a batch, until the limit or a thousand a second is passed.
    if (this.#current < this.#limit) {
      this.#current = Math.min(this.#limit, this.#current * 1.05);
      if (!Number.isFinite(this.#limit) && this.#current > 1_000) this.#current = this.#limit;
    }
  }

  /** Halves the rate; without a limit, half of what the last seconds reached. */
  throttled(now: number): void {
    this.#forget(now);
    const reached = this.#recent.reduce((sum, sent) => sum + sent.count, 0) / (WINDOW_MS / 1000);
    const from = Number.isFinite(this.#current) ? this.#current : Math.max(20, reached);
    this.#current = Math.max(1, Math.min(this.#limit, from / 2));
    this.#free = Math.max(this.#free ?? now, now + 500);
  }

  #forget(now: number): void {
    while (this.#recent.length > 0 && this.#recent[0]!.at < now - WINDOW_MS) this.#recent.shift();
  }
}

const WINDOW_MS = 2_000;
const CATCH_UP_MS = 100;
