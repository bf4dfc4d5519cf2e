import type { CvopsError } from './cvops-error.ts';
import { ExitCode } from './exit-code.ts';

/** Ctrl-C or a termination: not a failure of the call that it ended. */
export function isInterruption({ exitCode }: CvopsError): boolean {
  return exitCode === ExitCode.interrupted || exitCode === ExitCode.terminated;
}
