import { LEFT_BEHIND } from './failure-cause.ts';
import type { Inspection } from './inspect.ts';

/** What an alias serves now. */
export interface Served {
  readonly alias: string;
  /** The primary version first, then those of a split. */
  readonly versions: readonly string[];
}

/** What the versions that failed the messages and the versions served now say together. */
export type Verdict =
  /** Everything died of what is served now. */
  | { readonly kind: 'served'; readonly failed: readonly string[] }
  /** Nothing that failed is served any more. */
  | { readonly kind: 'gone'; readonly failed: readonly string[] }
  /** Some of both. */
  | { readonly kind: 'mixed'; readonly failed: readonly string[] }
  | { readonly kind: 'unknown' };

/** Compares the versions that failed with those served. Messages that only waited behind another do not count. */
export function judgeVersions(found: Pick<Inspection, 'groups'>, served: Served | null): Verdict {
  const own = found.groups.filter((group) => group.basis === 'log' && group.sample.error?.name !== LEFT_BEHIND);
  const failed = [...new Set(own.flatMap(({ versions }) => versions))].sort((a, b) => Number(a) - Number(b));
  if (served === null || failed.length === 0) return { kind: 'unknown' };
  const still = failed.filter((version) => served.versions.includes(version));
  if (still.length === 0) return { kind: 'gone', failed };
  return { kind: still.length === failed.length ? 'served' : 'mixed', failed };
}

/** A message that expires this soon must not wait. */
export const NEAR_EXPIRY_MS = 24 * 3_600_000;

/** Messages that expire within a day, and the first of them; null when there are none. */
export function nearExpiry(found: Inspection, now: number): { readonly count: number; readonly at: number } | null {
  const times = found.messages.flatMap(({ expiresAt }) => (expiresAt === null ? [] : [Date.parse(expiresAt)]));
  const near = times.filter((at) => at - now < NEAR_EXPIRY_MS);
  return near.length === 0 ? null : { count: near.length, at: near.reduce((a, b) => Math.min(a, b)) };
}
