import type { VersionSettings } from './readings.ts';

/** Published in the period, and the one before, oldest first: those that ran unless somebody went further back. */
export function likelyVersions(
  versions: readonly VersionSettings[],
  startMs: number,
  untilMs: number,
): readonly VersionSettings[] {
  const published = versions
    .filter(({ version, modifiedAt }) => version !== '$LATEST' && modifiedAt < untilMs)
    .toSorted((a, b) => a.modifiedAt - b.modifiedAt);
  const first = published.findIndex(({ modifiedAt }) => modifiedAt >= startMs);
  return published.slice(first === -1 ? -1 : Math.max(0, first - 1));
}
