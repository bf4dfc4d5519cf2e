import type { Gap } from '../../lib/usage/readings.ts';

/** `X was not read: why. Hint: what mends it.` @param subject with its verb: `X was`. */
export function gapWords(subject: string, { message, hint }: Gap): string {
  const words = `${subject} not read: ${message}`;
  return hint === undefined ? words : `${words} Hint: ${hint}`;
}
