import type { CvopsError } from '../../errors/cvops-error.ts';
import { interruption } from '../../errors/interruption.ts';
import type { ReplayResult } from './replay-result.ts';

/** An error as the reason that a run's result gives for its early end. */
export function stoppedBy({ code, message, hint, exitCode }: CvopsError): NonNullable<ReplayResult['stopped']> {
  return { code, message, hint: hint ?? null, exitCode };
}

/** The same of the signal that ended it; null while nobody asked. */
export function stoppedBySignal(signal: AbortSignal): ReplayResult['stopped'] {
  const reason = interruption(signal);
  return reason === null ? null : stoppedBy(reason);
}
