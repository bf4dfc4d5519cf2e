import type { Alias } from '../aws/ports/functions.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { type AliasRecord, parseAliasRecord } from './alias-record.ts';
import type { PromotionPlan } from './plan-promotion.ts';
import { type Author, moveAtOnce, type PromotionPorts } from './promote.ts';
import { writeAlias } from './write-alias.ts';

/** One service of a release set. */
export interface SetMember {
  readonly service: string;
  readonly plan: PromotionPlan;
}

/** What became of it. `put-back`: it had moved, and serves the version before again. `left`: it could not be put back. */
export type MemberState = 'promoted' | 'put-back' | 'left' | 'failed' | 'untouched';

export interface MemberResult extends SetMember {
  readonly state: MemberState;
  /** The alias as it was left; null where nothing was written. */
  readonly alias: Alias | null;
  /** Why it failed, or why it could not be put back. */
  readonly error: CvopsError | null;
}

/** A move and, on the way back, its undoing make up to four calls; Lambda's control plane takes 15 a second. */
const PAUSE_MS = 300;
const RETRIES_MS = [1_000, 3_000, 10_000];

/**
 * Moves all members, one after the other, or none: when one fails, or the operator breaks it off, those that have moved are
 * put back in reverse order, each in one guarded call. Nothing is quarantined: no version was found bad.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (control plane: 15 requests a second)
 * @param members in the order in which they are to move.
 */
export async function promoteSet(
  ports: PromotionPorts,
  members: readonly SetMember[],
  author: Author,
  id: string,
  signal: AbortSignal,
): Promise<readonly MemberResult[]> {
  const results: MemberResult[] = members.map((member) => ({
    ...member,
    state: 'untouched',
    alias: null,
    error: null,
  }));
  for (const [index, member] of members.entries()) {
    try {
      signal.throwIfAborted();
      if (index > 0) await ports.clock.sleep(PAUSE_MS, signal);
      const alias = await moveAtOnce(ports, member.plan, author, id);
      results[index] = { ...member, state: 'promoted', alias, error: null };
    } catch (cause) {
      if (!(cause instanceof CvopsError)) throw cause;
      results[index] = { ...member, state: 'failed', alias: null, error: cause };
      for (let back = index - 1; back >= 0; back--) results[back] = await putBack(ports, results[back]!, author, id);
      return results;
    }
  }
  return results;
}

async function putBack(
  { functions, clock }: PromotionPorts,
  moved: MemberResult,
  author: Author,
  id: string,
): Promise<MemberResult> {
  const { from, alias: before } = moved.plan;
  const told = parseAliasRecord(before.description);
  const record: AliasRecord = {
    releaseId: id,
    kind: 'abort',
    version: from.version,
    previous: told?.version === from.version ? told.previous : null,
    step: 100,
    at: clock.now(),
    by: author.by,
    reason: author.reason,
    quarantined: told?.quarantined ?? [],
  };
  for (let attempt = 0; ; attempt++) {
    await clock.sleep(RETRIES_MS[attempt - 1] ?? PAUSE_MS);
    try {
      const alias = await writeAlias(functions, moved.alias!, { version: from.version, weights: {}, record });
      return { ...moved, state: 'put-back', alias };
    } catch (cause) {
      if (!(cause instanceof CvopsError)) throw cause;
      const isFinal = cause.code === 'RevisionConflict' || attempt >= RETRIES_MS.length;
      if (isFinal) return { ...moved, state: 'left', error: cause };
    }
  }
}
