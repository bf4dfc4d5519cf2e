import type { Alias, Functions } from '../aws/ports/functions.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { type AliasRecord, formatAliasRecord } from './alias-record.ts';

/**
 * The one way in which a release changes an alias: version, split and record in one UpdateAlias, guarded by the revision
 * that was seen. Where the answer is lost the alias itself tells whether it was done: no two records are alike.
 * @param seen the alias as the caller read or wrote it last.
 * @throws CvopsError `RevisionConflict` when somebody else wrote in between; nothing was done then.
 */
export async function writeAlias(
  functions: Functions,
  seen: Alias,
  to: { readonly version: string; readonly weights: Readonly<Record<string, number>>; readonly record: AliasRecord },
): Promise<Alias> {
  const description = formatAliasRecord(to.record, seen.description);
  try {
    return await functions.updateAlias({
      functionName: seen.functionName,
      alias: seen.name,
      version: to.version,
      weights: to.weights,
      description,
      revisionId: seen.revisionId,
    });
  } catch (cause) {
    if (!(cause instanceof CvopsError) || cause.code === 'RevisionConflict') throw cause;
    // Whatever it was, it may have come after the work was done.
    const now = await functions.getAlias(seen.functionName, seen.name).catch(() => undefined);
    if (now?.description === description && now.version === to.version) return now;
    throw cause;
  }
}
