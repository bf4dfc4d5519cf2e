import { setFlagsFromString } from 'node:v8';

/** Newer ones are not known to have the flag, and V8 complains on stderr about flags that it does not know. */
const NEWEST_KNOWN = 24;

/**
 * Lets V8 collect garbage before the heap has grown by more than a quarter. For work over millions of messages, each
 * short-lived: by itself V8 grows to several times of what is in use. Costs a tenth more CPU.
 * https://nodejs.org/api/v8.html#v8setflagsfromstringflags
 */
export function keepHeapSmall(): void {
  if (Number.parseInt(process.versions.node, 10) <= NEWEST_KNOWN) setFlagsFromString('--heap-growing-percent=25');
}
