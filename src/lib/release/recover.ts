import type { Trail } from '../aws/ports/account.ts';
import type { Alias, Functions } from '../aws/ports/functions.ts';
import type { Clock } from '../clock.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { type AliasRecord, parseAliasRecord } from './alias-record.ts';
import { explainConflict } from './explain-conflict.ts';
import { knownTool } from './known-tool.ts';
import type { Author } from './promote.ts';
import { splitOf } from './words.ts';
import { writeAlias } from './write-alias.ts';

export interface RecoverPorts {
  readonly functions: Functions;
  /** Asked only for a split that is not of cvops. */
  trail(): Promise<Trail>;
  readonly clock: Clock;
}

/** A split that was found. */
export interface FoundSplit {
  readonly alias: Alias;
  /** The version beside the primary, and its share 0–1. */
  readonly version: string;
  readonly weight: number;
  /** cvops' own record of it; null when somebody else made the split. */
  readonly record: AliasRecord | null;
  /** ms since the epoch; null when nobody can say. */
  readonly since: number | null;
  /** Who, and with which tool; null when nobody can say. */
  readonly by: string | null;
  /** CloudTrail alone could tell, and cannot be read. */
  readonly trailUnread: boolean;
}

/** Looks for a split. Null when all traffic goes to one version: there is nothing to recover. */
export async function findSplit(
  ports: RecoverPorts,
  functionName: string,
  aliasName: string,
): Promise<{ readonly alias: Alias; readonly split: FoundSplit | null }> {
  const alias = await ports.functions.getAlias(functionName, aliasName);
  const split = splitOf(alias);
  if (split === undefined) return { alias, split: null };
  const record = parseAliasRecord(alias.description);
  if (record?.canary === split.version && record.version === alias.version) {
    const by = record.by === '' ? null : record.by;
    return { alias, split: { alias, ...split, record, since: record.at, by, trailUnread: false } };
  }
  const changes = await (await ports.trail()).aliasChanges(functionName, aliasName);
  const last = changes?.find((change) => !change.failed);
  const by = last === undefined ? null : [last.by, knownTool(last.userAgent)].filter(Boolean).join(' with ');
  const trailUnread = changes === null;
  return { alias, split: { alias, ...split, record: null, since: last?.at ?? null, by, trailUnread } };
}

/**
 * Ends a split that was left behind: back to the primary, which served before it (`abort`), or on to the version beside it
 * (`finish`). One call either way, guarded by the revision that was seen. Nothing is quarantined: nobody has judged.
 * @param id of this recovery; the release that it ends has its own.
 * @throws CvopsError `RevisionConflict`; `VersionQuarantined` for a finish on a version that was rolled back from.
 */
export async function recover(
  ports: RecoverPorts,
  split: FoundSplit,
  action: 'abort' | 'finish',
  author: Author,
  id: string,
): Promise<Alias> {
  const { alias } = split;
  const before = parseAliasRecord(alias.description);
  const version = action === 'finish' ? split.version : alias.version;
  if (action === 'finish' && before?.quarantined.includes(version) === true) {
    throw new CvopsError('VersionQuarantined', ExitCode.gate, `version ${version} was rolled back from before.`, {
      hint: 'end the split without --finish.',
    });
  }
  const record: AliasRecord = {
    releaseId: id,
    kind: action === 'finish' ? 'promote' : 'abort',
    version,
    previous: action === 'finish' ? alias.version : before?.version === version ? before.previous : null,
    step: 100,
    at: ports.clock.now(),
    by: author.by,
    reason: author.reason,
    quarantined: before?.quarantined ?? [],
  };
  try {
    return await writeAlias(ports.functions, alias, { version, weights: {}, record });
  } catch (cause) {
    if (!(cause instanceof CvopsError) || cause.code !== 'RevisionConflict') throw cause;
    throw await explainConflict(ports, alias, 'nothing was done', cause);
  }
}
