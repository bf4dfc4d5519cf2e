import { DEFAULT_ALIAS } from '../../lib/config/config.ts';
import { findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import type { Next, Outcome } from '../../lib/io/outcome.ts';
import { type AliasState, describeAlias } from '../../lib/release/show-alias.ts';
import { defineCommand } from '../command.ts';
import { aliasTable } from './view.ts';

interface ShowOptions {
  readonly service: string | undefined;
}

export const aliasShow = defineCommand<ShowOptions>({
  arguments: [{ name: '[service]', description: 'service name; may be left out when only one has a function' }],
  examples: ['cvops alias show processor'],
  parse: ([service]) => ({ service }),
  run: show,
});

async function show(options: ShowOptions, context: Context): Promise<Outcome> {
  const service = findService(await context.config(), options.service, 'function');
  const functions = await context.functions();
  const alias = describeAlias(service.name, await functions.getAlias(service.function, service.alias ?? DEFAULT_ALIAS));
  return {
    kind: 'alias.show',
    data: { aliases: [alias] },
    items: [alias],
    next: nextOf(alias),
    view: () => [aliasTable([alias], context.clock.now())],
  };
}

/** A rollback ends a split, and never goes to what was rolled back from: only where it goes to `previous` is that said. */
function nextOf({ service, weights, previous, quarantined }: AliasState): readonly Next[] {
  if (Object.keys(weights).length > 0) return [{ command: `cvops alias recover ${service}`, why: 'end the split' }];
  if (previous === null || quarantined.includes(previous)) return [];
  return [{ command: `cvops alias rollback ${service}`, why: `go back to version ${previous}` }];
}
