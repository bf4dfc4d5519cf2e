import type { CvopsError } from '../errors/cvops-error.ts';
import { endsCommand } from '../errors/ends-command.ts';
import type { Gap, Reading } from './readings.ts';

/**
 * What a call answers, or the gap that its failure leaves.
 * @throws what ends a command, see `endsCommand`.
 */
export async function settled<T>(call: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { value: await call() };
  } catch (cause) {
    if (endsCommand(cause)) throw cause;
    return { gap: gapOf(cause as CvopsError) };
  }
}

function gapOf({ code, message, hint }: CvopsError): Gap {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
