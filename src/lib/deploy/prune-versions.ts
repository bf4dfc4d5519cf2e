import { type CodeVersion, type FunctionCode, publishedVersion } from '../aws/ports/function-code.ts';
import type { Alias, Functions } from '../aws/ports/functions.ts';
import type { Clock } from '../clock.ts';
import { DAY_MS } from '../durations.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { parseAliasRecord } from '../release/alias-record.ts';
import type { ReleaseEntry } from '../release-ledger/release-entry.ts';
import type { ReleaseLedger } from '../release-ledger/release-ledger.ts';

export interface PrunePorts {
  readonly functions: Functions;
  readonly code: FunctionCode;
  readonly ledger: Pick<ReleaseLedger, 'history'>;
  readonly clock: Clock;
}

export interface PruneWish {
  readonly functionName: string;
  /** So many of the newest versions stay, whatever else stays. */
  readonly keep: number;
  /** Versions that were rolled back from may go too. */
  readonly force: boolean;
}

export interface KeptVersion {
  readonly version: string;
  /** Why it stays, the most important first. */
  readonly why: readonly string[];
}

export interface PrunePlan {
  readonly functionName: string;
  /** To be deleted, oldest first. */
  readonly doomed: readonly CodeVersion[];
  readonly kept: readonly KeptVersion[];
  /** Why the ledger could not be read: what it alone knows of is not kept. Null where it was read, or there is none. */
  readonly ledgerUnread: string | null;
}

export interface PruneResult {
  readonly deleted: readonly CodeVersion[];
  /** An alias took them up in between. */
  readonly inUse: readonly string[];
  /** Not tried any more. */
  readonly left: readonly string[];
  /** What ended it early. */
  readonly stopped: CvopsError | null;
}

/** Releases older than this leave a version behind that nobody goes back to. */
const LEDGER_MS = 90 * DAY_MS;

/** Decides which versions stay and why. Changes nothing. */
export async function planPrune(ports: PrunePorts, wish: PruneWish): Promise<PrunePlan> {
  const { functionName, keep, force } = wish;
  const [versions, aliases, sources] = await Promise.all([
    ports.code.versions(functionName),
    ports.functions.listAliases(functionName),
    ports.functions.listEventSources(functionName),
  ]);
  const why = new Map<string, string[]>();
  const hold = (version: string | null | undefined, reason: string) => {
    if (version) why.set(version, [...(why.get(version) ?? []), reason]);
  };
  for (const alias of aliases) holdForAlias(alias, force, hold);
  for (const { functionArn } of sources) hold(functionArn.split(':').at(-1), 'an event source reads for it');
  let ledgerUnread: string | null = null;
  for (const alias of aliases) {
    // The version just replaced must stay even where the alias no longer knows it, after a move by others.
    const since = ports.clock.now() - LEDGER_MS;
    const { entries, unreadable } = await ports.ledger.history(functionName, alias.name, since);
    if (unreadable !== null && unreadable.code !== 'TableNotFound') ledgerUnread = unreadable.message;
    const last = entries.find(({ entry }) => entry.outcome === 'succeeded')?.entry;
    hold(last?.from, `before the last release of alias "${alias.name}"`);
    hold(last?.to, `last release of alias "${alias.name}"`);
    if (force) continue;
    // The alias has room for some of them only.
    for (const { entry } of entries) hold(condemned(entry), `evidence: alias "${alias.name}" was rolled back from it`);
  }
  for (const { version } of versions.slice(Math.max(0, versions.length - keep)))
    hold(version, `among the newest ${keep}`);
  return {
    functionName,
    ledgerUnread,
    doomed: versions.filter(({ version }) => !why.has(version)),
    kept: versions
      .filter(({ version }) => why.has(version))
      .map(({ version }) => ({ version, why: [...new Set(why.get(version))] })),
  };
}

function holdForAlias(alias: Alias, force: boolean, hold: (version: string | null, reason: string) => void): void {
  const name = `alias "${alias.name}"`;
  hold(alias.version, `served by ${name}`);
  for (const version of Object.keys(alias.weights)) hold(version, `part of the split of ${name}`);
  const record = parseAliasRecord(alias.description);
  if (record === undefined) return;
  // A record of an older release still names what is likely to be gone back to.
  hold(record.version, `last released with ${name}`);
  hold(record.previous, `the way back of ${name}`);
  if (record.canary !== undefined) hold(record.canary, `canary of ${name}`);
  if (!force) for (const version of record.quarantined) hold(version, `evidence: ${name} was rolled back from it`);
}

/** The version that a release took the traffic from because it was bad. */
function condemned({ kind, outcome, from, to }: ReleaseEntry): string | null {
  if (kind === 'rollback' && outcome === 'succeeded') return from;
  return outcome === 'rolled-back' ? to : null;
}

/**
 * Deletes what the plan says, one after the other, as long as nothing else goes wrong. A version that an alias took up in
 * between stays.
 */
export async function pruneVersions(
  { code }: Pick<PrunePorts, 'code'>,
  { functionName, doomed }: PrunePlan,
  signal: AbortSignal,
  tell: (deleted: number) => void,
): Promise<PruneResult> {
  const deleted: CodeVersion[] = [];
  const inUse: string[] = [];
  for (const [index, each] of doomed.entries()) {
    const left = () => doomed.slice(index).map(({ version }) => version);
    try {
      signal.throwIfAborted();
      const version = publishedVersion(each.version);
      // What is no number is no version of its own: it is never sent.
      if (version === undefined) throw new Error(`"${each.version}" is no published version`);
      await code.deleteVersion(functionName, version);
      deleted.push(each);
      tell(deleted.length);
    } catch (cause) {
      if (!(cause instanceof CvopsError)) throw cause;
      if (cause.code !== 'VersionInUse') return { deleted, inUse, left: left(), stopped: cause };
      inUse.push(each.version);
    }
  }
  return { deleted, inUse, left: [], stopped: null };
}
