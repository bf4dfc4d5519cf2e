import type { Alias } from '../aws/ports/functions.ts';
import { parseAliasRecord } from './alias-record.ts';

/** One alias as cvops shows it. */
export interface AliasState {
  readonly service: string;
  readonly function: string;
  readonly alias: string;
  readonly version: string;
  /** Additional versions with their share, 0–1. */
  readonly weights: Readonly<Record<string, number>>;
  /** The version served before; null when the alias does not know. */
  readonly previous: string | null;
  /** ISO 8601; null when the last change was not made by cvops. */
  readonly changedAt: string | null;
  readonly changedBy: string | null;
  readonly releaseId: string | null;
  readonly quarantined: readonly string[];
}

/** What the alias tells of itself: no call beside the GetAlias that read it. */
export function describeAlias(service: string, alias: Alias): AliasState {
  const record = parseAliasRecord(alias.description);
  // A record that speaks of another version is older than the last change.
  const current = record?.version === alias.version ? record : undefined;
  return {
    service,
    function: alias.functionName,
    alias: alias.name,
    version: alias.version,
    weights: alias.weights,
    previous: current?.previous ?? null,
    changedAt: current === undefined ? null : new Date(current.at).toISOString(),
    changedBy: current?.by ?? null,
    releaseId: current?.releaseId ?? null,
    quarantined: record?.quarantined ?? [],
  };
}
