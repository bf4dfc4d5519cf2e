export interface RetryOptions {
  /** Attempts in all, the first one included. */
  readonly attempts: number;
  /** Longest wait before the second attempt, ms; it doubles with each further one. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** Whether another attempt may help; also the place to stop when time or budget is up. */
  readonly retryable: (cause: unknown, attempt: number) => boolean;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
}

/**
 * Runs `work` until it succeeds, its attempts are used up, or its failure is final; then rejects with the last cause.
 * Waits a random time up to a doubling limit, so that many callers do not come back together
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/, "full jitter").
 */
export async function retry<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const random = options.random ?? Math.random;
  const sleep = options.sleep ?? ((ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)));
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (cause) {
      if (attempt >= options.attempts || !options.retryable(cause, attempt)) throw cause;
      await sleep(random() * Math.min(options.maxMs, options.baseMs * 2 ** (attempt - 1)));
    }
  }
}
