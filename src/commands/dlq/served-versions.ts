import type { ServiceConfig } from '../../lib/config/config.ts';
import type { Context } from '../../lib/context.ts';
import type { Served } from '../../lib/dlq/inspect/advice.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';

/** What the service's alias serves; null where it has none or it cannot be read. */
export async function servedVersions(service: ServiceConfig, context: Context): Promise<Served | null> {
  if (service.function === undefined || service.alias === undefined) return null;
  try {
    const { version, weights } = await (await context.functions()).getAlias(service.function, service.alias);
    return { alias: service.alias, versions: [version, ...Object.keys(weights)] };
  } catch (cause) {
    // What was found in the queue stands without it.
    if (cause instanceof CvopsError) return null;
    throw cause;
  }
}
