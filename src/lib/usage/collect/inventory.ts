import { type Config, DEFAULT_ALIAS, DEFAULT_RELEASE_TABLE, type ServiceConfig } from '../../config/config.ts';

/** A resource and the configured services that name it; none for the table of releases. */
interface Named {
  readonly name: string;
  readonly services: readonly string[];
}

export interface InventoryFunction extends Named {
  /** The aliases that it is called through, as configured; one at least. */
  readonly aliases: readonly string[];
}

export interface InventoryQueue extends Named {
  readonly fifo: boolean;
  /** Named as `dlq` only: a queue that a service also reads is one like others. */
  readonly isDeadLetterQueue: boolean;
}

export interface InventoryTable extends Named {
  /** Nobody asked for it by name: where it does not exist, nothing is missing. */
  readonly isOptional: boolean;
}

/** What a report looks at. */
export interface Inventory {
  readonly functions: readonly InventoryFunction[];
  readonly queues: readonly InventoryQueue[];
  readonly tables: readonly InventoryTable[];
  readonly topics: readonly Named[];
}

/** The distinct resources of a configuration, each once however many services share it, and the table of releases. */
export function inventory(config: Config): Inventory {
  const services = Object.entries(config.services);
  const named = (...keys: readonly (keyof ServiceConfig)[]): Named[] => {
    const found = new Map<string, string[]>();
    for (const key of keys) {
      for (const [service, settings] of services) {
        const name = settings[key];
        if (name === undefined) continue;
        const users = found.get(name) ?? [];
        if (!users.includes(service)) users.push(service);
        found.set(name, users);
      }
    }
    return [...found].map(([name, users]) => ({ name, services: users }));
  };
  const isRead = new Set(services.map(([, { queue }]) => queue));
  const tables = named('table').map((table) => ({ ...table, isOptional: false }));
  const { releaseTable } = config;
  const releases = releaseTable ?? DEFAULT_RELEASE_TABLE;
  return {
    functions: named('function').map((each) => ({ ...each, aliases: aliasesOf(config, each.name) })),
    queues: named('queue', 'dlq').map((each) => ({
      ...each,
      fifo: each.name.endsWith('.fifo'),
      isDeadLetterQueue: !isRead.has(each.name),
    })),
    tables: tables.some(({ name }) => name === releases)
      ? tables
      : [...tables, { name: releases, services: [], isOptional: releaseTable === undefined }],
    topics: named('topic'),
  };
}

function aliasesOf({ services }: Config, name: string): readonly string[] {
  const aliases = Object.values(services)
    .filter((service) => service.function === name)
    .map(({ alias = DEFAULT_ALIAS }) => alias);
  return [...new Set(aliases)];
}
