import type { Input } from '../kernel/service.ts';

const MAX_ITEMS = 50;

/** One page of a list by `Marker` and `MaxItems`; Lambda's lists hold at most 50 items a page. */
export function page<T>(all: readonly T[], input: Input): { items: readonly T[]; next: string | undefined } {
  const start = input.Marker === undefined ? 0 : Number(Buffer.from(String(input.Marker), 'base64').toString());
  const size = Math.min(MAX_ITEMS, input.MaxItems ?? MAX_ITEMS);
  const end = start + size;
  const next = end < all.length ? Buffer.from(String(end)).toString('base64') : undefined;
  return { items: all.slice(start, end), next };
}
