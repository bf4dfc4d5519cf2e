import { CvopsError } from './cvops-error.ts';
import { ExitCode } from './exit-code.ts';

/** Why work ended that was asked to end; null while nobody asked. */
export function interruption(signal: AbortSignal): CvopsError | null {
  if (!signal.aborted) return null;
  if (signal.reason instanceof CvopsError) return signal.reason;
  return new CvopsError('Interrupted', ExitCode.interrupted, 'stopped on request.');
}
