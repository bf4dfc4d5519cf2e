import type { Alias } from '../aws/ports/functions.ts';

/** A share 0–1 in percent: `10 %`, `2.5 %`. */
export function percentWords(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

/** What an alias serves: `version 5`, `version 5 with 6 at 10 %`. */
export function servedWords({ version, weights }: Pick<Alias, 'version' | 'weights'>): string {
  const split = Object.entries(weights).map(([each, weight]) => `${each} at ${percentWords(weight)}`);
  return split.length === 0 ? `version ${version}` : `version ${version} with ${split.join(', ')}`;
}

/** The one version that takes a part of the traffic, and its share 0–1; undefined without a split. */
export function splitOf(
  alias: Pick<Alias, 'weights'>,
): { readonly version: string; readonly weight: number } | undefined {
  const [entry] = Object.entries(alias.weights);
  return entry === undefined ? undefined : { version: entry[0], weight: entry[1] };
}
