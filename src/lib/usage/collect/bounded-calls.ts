import pLimit from 'p-limit';
import { endsCommand } from '../../errors/ends-command.ts';
import type { Reading } from '../readings.ts';
import { settled } from '../settled.ts';

/** Far below what CloudWatch allows (400 a second), and enough to keep two cores busy. */
const CALLS_AT_ONCE = 10;

/** Makes a bounded number of calls at a time; after one that ends the command, no more. */
export class BoundedCalls {
  readonly #limit = pLimit(CALLS_AT_ONCE);
  /** Why no more calls are made. */
  #end: { readonly cause: unknown } | undefined;

  /**
   * What a call answers, or the gap that its failure leaves.
   * @throws what ends a command, see `endsCommand`.
   */
  read<T>(call: () => Promise<T>): Promise<Reading<T>> {
    return settled(() => this.#limit(() => this.#unlessEnded(call)));
  }

  async #unlessEnded<T>(call: () => Promise<T>): Promise<T> {
    if (this.#end !== undefined) throw this.#end.cause;
    try {
      return await call();
    } catch (cause) {
      if (endsCommand(cause)) this.#end ??= { cause };
      throw cause;
    }
  }
}
