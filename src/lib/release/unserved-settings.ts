import type { FunctionConfiguration } from '../aws/ports/function-configurations.ts';
import type { Alias } from '../aws/ports/functions.ts';
import { parseAliasRecord } from './alias-record.ts';
import { comparePreflight } from './preflight.ts';

/** Settings that were published and that the alias does not serve. */
export interface UnservedSettings {
  /** The newest version, which has them. */
  readonly version: string;
  /** `memory goes from 256 MB to 512 MB`; values of the environment are never told. */
  readonly differences: readonly string[];
  /** Whether its code is another one, too. */
  readonly otherCode: boolean;
}

/** What the comparison of two versions tells that is no setting. */
const NO_SETTINGS = new Set(['state', 'code']);

/**
 * Compares the newest published version with the one that serves: a change of settings alone, such as Terraform makes,
 * publishes a version that gets no traffic by itself. Null where nothing is left unserved: the newest serves, takes part in
 * a release under way, was rolled back from, or is set alike.
 * @param versions of the function, oldest first.
 * @returns undefined where the serving version is not among them.
 */
export function unservedSettings(
  alias: Alias,
  versions: readonly FunctionConfiguration[],
): UnservedSettings | null | undefined {
  const newest = versions.findLast(({ version }) => version !== '$LATEST');
  const serving = versions.find(({ version }) => version === alias.version);
  if (serving === undefined || newest === undefined) return undefined;
  const isKnown =
    newest.version === alias.version ||
    newest.version in alias.weights ||
    parseAliasRecord(alias.description)?.quarantined.includes(newest.version) === true;
  if (isKnown) return null;
  const differences = differencesOf(serving, newest);
  if (differences.length === 0) return null;
  return { version: newest.version, differences, otherCode: serving.codeSha256 !== newest.codeSha256 };
}

/** `version 6 is not served, and set otherwise than 5: memory goes from 256 MB to 512 MB`. */
export function unservedWords({ version }: Pick<Alias, 'version'>, found: UnservedSettings): string {
  const code = found.otherCode ? '; its code is another one, too' : '';
  return `version ${found.version} is not served, and set otherwise than ${version}: ${found.differences.join(', ')}${code}`;
}

function differencesOf(from: FunctionConfiguration, to: FunctionConfiguration): readonly string[] {
  const compared = comparePreflight(from, to, 'forward')
    .filter(({ id, status }) => status === 'NOTE' && !NO_SETTINGS.has(id))
    .map(({ id, detail }) => (id === 'environment' ? `environment ${detail}` : detail));
  const others = (
    [
      ['handler', from.handler, to.handler],
      ['architecture', from.architecture, to.architecture],
      ['/tmp', `${from.ephemeralMb} MB`, `${to.ephemeralMb} MB`],
      ['log group', from.logGroup, to.logGroup],
      ['dead-letter target', from.deadLetterTarget ?? 'none', to.deadLetterTarget ?? 'none'],
      ['network', networkWords(from), networkWords(to)],
    ] as const
  ).filter(([, before, after]) => before !== after);
  return [...compared, ...others.map(([what, before, after]) => `${what} goes from ${before} to ${after}`)];
}

function networkWords({ inVpc }: FunctionConfiguration): string {
  return inVpc ? 'a VPC' : 'no VPC';
}
