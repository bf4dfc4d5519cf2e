import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';

/** One line of `cvops doctor`. */
export interface Check {
  readonly id: string;
  readonly status: 'OK' | 'NG' | 'SKIP';
  readonly detail: string;
  readonly hint: string | null;
}

/**
 * Runs one check; an expected error is NG with its hint. Bugs and Ctrl-C go through.
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
    if (!(cause instanceof CvopsError) || cause.code === 'Interrupted') throw cause;
    // Elsewhere the hint for what is missing is to run doctor.
    const missing = cause.exitCode === ExitCode.notFound;
    const hint = missing ? 'create it, or correct its name in the configuration.' : (cause.hint ?? null);
    return { id, status: 'NG', detail: cause.message, hint };
  }
}

export function skip(id: string, reason: string): Check {
  return { id, status: 'SKIP', detail: reason, hint: null };
}
