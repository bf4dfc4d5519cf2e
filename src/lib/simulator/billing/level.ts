import { Tally } from './tally.ts';

const HOUR_MS = 3_600_000;

/** What is billed by how long it is held, as capacity and storage are: amount × hours, hour by hour. */
export class Level {
  readonly #tally = new Tally();
  #amount = 0;
  #since = 0;

  /** From `at` (simulated ms) on it is `amount`. */
  set(amount: number, at: number): void {
    this.#settle(at);
    this.#amount = amount;
  }

  /** Amount × hours in `[from, until)`, up to `now`; whole hours but for the running one. */
  total(from: number, until: number, now: number): number {
    this.#settle(now);
    return this.#tally.total(from, until);
  }

  #settle(now: number): void {
    while (this.#amount !== 0 && this.#since < now) {
      const end = Math.min(now, (Math.floor(this.#since / HOUR_MS) + 1) * HOUR_MS);
      this.#tally.add((this.#amount * (end - this.#since)) / HOUR_MS, this.#since);
      this.#since = end;
    }
    this.#since = now;
  }
}
