import { CvopsError } from '../errors/cvops-error.ts';

/** One line of `cvops doctor`. */
export interface Check {
  readonly id: string;
  readonly status: 'OK' | 'NG' | 'SKIP';
  readonly detail: string;
  readonly hint: string | null;
}

/**
 * Runs one check; an expected error is NG with its hint. Bugs go through.
 * @param look answers the detail, with `ng` set when what it saw is wrong.
 */
export async function check(
  id: string,
  look: () => Promise<string | { readonly ng: string; readonly hint: string }>,
): Promise<Check> {
  try {
    const seen = await look();
    if (typeof seen === 'string') return { id, status: 'OK', detail: seen, hint: null };
    return { id, status: 'NG', detail: seen.ng, hint: seen.hint };
  } catch (cause) {
    if (!(cause instanceof CvopsError)) throw cause;
    return { id, status: 'NG', detail: cause.message, hint: cause.hint ?? null };
  }
}

export function skip(id: string, reason: string): Check {
  return { id, status: 'SKIP', detail: reason, hint: null };
}
