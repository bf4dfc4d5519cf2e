import { isDeepStrictEqual } from 'node:util';

/** A backend did not do what AWS documents. */
export class NotConformant extends Error {
  override readonly name = 'NotConformant';
}

/** Throws unless both are deeply equal. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(actual, expected)) throw new NotConformant(`${what}: ${show(actual)}, not ${show(expected)}`);
}

export function holds(condition: unknown, what: string): asserts condition {
  if (condition === false || condition === undefined || condition === null) throw new NotConformant(`not so: ${what}`);
}

export interface Refusal {
  /** The error's name as the SDK gives it. */
  readonly name?: string;
  /** Default: any 4xx, for where AWS's page does not say or contradicts itself. */
  readonly status?: number;
}

/** Throws unless the call is refused in this way. Texts are not compared: nothing of cvops hangs on them. */
export async function refused(call: Promise<unknown>, expected: Refusal, what: string): Promise<void> {
  let answer: unknown;
  try {
    answer = await call;
  } catch (cause) {
    const error = cause as Error & { $metadata?: { httpStatusCode?: number } };
    const status = error.$metadata?.httpStatusCode ?? 0;
    const statusMeets = expected.status === undefined ? status >= 400 && status < 500 : status === expected.status;
    if (!statusMeets || (expected.name !== undefined && error.name !== expected.name)) {
      throw new NotConformant(
        `${what} is refused with ${status} ${error.name} (${error.message}), not ${expected.status ?? '4xx'} ${expected.name ?? ''}`,
      );
    }
    return;
  }
  throw new NotConformant(`${what} is accepted: ${show(answer)}`);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
