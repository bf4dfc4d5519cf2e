const HOUR_MS = 3_600_000;

/** What one resource is billed of one quantity, hour by hour. Adding to the running hour is all that a hot path pays. */
export class Tally {
  readonly #hours = new Map<number, number>();
  #hour = Number.NaN;
  #amount = 0;

  /** @param at simulated ms. */
  add(amount: number, at: number): void {
    const hour = Math.floor(at / HOUR_MS);
    if (hour !== this.#hour) this.#turnTo(hour);
    this.#amount += amount;
  }

  /** What was added in `[from, until)`; hours count to the ms that they begin at. */
  total(from: number, until: number): number {
    this.#turnTo(this.#hour);
    let total = 0;
    for (const [hour, amount] of this.#hours) {
      if (hour * HOUR_MS >= from && hour * HOUR_MS < until) total += amount;
    }
    return total;
  }

  #turnTo(hour: number): void {
    if (this.#amount !== 0) this.#hours.set(this.#hour, (this.#hours.get(this.#hour) ?? 0) + this.#amount);
    this.#hour = hour;
    this.#amount = 0;
  }
}
