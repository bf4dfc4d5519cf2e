import type { Trail } from '../aws/ports/account.ts';
import type { Alias, Functions } from '../aws/ports/functions.ts';
import type { Clock } from '../clock.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { type AliasRecord, parseAliasRecord } from './alias-record.ts';
import { explainConflict } from './explain-conflict.ts';
import { newestVersions } from './newest-versions.ts';
import { comparePreflight, type PreflightCheck } from './preflight.ts';
import { provisionedChecks } from './provisioned-checks.ts';
import { releaseId } from './release-id.ts';
import { writeAlias } from './write-alias.ts';

export interface RollbackPorts {
  readonly functions: Functions;
  /** Asked only when the alias itself does not know what it served before. */
  trail(): Promise<Trail>;
  readonly clock: Clock;
}

/** What a rollback would do, before it does it. */
export interface RollbackPlan {
  readonly alias: Alias;
  readonly from: string;
  readonly to: string;
  /** The split that ends with it. */
  readonly weights: Readonly<Record<string, number>>;
  /** How the target is known. */
  readonly basis: 'named' | 'canary' | 'record' | 'cloudtrail';
  /** Nothing to do: the target serves all traffic already. */
  readonly done: boolean;
}

/** Looks up the alias and decides where back is. One call when the alias holds its own record. */
export async function planRollback(
  ports: RollbackPorts,
  options: { functionName: string; alias: string; to: string | undefined },
): Promise<RollbackPlan> {
  const alias = await ports.functions.getAlias(options.functionName, options.alias);
  const { to, basis } = await target(ports, alias, options.to);
  const split = Object.keys(alias.weights).length > 0;
  return { alias, from: alias.version, to, weights: alias.weights, basis, done: to === alias.version && !split };
}

/**
 * The preflight checks of a plan; reads both versions side by side. What may not be read is a SKIP: to go back takes no more
 * than the alias. A target that does not exist throws VersionNotFound.
 */
export async function preflightRollback(functions: Functions, plan: RollbackPlan): Promise<readonly PreflightCheck[]> {
  const { functionName, name: alias } = plan.alias;
  const [versions, provisioned] = await Promise.all([
    compareVersions(functions, plan),
    provisionedChecks(functions, { functionName, alias, from: plan.from, to: plan.to }),
  ]);
  return [...versions, ...provisioned];
}

async function compareVersions(functions: Functions, { alias, from, to }: RollbackPlan) {
  try {
    const [before, after] = await Promise.all([
      functions.getVersion(alias.functionName, from),
      functions.getVersion(alias.functionName, to),
    ]);
    return comparePreflight(before, after);
  } catch (cause) {
    if (!(cause instanceof CvopsError) || cause.code !== 'AccessDenied') throw cause;
    const detail = `the versions were not compared: ${cause.message.replace(/\.$/, '')}`;
    return [{ id: 'versions', status: 'SKIP', detail } as const];
  }
}

/** Moves the alias in one atomic call: version, no split, new record, guarded by the revision that the plan saw. */
export async function applyRollback(
  ports: RollbackPorts,
  plan: RollbackPlan,
  why: { readonly by: string; readonly reason: string | null },
): Promise<{ releaseId: string; alias: Alias }> {
  const now = ports.clock.now();
  const before = parseAliasRecord(plan.alias.description);
  // What is rolled back from is bad until named again: the primary, or the canary that it was split with.
  const left = plan.basis === 'canary' ? Object.keys(plan.weights) : [plan.from];
  const record: AliasRecord = {
    releaseId: releaseId(now),
    kind: plan.basis === 'canary' ? 'abort' : 'rollback',
    version: plan.to,
    // A record of another version does not know what served before this one: CloudTrail is asked when it is needed.
    previous: plan.from === plan.to ? (before?.version === plan.to ? before.previous : null) : plan.from,
    step: 100,
    at: now,
    by: why.by,
    reason: why.reason,
    quarantined: [...new Set([...left, ...(before?.quarantined ?? [])])].filter((version) => version !== plan.to),
  };
  try {
    const alias = await writeAlias(ports.functions, plan.alias, { version: plan.to, weights: {}, record });
    return { releaseId: record.releaseId, alias };
  } catch (cause) {
    if (!(cause instanceof CvopsError) || cause.code !== 'RevisionConflict') throw cause;
    throw await explainConflict(ports, plan.alias, 'nothing was done', cause);
  }
}

async function target(
  ports: RollbackPorts,
  alias: Alias,
  named: string | undefined,
): Promise<Pick<RollbackPlan, 'to' | 'basis'>> {
  if (named !== undefined) return { to: named, basis: 'named' };
  // A split means that the primary served everything before: back is the primary alone.
  if (Object.keys(alias.weights).length > 0) return { to: alias.version, basis: 'canary' };
  const record = parseAliasRecord(alias.description);
  if (record?.version === alias.version && record.previous !== null && !record.quarantined.includes(record.previous)) {
    return { to: record.previous, basis: 'record' };
  }
  // Someone else moved the alias since. CloudTrail is minutes late, so it counts only when it knows of that move.
  const changes = (await (await ports.trail()).aliasChanges(alias.functionName, alias.name))?.filter(
    (change) => !change.failed && change.version !== null,
  );
  const bad = new Set([alias.version, ...(record?.quarantined ?? [])]);
  const before = changes?.find((change) => !bad.has(change.version!))?.version ?? undefined;
  if (before !== undefined && changes?.[0]?.version === alias.version) return { to: before, basis: 'cloudtrail' };
  if (record !== undefined && !bad.has(record.version)) return { to: record.version, basis: 'record' };
  if (before !== undefined) return { to: before, basis: 'cloudtrail' };
  throw await unknownPrevious(ports.functions, alias);
}

async function unknownPrevious(functions: Functions, alias: Alias): Promise<CvopsError> {
  const others = await newestVersions(functions, alias.functionName, alias.version);
  return new CvopsError(
    'PreviousVersionUnknown',
    ExitCode.notFound,
    `alias "${alias.name}" of ${alias.functionName} holds no record of what it served before version ${alias.version}, and CloudTrail does not say.`,
    {
      hint:
        others === '' ? 'there is no other version to go back to.' : `name it with --to; newest versions: ${others}.`,
    },
  );
}
