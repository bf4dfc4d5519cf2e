import { type Config, DEFAULT_ALIAS } from './config.ts';
import { type FoundService, servicesWith } from './find-service.ts';

/** The aliases that services are served by, each once: two services may share one. */
export function servedAliases(config: Config): readonly FoundService<'function' | 'alias'>[] {
  const all = servicesWith(config, 'function').map((each) => ({ ...each, alias: each.alias ?? DEFAULT_ALIAS }));
  return [...new Map(all.map((each) => [`${each.function}:${each.alias}`, each])).values()];
}
