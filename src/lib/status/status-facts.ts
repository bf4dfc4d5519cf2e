import { servedWords } from '../release/words.ts';
import type { SystemStatus } from './system-status.ts';

/** One thing that became another between two looks. */
export interface StatusChange {
  /** When it was seen, ISO 8601. */
  readonly at: string;
  /** A service, a queue, an alarm, or a part that could not be read. */
  readonly what: string;
  /** Null in the first look. */
  readonly from: string | null;
  /** Null when it is no more. */
  readonly to: string | null;
}

type Facts = ReadonlyMap<string, string>;

/** What is worth a line when it changes; ages and messages in flight change all the time. */
function factsOf({ services, alarms, gaps }: SystemStatus): Facts {
  const facts = new Map<string, string>();
  for (const { service, alias, queue, dlq } of services) {
    if (alias !== null) facts.set(service, servedWords(alias));
    for (const each of [queue, dlq]) if (each !== null) facts.set(each.name, String(each.visible));
  }
  for (const { name, state } of alarms) facts.set(name, state);
  for (const { subject, code } of gaps) facts.set(`${subject} not read`, code);
  return facts;
}

/** All facts for the first look, then those that differ. */
export function changesBetween(before: SystemStatus | undefined, after: SystemStatus): readonly StatusChange[] {
  const old: Facts = before === undefined ? new Map() : factsOf(before);
  const now = factsOf(after);
  return [...new Set([...now.keys(), ...old.keys()])]
    .map((what) => ({ at: after.at, what, from: old.get(what) ?? null, to: now.get(what) ?? null }))
    .filter(({ from, to }) => from !== to);
}
