import type { Alias } from '../aws/ports/functions.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { type AliasRecord, parseAliasRecord } from './alias-record.ts';
import type { StepsResult } from './canary/release-in-steps.ts';
import type { PromotionPlan } from './plan-promotion.ts';
import type { Author, PromotionPorts } from './promote.ts';
import type { Settled } from './settle.ts';
import { writeAlias } from './write-alias.ts';

/** One service of a release set. */
export interface SetMember {
  readonly service: string;
  readonly plan: PromotionPlan;
}

/**
 * What became of it. `put-back`: it had moved, and serves the version before again. `rolled-back`: its canary was judged
 * bad. `ended`: its canary had no verdict, or was broken off. `left`: traffic could not be put back.
 */
export type MemberState = 'promoted' | 'put-back' | 'rolled-back' | 'ended' | 'left' | 'failed' | 'untouched';

/** How one member's traffic moved. */
export interface MemberMove {
  readonly alias: Alias;
  /** Null for all at once. */
  readonly steps: StepsResult | null;
  /** Null where it was not promoted. */
  readonly settled: Settled | null;
}

export interface MemberResult extends SetMember, Omit<MemberMove, 'alias'> {
  readonly state: MemberState;
  /** The alias as it was left; null where nothing was written. */
  readonly alias: Alias | null;
  /** Why it failed, or why it could not be put back. */
  readonly error: CvopsError | null;
}

/** How a set ended. */
export interface SetResult {
  readonly results: readonly MemberResult[];
  /** The one that ended it; null when all were promoted. */
  readonly culprit: MemberResult | null;
}

const RETRIES_MS = [1_000, 3_000, 10_000];

/**
 * Moves all members, one after the other, or none: when one fails or is judged bad, or the operator breaks it off, those
 * that have moved are put back in reverse order, each in one guarded call. Only what was judged bad is quarantined.
 * @param members in the order in which they are to move.
 * @param move moves one member's traffic, at once or in judged steps.
 */
export async function promoteSet(
  ports: PromotionPorts,
  members: readonly SetMember[],
  move: (member: SetMember) => Promise<MemberMove>,
  author: Author,
  id: string,
  signal: AbortSignal,
): Promise<SetResult> {
  const results: MemberResult[] = members.map((member) => ({
    ...member,
    state: 'untouched',
    alias: null,
    steps: null,
    settled: null,
    error: null,
  }));
  const putAllBack = async (before: number): Promise<void> => {
    for (let back = before - 1; back >= 0; back--) results[back] = await putBack(ports, results[back]!, author, id);
  };
  for (const [index, member] of members.entries()) {
    try {
      signal.throwIfAborted();
      const moved = await move(member);
      results[index] = { ...member, ...moved, state: stateOf(moved.steps), error: null };
    } catch (cause) {
      if (!(cause instanceof CvopsError)) {
        await putAllBack(index);
        throw cause;
      }
      const state = cause.code === 'SplitLeft' ? 'left' : 'failed';
      results[index] = { ...results[index]!, state, error: cause };
    }
    if (results[index]!.state === 'promoted') continue;
    await putAllBack(index);
    return { results, culprit: results[index]! };
  }
  return { results, culprit: null };
}

function stateOf(steps: StepsResult | null): MemberState {
  if (steps === null || steps.verdict === 'PASS') return 'promoted';
  return steps.verdict === 'FAIL' ? 'rolled-back' : 'ended';
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
    try {
      const alias = await writeAlias(functions, moved.alias!, { version: from.version, weights: {}, record });
      return { ...moved, state: 'put-back', alias };
    } catch (cause) {
      if (!(cause instanceof CvopsError)) throw cause;
      const pause = RETRIES_MS[attempt];
      if (cause.code === 'RevisionConflict' || pause === undefined) return { ...moved, state: 'left', error: cause };
      await clock.sleep(pause);
    }
  }
}
