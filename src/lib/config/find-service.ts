import { closest } from '../errors/closest.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import type { Config, ServiceConfig } from './config.ts';

export type FoundService<K extends keyof ServiceConfig> = ServiceConfig & { readonly name: string } & {
  readonly [P in K]-?: string;
};

/**
 * The service that a command means. Without a name, the only one whose `key` is set (services that share the same
 * resource count once).
 * @throws CvopsError `ServiceNotFound` (5), `ServiceHasNo…` (4) or `ServiceAmbiguous` (2).
 */
export function findService<K extends keyof ServiceConfig>(
  config: Config,
  name: string | undefined,
  key: K,
): FoundService<K> {
  if (name !== undefined) {
    const service = requireService(config, name);
    if (service[key] !== undefined) return { ...service, name } as FoundService<K>;
    const sibling = siblingWith(config, service, key);
    if (sibling !== undefined) return sibling;
    throw new CvopsError('ServiceIncomplete', ExitCode.setup, `service "${name}" has no ${key} in the configuration.`, {
      hint: `${key} is known for: ${withKey(config, key).join(', ') || 'no service'}.`,
    });
  }
  const candidates = withKey(config, key);
  const distinct = new Set(candidates.map((candidate) => config.services[candidate]![key]));
  if (distinct.size === 1) return { ...config.services[candidates[0]!]!, name: candidates[0]! } as FoundService<K>;
  if (distinct.size === 0) {
    throw new CvopsError('ServiceIncomplete', ExitCode.setup, `no service has a ${key} in the configuration.`, {
      hint: `add "${key}" to a service in cvops.config.json; see docs/configuration.md.`,
    });
  }
  throw new CvopsError('ServiceAmbiguous', ExitCode.usage, `more than one service has a ${key}: name one.`, {
    hint: `services: ${candidates.join(', ')}.`,
  });
}

/** The service of this name. @throws CvopsError `ServiceNotFound` (5). */
export function requireService(config: Config, name: string): ServiceConfig {
  // Not what every object has, such as toString.
  const service = Object.hasOwn(config.services, name) ? config.services[name] : undefined;
  if (service !== undefined) return service;
  const names = Object.keys(config.services);
  const near = closest(name, names);
  throw new CvopsError('ServiceNotFound', ExitCode.notFound, `no service "${name}" in the configuration.`, {
    hint: `${near === undefined ? '' : `did you mean "${near}"? `}services: ${names.join(', ')}.`,
  });
}

/** All services with this resource, in the order of the file. */
export function servicesWith<K extends keyof ServiceConfig>(config: Config, key: K): readonly FoundService<K>[] {
  return withKey(config, key).map((name) => ({ ...config.services[name]!, name }) as FoundService<K>);
}

function withKey(config: Config, key: keyof ServiceConfig): string[] {
  return Object.keys(config.services).filter((name) => config.services[name]![key] !== undefined);
}

/** The dead letters of a sender are those of the service that reads the same queue. */
function siblingWith<K extends keyof ServiceConfig>(
  config: Config,
  service: ServiceConfig,
  key: K,
): FoundService<K> | undefined {
  if (key !== 'dlq' || service.queue === undefined) return undefined;
  const name = withKey(config, key).find((other) => config.services[other]!.queue === service.queue);
  return name === undefined ? undefined : ({ ...config.services[name]!, name } as FoundService<K>);
}
