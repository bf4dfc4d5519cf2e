import type { ServiceConfig } from '../../lib/config/config.ts';
import type { Context } from '../../lib/context.ts';
import type { Served } from '../../lib/dlq/inspect/advice.ts';
import type { Warning } from '../../lib/io/outcome.ts';
import { settled } from '../../lib/usage/settled.ts';

/** What a service's alias serves; null where it has none, or where the warnings say why it is not known. */
export interface ServedVersions {
  readonly served: Served | null;
  readonly warnings: readonly Warning[];
}

/** Nobody asked, or nothing serves. */
export const NOT_ASKED: ServedVersions = { served: null, warnings: [] };

/** What was found in the queue stands without it: a call that is refused leaves the next step open. */
export async function servedVersions(
  { function: name, alias }: Pick<ServiceConfig, 'function' | 'alias'>,
  context: Context,
): Promise<ServedVersions> {
  if (name === undefined || alias === undefined) return NOT_ASKED;
  const { value, gap } = await settled(async () => (await context.functions()).getAlias(name, alias));
  if (value !== undefined) {
    return { served: { alias, versions: [value.version, ...Object.keys(value.weights)] }, warnings: [] };
  }
  if (gap.code === 'AliasNotFound') return NOT_ASKED;
  const message = `whether the version that failed still serves is not known: ${gap.message}`;
  return { served: null, warnings: [{ code: 'ServedUnknown', message }] };
}
