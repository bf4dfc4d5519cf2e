import { usageError } from '../parse.ts';

/** A published version's number; `$LATEST` moves and is no release. */
export function parseVersion(value: unknown): string | undefined {
  if (value === undefined || /^[1-9]\d*$/.test(String(value))) return value as string | undefined;
  throw usageError(`--to ${JSON.stringify(value)} is not a published version.`, 'versions are numbers: 1, 2, 3 …');
}
