import type { ReleaseRow } from '../aws/ports/release-table.ts';
import type { ReleaseEntry } from './release-entry.ts';

/** Of the form of the JSON text; a later one may only add members. */
const FORM = 1;

/** The partition of one alias: all its releases, and no other's. */
export function targetOf(functionName: string, alias: string): string {
  return `${functionName}:${alias}`;
}

/** The least sort key of a release that began at `ms`. */
export function sortFrom(ms: number): string {
  return new Date(ms).toISOString();
}

/** Where an entry stands: its key depends on nothing but itself, so the same release is never there twice. */
export function toRow(entry: ReleaseEntry): ReleaseRow {
  return {
    target: targetOf(entry.function, entry.alias),
    sort: `${sortFrom(entry.at)}#${entry.id}`,
    entry: JSON.stringify({ form: FORM, ...entry }),
  };
}

/** The entry in a row's text; undefined when it is none that this cvops can read. */
export function parseEntry(text: string): ReleaseEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { form, ...entry } = value as { form?: unknown } & Partial<ReleaseEntry>;
  const isEntry =
    form === FORM &&
    typeof entry.id === 'string' &&
    typeof entry.at === 'number' &&
    typeof entry.durationMs === 'number' &&
    typeof entry.function === 'string' &&
    typeof entry.alias === 'string' &&
    typeof entry.to === 'string' &&
    typeof entry.kind === 'string' &&
    typeof entry.outcome === 'string';
  return isEntry ? ({ ...EMPTY, ...entry } as ReleaseEntry) : undefined;
}

/** What stands for a member that an entry does not have. */
const EMPTY = {
  service: '',
  aliasArn: '',
  from: null,
  actor: null,
  by: '',
  reason: null,
  strategy: 'all-at-once',
  steps: [],
  codeSha256: null,
  git: null,
  revisionBefore: null,
  revisionAfter: null,
  probe: null,
  undoes: null,
  restores: null,
  error: null,
} as const;
