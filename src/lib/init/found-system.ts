import type { ServiceConfig } from '../config/config.ts';

/** What `init` found, ready to be written. */
export interface FoundSystem {
  readonly region: string | null;
  readonly releaseTable: string | null;
  readonly services: Readonly<Record<string, ServiceConfig>>;
  /** What names no function could not be found: nothing says that it is gone. */
  readonly byFunction: boolean;
  /** What had to be decided, or could not be; a sentence each. */
  readonly ambiguous: readonly string[];
  /** Names of what no service uses: `queue old-jobs`. */
  readonly unused: readonly string[];
}

/** In the order of the data: who only sends, who reads a queue, and the others; by name among these. */
export function inOrder(services: Readonly<Record<string, ServiceConfig>>): Readonly<Record<string, ServiceConfig>> {
  const rank = (service: ServiceConfig) => (service.function === undefined ? 0 : service.queue === undefined ? 2 : 1);
  return Object.fromEntries(
    Object.entries(services).sort(([a, one], [b, other]) => rank(one) - rank(other) || (a < b ? -1 : 1)),
  );
}
