import type { Config } from '../../lib/config/config.ts';
import type { Sender } from '../../lib/credentials/sender-keys.ts';

/** The example system's user whose key the Worker sends with. */
const DEFAULT_SENDER = 'cv-analytics-sender';

/** The IAM user that a service names as its sender, or any service, or the example system's. */
export function senderOf(config: Config, name?: string): string {
  return findSender(config, name).user;
}

/** {@link senderOf}, and whether the configuration names it. */
export function findSender({ services }: Config, name?: string): Sender {
  const candidates = name === undefined ? Object.values(services) : [services[name]];
  const named = candidates.find((service) => service?.sender !== undefined)?.sender;
  return { user: named ?? DEFAULT_SENDER, isNamed: named !== undefined };
}
