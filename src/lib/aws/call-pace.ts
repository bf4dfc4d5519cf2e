import type { Clock } from '../clock.ts';

/** So many calls may come at once, as many as a rollback makes; after them one each {@link EVERY_MS}. */
const BURST = 5;
const EVERY_MS = 110;

/**
 * Keeps the calls of one command below a limit that all calls of an account and region share: at most 14 in any second,
 * where Lambda's control plane takes 15 of all kinds together. A command about one function, with its few calls, does not
 * feel it.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html#api-requests
 */
export class CallPace {
  readonly #clock: Clock;
  /** When all calls so far would be over, one each {@link EVERY_MS}; ms since the epoch. */
  #due = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the next call may be sent, in the order in which they ask. */
  async turn(): Promise<void> {
    const now = this.#clock.now();
    const wait = this.#due - (BURST - 1) * EVERY_MS - now;
    this.#due = Math.max(this.#due, now) + EVERY_MS;
    if (wait > 0) await this.#clock.sleep(wait);
  }
}
