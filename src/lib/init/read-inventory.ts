import type { Functions } from '../aws/ports/functions.ts';
import type { Queues } from '../aws/ports/queues.ts';
import type { ResourceLists } from '../aws/ports/resource-lists.ts';
import type { FunctionSettings } from '../aws/ports/usage-source.ts';
import type { Inventory } from './discover.ts';

export interface InventoryPorts {
  readonly lists: ResourceLists;
  readonly functions: Pick<Functions, 'listAliases'> & Pick<FunctionSettings, 'allEventSources'>;
  readonly queues: Pick<Queues, 'describe'>;
}

/** Reads what there is under a prefix; List and Get calls only. */
export async function readInventory(
  { lists, functions, queues }: InventoryPorts,
  prefix: string | undefined,
): Promise<Inventory> {
  const isMeant = (name: string) => name.startsWith(prefix ?? '');
  const [allFunctions, sources, queueNames, tables, topics] = await Promise.all([
    lists.functions(),
    functions.allEventSources(),
    lists.queues(),
    lists.tables(),
    lists.topics(),
  ]);
  return {
    functions: await Promise.all(
      allFunctions
        .filter(({ name }) => isMeant(name))
        .map(async (each) => ({
          ...each,
          aliases: (await functions.listAliases(each.name)).map(({ name }) => name),
        })),
    ),
    sources,
    queues: await Promise.all(
      queueNames.filter(isMeant).map(async (name) => {
        const { redrive } = (await queues.describe(name)).attributes;
        return { name, dlq: redrive?.deadLetterTargetArn.split(':').at(-1) ?? null };
      }),
    ),
    tables: tables.filter(isMeant),
    topics: topics.filter(isMeant),
  };
}
