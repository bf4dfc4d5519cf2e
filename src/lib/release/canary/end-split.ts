import type { Alias, Functions } from '../../aws/ports/functions.ts';
import type { Clock } from '../../clock.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { type AliasRecord, parseAliasRecord } from '../alias-record.ts';
import { type ConflictPorts, explainConflict } from '../explain-conflict.ts';
import { writeAlias } from '../write-alias.ts';

export interface EndPorts extends ConflictPorts {
  readonly functions: Functions;
  readonly clock: Clock;
}

/** The way out is tried several times. */
const PAUSES_MS = [1_000, 3_000, 10_000];

/**
 * Gives all traffic back to the primary, in one call. An alias that is known by an older revision of the same release is
 * read anew.
 * @param record of the release that ends; its version is the alias's primary.
 * @throws CvopsError `RevisionConflict` when the alias is somebody else's by now, `SplitLeft` when it could not be done.
 */
export async function endSplit(ports: EndPorts, seen: Alias, record: AliasRecord): Promise<Alias> {
  let alias = seen;
  for (let attempt = 0; ; attempt++) {
    try {
      return await writeAlias(ports.functions, alias, { version: record.version, weights: {}, record });
    } catch (cause) {
      if (!(cause instanceof CvopsError)) throw cause;
      if (cause.code === 'RevisionConflict') {
        const now = await ports.functions.getAlias(alias.functionName, alias.name).catch(() => undefined);
        const isOurs =
          now?.version === record.version && parseAliasRecord(now.description)?.releaseId === record.releaseId;
        if (!isOurs || now.revisionId === alias.revisionId) {
          throw await explainConflict(ports, alias, 'it was left as it is', cause);
        }
        alias = now;
        continue;
      }
      await pauseOrGiveUp(ports, alias, attempt, cause);
    }
  }
}

/** The alias as it is, asked several times. @throws CvopsError `SplitLeft` when it cannot be read. */
export async function readAgain(ports: EndPorts, seen: Alias, why: unknown): Promise<Alias> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ports.functions.getAlias(seen.functionName, seen.name);
    } catch (cause) {
      if (!(cause instanceof CvopsError)) throw cause;
      await pauseOrGiveUp(ports, seen, attempt, why instanceof CvopsError ? why : cause);
    }
  }
}

async function pauseOrGiveUp({ clock }: EndPorts, alias: Alias, attempt: number, cause: CvopsError): Promise<void> {
  const pause = PAUSES_MS[attempt];
  if (pause !== undefined) return clock.sleep(pause);
  throw new CvopsError(
    'SplitLeft',
    cause.exitCode,
    `a split of alias "${alias.name}" of ${alias.functionName} may be left behind, with version ${alias.version} in charge: ${cause.message}`,
    { hint: 'look, and end it from any machine, with `cvops alias recover SERVICE`.', cause },
  );
}
