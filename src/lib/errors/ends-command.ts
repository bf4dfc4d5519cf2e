import { CvopsError } from './cvops-error.ts';
import { ExitCode } from './exit-code.ts';

/**
 * Whether a failed call means that no other will do better: no credentials, no such endpoint, Ctrl-C, a bug. What AWS
 * refuses, lacks or throttles concerns that one call.
 */
export function endsCommand(error: unknown): boolean {
  if (!(error instanceof CvopsError) || error.code === 'Interrupted') return true;
  return error.exitCode === ExitCode.setup && error.code !== 'AccessDenied';
}
