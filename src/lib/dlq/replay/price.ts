/** A payload is billed as one request for each started 64 KB. https://aws.amazon.com/sqs/pricing/ */
const BILLED_BYTES = 65_536;
const USD_PER_MILLION = { standard: 0.4, fifo: 0.5 } as const;

/** Counts API calls and what they cost at the list price of us-east-1, without the free million a month. */
export class Price {
  #requests = 0;
  #usd = 0;

  get requests(): number {
    return this.#requests;
  }

  /** US dollars. */
  get costUsd(): number {
    return Number(this.#usd.toFixed(9));
  }

  /** @param payloadBytes of the bodies and attributes that the call carries */
  add(fifo: boolean, payloadBytes: number, calls = 1): void {
    this.#requests += calls;
    const billed = calls * Math.max(1, Math.ceil(payloadBytes / BILLED_BYTES));
    this.#usd += (billed * (fifo ? USD_PER_MILLION.fifo : USD_PER_MILLION.standard)) / 1_000_000;
  }
}
