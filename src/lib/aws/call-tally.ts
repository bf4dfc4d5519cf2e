import type { CallRecord } from './client-options.ts';

/** How often each operation was called: every attempt that was sent counts, as AWS counts it. */
export class CallTally {
  readonly #counts = new Map<string, number>();

  add({ service, operation, attempts }: CallRecord): void {
    if (attempts === 0) return;
    const name = `${service}:${operation}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + attempts);
  }

  /** By `service:operation`, e.g. `cloudwatch:ListMetrics`. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
