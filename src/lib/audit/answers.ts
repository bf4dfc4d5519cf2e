import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { BoundedCalls } from '../usage/collect/bounded-calls.ts';
import type { Reading } from '../usage/readings.ts';

/**
 * Reads of what is AWS, or nearly: an emulator that does not know an operation answers like no AWS, and does not end the
 * audit as long as it answers something else.
 */
export class Answers {
  readonly #calls = new BoundedCalls();
  #isAws = false;
  #stranger: CvopsError | undefined;

  /** @throws what ends a command, see `endsCommand`. */
  read<T>(call: () => Promise<T>): Promise<Reading<T>> {
    return this.#calls.read(async () => {
      try {
        const value = await call();
        this.#isAws = true;
        return value;
      } catch (cause) {
        if (!(cause instanceof CvopsError) || cause.code !== 'EndpointNotAws') {
          // So does AWS, too.
          this.#isAws = true;
          throw cause;
        }
        this.#stranger ??= cause;
        throw new CvopsError('OperationUnknown', ExitCode.failed, cause.message, { cause });
      }
    });
  }

  /** @throws CvopsError `EndpointNotAws` where no call was answered as AWS does. */
  refuseStranger(): void {
    if (!this.#isAws && this.#stranger !== undefined) throw this.#stranger;
  }
}
