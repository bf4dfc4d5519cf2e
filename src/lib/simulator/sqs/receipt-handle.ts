/** Which receive of which message a receipt handle stands for. */
export interface Receipt {
  readonly sequence: number;
  readonly receipt: number;
}

/** The handles of AWS are some 300 characters of base64; ours begin alike and are shorter. */
const PREFIX = 'AQEB';
const FORM = /^AQEB[A-Za-z0-9]+\+[0-9a-z]+\/[0-9a-z]+=$/;

/** Writes and reads the receipt handles of one queue. `mark` tells its handles from those of other queues. */
export class ReceiptHandles {
  readonly #start: string;

  /** @param mark letters and digits, unique to the queue. */
  constructor(mark: string) {
    this.#start = `${PREFIX}${mark}+`;
  }

  write(sequence: number, receipt: number): string {
    return `${this.#start}${sequence.toString(36)}/${receipt.toString(36)}=`;
  }

  /** `malformed` = no service ever wrote it; `foreign` = another queue's. */
  read(handle: unknown): Receipt | 'malformed' | 'foreign' {
    if (typeof handle !== 'string') return 'malformed';
    if (!handle.startsWith(this.#start)) return FORM.test(handle) ? 'foreign' : 'malformed';
    const slash = handle.indexOf('/', this.#start.length);
    const sequence = Number.parseInt(handle.slice(this.#start.length, slash), 36);
    const receipt = Number.parseInt(handle.slice(slash + 1, -1), 36);
    return Number.isNaN(sequence) || Number.isNaN(receipt) ? 'malformed' : { sequence, receipt };
  }
}
