import { ApiError } from '../kernel/api-error.ts';

/** One page of a list; the token is the place where the next page starts. */
export function page<T>(
  all: readonly T[],
  size: number,
  token: string | undefined,
): { items: readonly T[]; next: string | undefined } {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString('utf8'));
  if (!Number.isInteger(start) || start < 0) {
    throw new ApiError('InvalidNextToken', 'Invalid nextToken', { queryCode: 'InvalidNextToken' });
  }
  const end = start + size;
  return {
    items: all.slice(start, end),
    next: end < all.length ? Buffer.from(String(end)).toString('base64') : undefined,
  };
}
