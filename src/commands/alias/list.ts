import { DEFAULT_ALIAS } from '../../lib/config/config.ts';
import { servicesWith } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import { describeAlias } from '../../lib/release/show-alias.ts';
import { defineCommand } from '../command.ts';
import { aliasTable } from './view.ts';

export const aliasList = defineCommand({
  examples: ['cvops alias list', 'cvops alias list --json --query "data.aliases[?length(weights) > `0`]"'],
  parse: () => ({}),
  run: list,
});

async function list(_options: object, context: Context): Promise<Outcome> {
  const config = await context.config();
  const functions = await context.functions();
  const aliases = await Promise.all(
    servicesWith(config, 'function').map(async (service) =>
      describeAlias(service.name, await functions.getAlias(service.function, service.alias ?? DEFAULT_ALIAS)),
    ),
  );
  const split = aliases.find((alias) => Object.keys(alias.weights).length > 0);
  return {
    kind: 'alias.list',
    data: { aliases },
    items: aliases,
    next: split === undefined ? [] : [{ command: `cvops alias recover ${split.service}`, why: 'end the split' }],
    view: () => [aliasTable(aliases, context.clock.now())],
  };
}
