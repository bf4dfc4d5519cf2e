import type { Functions } from '../aws/ports/functions.ts';
import type { Queues } from '../aws/ports/queues.ts';
import type { ResourceLists } from '../aws/ports/resource-lists.ts';
import type { FunctionSettings } from '../aws/ports/usage-source.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { type Inventory, queuesOf } from './discover.ts';

export interface InventoryPorts {
  readonly lists: ResourceLists;
  readonly functions: Pick<Functions, 'listAliases'>;
  readonly settings: Pick<FunctionSettings, 'allEventSources'>;
  readonly queues: Pick<Queues, 'describe'>;
}

/** Reads what there is under a prefix; List and Get calls only. */
export async function readInventory(
  { lists, functions, settings, queues }: InventoryPorts,
  prefix: string | undefined,
): Promise<Inventory> {
  const isMeant = (name: string) => name.startsWith(prefix ?? '');
  const [allFunctions, sources, queueNames, tables, topics] = await Promise.all([
    lists.functions(),
    settings.allEventSources(),
    lists.queues(),
    lists.tables(),
    lists.topics(),
  ]);
  const meant = allFunctions.filter(({ name }) => isMeant(name));
  const used = new Set(
    meant.flatMap((each) => {
      const { read, sends } = queuesOf(each, sources, queueNames);
      return [...read, ...sends];
    }),
  );
  return {
    functions: await stillThere(meant, async (each) => ({
      ...each,
      aliases: (await functions.listAliases(each.name)).map(({ name }) => name),
    })),
    sources,
    queues: await stillThere(queueNames.filter(isMeant), async (name) => {
      const looked = await queues.describe(name).catch((cause: unknown) => {
        // An operator's policy names the queues of the system; others of the account are told of and not looked into.
        if (cause instanceof CvopsError && cause.code === 'AccessDenied' && !used.has(name)) return null;
        throw cause;
      });
      return { name, dlq: looked?.attributes.redrive?.deadLetterTargetArn.split(':').at(-1) ?? null };
    }),
    tables: tables.filter(isMeant),
    topics: topics.filter(isMeant),
  };
}

/**
 * A closer look at what a list holds. It may hold for a while what was deleted, which is left out.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html
 */
async function stillThere<T, U>(listed: readonly T[], look: (each: T) => Promise<U>): Promise<U[]> {
  const looks = listed.map((each) =>
    look(each).catch((cause: unknown) => {
      if (cause instanceof CvopsError && cause.exitCode === ExitCode.notFound) return null;
      throw cause;
    }),
  );
  return (await Promise.all(looks)).filter((found) => found !== null);
}
