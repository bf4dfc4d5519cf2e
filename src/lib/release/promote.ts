import type { Trail } from '../aws/ports/account.ts';
import type { Alias, Functions } from '../aws/ports/functions.ts';
import type { Clock } from '../clock.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { type AliasRecord, parseAliasRecord } from './alias-record.ts';
import { explainConflict } from './explain-conflict.ts';
import type { PromotionPlan } from './plan-promotion.ts';
import { readyVersion } from './ready-version.ts';
import type { Tell } from './release-event.ts';
import { type SmokeResult, smokeTest } from './smoke.ts';
import { writeAlias } from './write-alias.ts';

export interface PromotionPorts {
  readonly functions: Functions;
  /** Asked only when somebody else wrote in between. */
  trail(): Promise<Trail>;
  readonly clock: Clock;
}

/** Who releases, and why: kept in the alias. */
export interface Author {
  readonly by: string;
  readonly reason: string | null;
}

/** What the events of the smoke test came to. */
export interface Rehearsal {
  /** The version that serves now: is the way back known to work? Its failure does not stop a release, which may be its mend. */
  readonly before: SmokeResult;
  readonly after: SmokeResult;
}

/**
 * Makes sure that the target can take traffic: waits until it is Active, then runs the events on the version that serves
 * now (a rehearsal of the way back) and on the target, both by number and beside all traffic.
 * @param events JSON texts; without any nothing is invoked, and the answer is null.
 * @throws CvopsError `SmokeFailed` (6); nothing was changed.
 */
export async function prepare(
  ports: PromotionPorts,
  plan: PromotionPlan,
  events: readonly string[],
  tell: Tell,
  signal: AbortSignal,
): Promise<Rehearsal | null> {
  const { functionName } = plan.alias;
  await readyVersion(ports, functionName, plan.to, signal, (message) => tell({ type: 'note', message }));
  if (events.length === 0) return null;
  const before = await smokeTest(ports, functionName, plan.from, events, signal);
  tell({ type: 'smoke', ...before });
  const after = await smokeTest(ports, functionName, plan.to, events, signal);
  tell({ type: 'smoke', ...after });
  if (after.failure === null) return { before, after };
  const both =
    before.failure === null ? '' : ` Version ${before.version}, which serves now, fails too: ${before.failure}.`;
  throw new CvopsError(
    'SmokeFailed',
    ExitCode.gate,
    `version ${after.version} of ${functionName} failed the smoke test: ${after.failure}.${both}`,
    {
      hint: both === '' ? 'nothing was changed; mend it and publish anew.' : 'nothing was changed; is the event right?',
    },
  );
}

/** Moves all traffic to the target in one atomic call. @throws CvopsError `RevisionConflict`, which says who was faster. */
export async function moveAtOnce(
  ports: PromotionPorts,
  plan: Pick<PromotionPlan, 'alias' | 'to'>,
  author: Author,
  id: string,
): Promise<Alias> {
  const before = parseAliasRecord(plan.alias.description);
  const version = plan.to.version;
  const record: AliasRecord = {
    releaseId: id,
    kind: 'promote',
    version,
    // With a split that ends here: what served before it. Who promotes the primary itself keeps its way back.
    previous: plan.alias.version === version ? (before?.previous ?? null) : plan.alias.version,
    step: 100,
    at: ports.clock.now(),
    by: author.by,
    reason: author.reason,
    quarantined: (before?.quarantined ?? []).filter((each) => each !== version),
  };
  try {
    return await writeAlias(ports.functions, plan.alias, { version, weights: {}, record });
  } catch (cause) {
    if (!(cause instanceof CvopsError) || cause.code !== 'RevisionConflict') throw cause;
    throw await explainConflict(ports, plan.alias, 'nothing was done', cause);
  }
}
