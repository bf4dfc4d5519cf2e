import type { Functions, FunctionVersion, Provisioned } from '../aws/ports/functions.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { isInterruption } from '../errors/is-interruption.ts';
import type { PreflightCheck } from './preflight.ts';

/** A move of an alias's traffic from one version to another. */
export interface AliasMove {
  readonly functionName: string;
  readonly alias: string;
  readonly from: string;
  readonly to: FunctionVersion['version'];
}

/**
 * What becomes of provisioned concurrency when the alias moves. Lambda gives it up on the old version and allocates it on
 * the new one only then, which takes minutes: until then the new version starts cold.
 * https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
 * @returns nothing where there is none; a SKIP where it may not be looked at.
 */
export async function provisionedChecks(functions: Functions, move: AliasMove): Promise<readonly PreflightCheck[]> {
  const { functionName, alias, from, to } = move;
  if (from === to) return [];
  let all: readonly Provisioned[];
  try {
    all = await functions.listProvisioned(functionName);
  } catch (cause) {
    if (!(cause instanceof CvopsError) || isInterruption(cause)) throw cause;
    const detail = `provisioned concurrency was not looked at: ${cause.message.replace(/\.$/, '')}`;
    return [{ id: 'provisioned', status: 'SKIP', detail }];
  }
  const of = (qualifier: string) => all.find((each) => each.qualifier === qualifier);
  const [ofTarget, ofAlias, ofSource] = [of(to), of(alias), of(from)];
  const check = (status: PreflightCheck['status'], detail: string) => [{ id: 'provisioned', status, detail }];
  if (ofTarget !== undefined) return check(ofTarget.status === 'READY' ? 'OK' : 'NOTE', words(ofTarget, to));
  if (ofAlias !== undefined) {
    return check('NOTE', `${words(ofAlias, from)}; the alias moves at once, version ${to} starts cold`);
  }
  if (ofSource !== undefined)
    return check('NOTE', `${words(ofSource, from)}, none on version ${to}, which starts cold`);
  return [];
}

function words({ allocated, requested, status, reason }: Provisioned, version: string): string {
  const why = status === 'FAILED' ? ` (failed: ${reason ?? 'no reason given'})` : '';
  return `${allocated} of ${requested} provisioned on version ${version}${why}`;
}
