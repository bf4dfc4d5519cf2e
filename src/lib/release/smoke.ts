import type { Functions, FunctionVersion } from '../aws/ports/functions.ts';
import type { Clock } from '../clock.ts';
import { CvopsError } from '../errors/cvops-error.ts';

/** How one version took the events of a smoke test. */
export interface SmokeResult {
  readonly version: string;
  readonly passed: number;
  readonly of: number;
  /** The first failure, in words; null when all passed. */
  readonly failure: string | null;
}

/** How often an invocation that was throttled, or that met a broken connection, is tried anew, and how long after. */
const PAUSES_MS = [500, 1_000, 2_000, 4_000];
const PASSING = new Set(['Throttled', 'TooManyRequestsException', 'ResourceConflictException', 'ServiceException']);
/** As much of a function's error as is shown. */
const SHOWN = 200;

/**
 * Runs the events on one version, by its number and so beside all traffic. The first failure ends it. A failure is what
 * Lambda calls a function error (which comes with HTTP 200), or an answer that gives messages of the batch back.
 * @param events JSON texts.
 */
export async function smokeTest(
  ports: { readonly functions: Functions; readonly clock: Clock },
  functionName: string,
  version: Pick<FunctionVersion, 'version' | 'timeoutSeconds'>,
  events: readonly string[],
  signal: AbortSignal,
): Promise<SmokeResult> {
  for (const [index, event] of events.entries()) {
    signal.throwIfAborted();
    const failure = await runOnce(ports, functionName, version, event, signal);
    if (failure === null) continue;
    const which = events.length === 1 ? '' : `event ${index + 1}: `;
    return { version: version.version, passed: index, of: events.length, failure: `${which}${failure}` };
  }
  return { version: version.version, passed: events.length, of: events.length, failure: null };
}

async function runOnce(
  { functions, clock }: { readonly functions: Functions; readonly clock: Clock },
  functionName: string,
  { version, timeoutSeconds }: Pick<FunctionVersion, 'version' | 'timeoutSeconds'>,
  event: string,
  signal: AbortSignal,
): Promise<string | null> {
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await functions.invoke(functionName, version, event, timeoutSeconds);
      return failureOf(answer);
    } catch (cause) {
      const pause = PAUSES_MS[attempt];
      if (!(cause instanceof CvopsError) || !PASSING.has(cause.code) || pause === undefined) throw cause;
      await clock.sleep(pause, signal);
    }
  }
}

/** What went wrong in an invocation, in one line; null when nothing did. */
export function failureOf(answer: { readonly functionError: string | null; readonly payload: string }): string | null {
  const value = read(answer.payload);
  if (answer.functionError !== null) {
    const { errorType, errorMessage } = (value ?? {}) as { errorType?: unknown; errorMessage?: unknown };
    const words = [errorType, errorMessage].filter((each) => typeof each === 'string' && each !== '').join(': ');
    return cut(words === '' ? answer.functionError : words);
  }
  // The function took the batch but not all of its messages: Lambda counts no error.
  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
  const given = (value as { batchItemFailures?: unknown } | null | undefined)?.batchItemFailures;
  if (!Array.isArray(given) || given.length === 0) return null;
  return `it gave ${given.length === 1 ? '1 message' : `${given.length} messages`} of the batch back`;
}

function read(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= SHOWN ? line : `${line.slice(0, SHOWN)}…`;
}
