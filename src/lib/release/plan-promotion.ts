import type { Alias, Functions, FunctionVersion } from '../aws/ports/functions.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { parseAliasRecord } from './alias-record.ts';
import { newestVersions } from './newest-versions.ts';
import { comparePreflight, type PreflightCheck, splitChecks } from './preflight.ts';
import { provisionedChecks } from './provisioned-checks.ts';
import { refuseFailed } from './ready-version.ts';
import { percentWords, splitOf } from './words.ts';

/** What a promotion would do, before it does it. */
export interface PromotionPlan {
  readonly alias: Alias;
  readonly from: FunctionVersion;
  readonly to: FunctionVersion;
  /** How the target is known. */
  readonly basis: 'named' | 'newest';
  readonly preflight: readonly PreflightCheck[];
}

/** The target serves all traffic already. */
export interface NothingToPromote {
  readonly alias: Alias;
  readonly version: string;
}

export interface PromotionWish {
  readonly functionName: string;
  readonly alias: string;
  /** A published version's number; undefined for the newest. */
  readonly to: string | undefined;
  /** Traffic is to be split between the two on the way. */
  readonly stepped: boolean;
  /** Takes a version that was rolled back from, and ends a split that somebody else has begun. */
  readonly force: boolean;
}

/**
 * Looks up alias and versions and decides what is to be done. Unchanged code publishes no new version, so an alias that
 * serves the newest one has nothing to release.
 * @throws CvopsError `VersionNotFound`, `NoVersion` (5), `SplitInProgress`, `VersionQuarantined`, `SplitImpossible`, `VersionFailed` (6).
 */
export async function planPromotion(
  functions: Functions,
  wish: PromotionWish,
): Promise<PromotionPlan | NothingToPromote> {
  const { functionName } = wish;
  const [alias, target] = await Promise.all([
    functions.getAlias(functionName, wish.alias),
    wish.to === undefined ? newest(functions, functionName) : named(functions, functionName, wish.to),
  ]);
  const split = splitOf(alias);
  if (split !== undefined && !wish.force) throw splitInProgress(alias, split);
  if (target.version === alias.version && split === undefined) return { alias, version: target.version };
  const quarantined = parseAliasRecord(alias.description)?.quarantined.includes(target.version) ?? false;
  if (quarantined && !wish.force) throw isQuarantined(alias, target.version, wish.to === undefined);
  // ListVersionsByFunction does not tell the state. https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
  const [from, to, provisioned] = await Promise.all([
    functions.getVersion(functionName, alias.version),
    wish.to === undefined ? functions.getVersion(functionName, target.version) : target,
    provisionedChecks(functions, { functionName, alias: alias.name, from: alias.version, to: target.version }),
  ]);
  const against = wish.stepped ? splitChecks(from, to) : [];
  const [first] = against;
  if (first !== undefined) {
    throw new CvopsError(
      'SplitImpossible',
      ExitCode.gate,
      `traffic of ${functionName} cannot be split: ${first.detail}.`,
      {
        hint: 'Lambda allows a split only between published versions with the same role and dead-letter settings; promote at once, without --canary.',
      },
    );
  }
  refuseFailed(functionName, to);
  const preflight = [
    ...comparePreflight(from, to, 'forward'),
    ...provisioned,
    ...forwardNotes(alias, from, to, quarantined),
  ];
  return { alias, from, to, basis: wish.to === undefined ? 'newest' : 'named', preflight };
}

/** Versions are numbered in the order in which they were published; `10` is newer than `9`. */
async function newest(functions: Functions, functionName: string): Promise<FunctionVersion> {
  const last = (await functions.listVersions(functionName)).at(-1);
  if (last !== undefined) return last;
  throw new CvopsError('NoVersion', ExitCode.notFound, `function "${functionName}" has no published version.`, {
    hint: `publish one: aws lambda publish-version --function-name ${functionName}`,
  });
}

/** Who names a version that is not there is told which are. */
async function named(functions: Functions, functionName: string, version: string): Promise<FunctionVersion> {
  try {
    return await functions.getVersion(functionName, version);
  } catch (cause) {
    if (!(cause instanceof CvopsError) || cause.code !== 'VersionNotFound') throw cause;
    const there = await newestVersions(functions, functionName).catch(() => '');
    const hint = there === '' ? 'publish one first.' : `newest versions: ${there}.`;
    throw new CvopsError(cause.code, cause.exitCode, cause.message, { hint, cause });
  }
}

function forwardNotes(
  alias: Alias,
  from: FunctionVersion,
  to: FunctionVersion,
  quarantined: boolean,
): readonly PreflightCheck[] {
  const note = (id: string, detail: string): PreflightCheck => ({ id, status: 'NOTE', detail });
  const split = splitOf(alias);
  return [
    ...(Number(to.version) < Number(from.version)
      ? [note('older', `version ${to.version} is older than version ${from.version}`)]
      : []),
    ...(quarantined ? [note('quarantined', `version ${to.version} was rolled back from before`)] : []),
    ...(split === undefined
      ? []
      : [note('split', `the split with version ${split.version} at ${percentWords(split.weight)} ends`)]),
  ];
}

function splitInProgress(alias: Alias, split: { readonly version: string; readonly weight: number }): CvopsError {
  const record = parseAliasRecord(alias.description);
  const own = record?.canary === split.version && record.version === alias.version;
  const since = own ? `, since ${new Date(record.at).toISOString()}${record.by === '' ? '' : ` by ${record.by}`}` : '';
  return new CvopsError(
    'SplitInProgress',
    ExitCode.gate,
    `a release is under way: alias "${alias.name}" of ${alias.functionName} sends ${percentWords(split.weight)} to version ${split.version}${since}.`,
    { hint: 'wait for it, or end it with `cvops alias recover SERVICE`; --force ends it and goes on.' },
  );
}

function isQuarantined(alias: Alias, version: string, isNewest: boolean): CvopsError {
  return new CvopsError(
    'VersionQuarantined',
    ExitCode.gate,
    `alias "${alias.name}" of ${alias.functionName} was rolled back from version ${version}${isNewest ? ', the newest' : ''}.`,
    { hint: 'publish a fix; --force takes it all the same.' },
  );
}
