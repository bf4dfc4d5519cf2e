import type { Config } from '../../lib/config/config.ts';

/** The example system's user whose key the Worker sends with. */
const DEFAULT_SENDER = 'cv-analytics-sender';

/** The IAM user that a service names as its sender, or any service, or the example system's. */
export function senderOf({ services }: Config, name?: string): string {
  const named = name === undefined ? Object.values(services) : [services[name]];
  return named.find((service) => service?.sender !== undefined)?.sender ?? DEFAULT_SENDER;
}
