import { functionOf } from '../aws/function-arn.ts';
import type { EventSource } from '../aws/ports/functions.ts';
import type { ListedFunction } from '../aws/ports/resource-lists.ts';
import { DEFAULT_ALIAS, type ServiceConfig } from '../config/config.ts';
import { type FoundSystem, inOrder } from './found-system.ts';

/** A queue and where its dead letters go. */
export interface FoundQueue {
  readonly name: string;
  /** Name of the dead-letter queue; null without one. */
  readonly dlq: string | null;
}

/** All that there is, as it was read. */
export interface Inventory {
  readonly functions: readonly (ListedFunction & { readonly aliases: readonly string[] })[];
  readonly sources: readonly Pick<EventSource, 'eventSourceArn' | 'functionArn'>[];
  readonly queues: readonly FoundQueue[];
  readonly tables: readonly string[];
  readonly topics: readonly string[];
}

/**
 * Makes services of what there is: a service for each function, with the queue that its mapping reads, that queue's dead
 * letters, and the table and topic that its environment names.
 * @param prefix what the names begin with and the services' names leave out; without it, what all functions begin with.
 */
export function discover(inventory: Inventory, prefix: string | undefined): Omit<FoundSystem, 'region'> {
  const ambiguous: string[] = [];
  const queues = new Map(inventory.queues.map((queue) => [queue.name, queue]));
  const start = prefix ?? commonStart(inventory.functions.map(({ name }) => name));
  const services: Record<string, ServiceConfig> = {};
  for (const found of inventory.functions) {
    const sources = sourcesOf(found, inventory.sources);
    const { read, sends } = queuesOf(found, inventory.sources, [...queues.keys()]);
    const queue = one(
      read.length > 0 ? read : sends,
      `${found.name} ${read.length > 0 ? 'reads' : 'names'} the queues`,
      ambiguous,
    );
    const dlq = queue === undefined ? null : (queues.get(queue)?.dlq ?? null);
    services[freeName(services, found.name, start, ambiguous)] = defined({
      function: found.name,
      alias: aliasOf(found, sources, ambiguous),
      queue,
      dlq: dlq ?? undefined,
      table: one(named(found, inventory.tables), `the environment of ${found.name} names the tables`, ambiguous),
      topic: one(named(found, inventory.topics), `the environment of ${found.name} names the topics`, ambiguous),
    });
  }
  const used = new Set(Object.values(services).flatMap((service) => Object.values(service)));
  const releaseTable = inventory.tables.find((name) => !used.has(name) && /(^|[-_.])releases$/.test(name)) ?? null;
  const unused = [
    ...inventory.queues.filter(({ name }) => !used.has(name)).map(({ name }) => `queue ${name}`),
    ...inventory.tables.filter((name) => !used.has(name) && name !== releaseTable).map((name) => `table ${name}`),
    ...inventory.topics.filter((name) => !used.has(name)).map((name) => `topic ${name}`),
  ];
  return { services: inOrder(services), releaseTable, byFunction: true, ambiguous, unused };
}

/** The queues that a function reads, and those of the names that its environment holds. */
export function queuesOf(
  found: ListedFunction,
  sources: Inventory['sources'],
  names: readonly string[],
): { readonly read: readonly string[]; readonly sends: readonly string[] } {
  const read = sourcesOf(found, sources).flatMap(({ eventSourceArn }) => queueOf(eventSourceArn) ?? []);
  return { read: [...new Set(read)], sends: named(found, names) };
}

function sourcesOf({ name }: ListedFunction, sources: Inventory['sources']): Inventory['sources'] {
  return sources.filter(({ functionArn }) => functionOf(functionArn).name === name);
}

/** What all names begin with, up to a hyphen; empty when that would leave nothing of a name. */
function commonStart(names: readonly string[]): string {
  if (names.length < 2) return '';
  const [first = ''] = names;
  for (let end = first.lastIndexOf('-') + 1; end > 0; end = first.lastIndexOf('-', end - 2) + 1) {
    const start = first.slice(0, end);
    if (names.every((name) => name.startsWith(start) && name.length > end)) return start;
  }
  return '';
}

function serviceName(functionName: string, start: string): string {
  const rest = functionName.startsWith(start) ? functionName.slice(start.length).replace(/^[-_]+/, '') : functionName;
  // A service's name begins with a letter or a digit.
  return /^[A-Za-z0-9]/.test(rest) ? rest : functionName.replace(/^[-_]+/, '') || 'function';
}

/** With a number where another service has the name already, which is said. */
function freeName(
  services: Readonly<Record<string, ServiceConfig>>,
  functionName: string,
  start: string,
  ambiguous: string[],
): string {
  const wanted = serviceName(functionName, start);
  let name = wanted;
  for (let number = 2; Object.hasOwn(services, name); number++) name = `${wanted}-${number}`;
  if (name !== wanted) {
    const other = services[wanted]!.function;
    ambiguous.push(`${functionName} would be the service ${wanted}, as ${other} is: it was named ${name}.`);
  }
  return name;
}

function queueOf(arn: string): string | undefined {
  return /^arn:[^:]+:sqs:[^:]*:\d*:(.+)$/.exec(arn)?.[1];
}

/** The alias that the queue invokes, or the only one, or the usual one. */
function aliasOf(
  { name, aliases }: { readonly name: string; readonly aliases: readonly string[] },
  sources: Inventory['sources'],
  ambiguous: string[],
): string | undefined {
  const invoked = sources.map(({ functionArn }) => functionOf(functionArn).qualifier);
  const mapped = invoked.find((qualifier) => qualifier !== undefined && aliases.includes(qualifier));
  if (mapped !== undefined) return mapped;
  if (sources.length > 0)
    ambiguous.push(`the queue of ${name} invokes the function itself, not an alias: no release of cvops reaches it.`);
  if (aliases.includes(DEFAULT_ALIAS)) return DEFAULT_ALIAS;
  if (aliases.length === 0) ambiguous.push(`${name} has no alias: there is nothing to release.`);
  return one(aliases, `${name} has the aliases`, ambiguous);
}

/** Those of the names that a variable of the function holds: as a name, an ARN or a URL. */
function named({ environment }: ListedFunction, names: readonly string[]): readonly string[] {
  const held = Object.values(environment).flatMap((value) => [value, value.split(/[:/]/).at(-1)]);
  return names.filter((name) => held.includes(name));
}

/** The first of several, which is said. */
function one(names: readonly string[], what: string, ambiguous: string[]): string | undefined {
  if (names.length > 1) ambiguous.push(`${what} ${names.join(', ')}: ${names[0]} was taken.`);
  return names[0];
}

function defined(service: ServiceConfig): ServiceConfig {
  return Object.fromEntries(Object.entries(service).filter(([, value]) => value !== undefined));
}
