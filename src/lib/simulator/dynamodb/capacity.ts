/** How long unused capacity is kept (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html). */
const BURST_SECONDS = 300;

export interface Throughput {
  readonly ReadCapacityUnits: number;
  readonly WriteCapacityUnits: number;
}

/** Write units of an item: one for each started KB (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html). */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1024));
}

/** Read units: one for each started 4 KB, half of it when eventually consistent. */
export function readUnits(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / 4096)) * (consistent ? 1 : 0.5);
}

/**
 * The provisioned capacity of one table or index, for reads or for writes: a rate, and up to 300 s of it saved up. A
 * request is let in while a unit is there and may overdraw, as its size is known only once it is done. A new bucket
 * holds one second's worth: nothing has gone unused yet.
 */
export class Bucket {
  #rate: number;
  #tokens: number;
  #at: number;

  constructor(rate: number, now: number) {
    this.#rate = rate;
    this.#tokens = rate;
    this.#at = now;
  }

  get rate(): number {
    return this.#rate;
  }

  /** Whether a request of at least `units` gets in at `now` (ms). */
  admits(units: number, now: number): boolean {
    if (now > this.#at) {
      const gained = ((now - this.#at) / 1000) * this.#rate;
      this.#tokens = Math.min(this.#rate * BURST_SECONDS, this.#tokens + gained);
      this.#at = now;
    }
    return this.#tokens >= Math.min(units, 1);
  }

  take(units: number): void {
    this.#tokens -= units;
  }

  setRate(rate: number, now: number): void {
    this.admits(0, now);
    this.#rate = rate;
    this.#tokens = Math.min(this.#tokens, rate * BURST_SECONDS);
  }
}
