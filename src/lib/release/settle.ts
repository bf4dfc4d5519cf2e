import type { Alias, Functions } from '../aws/ports/functions.ts';
import type { Clock } from '../clock.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { failureOf } from './smoke.ts';

/** Whether the alias was seen to serve what it was told to. */
export interface Settled {
  /** `executed-version`: invocations through the alias said so. `alias`: GetAlias said so; nothing was invoked. */
  readonly basis: 'executed-version' | 'alias';
  /** Right answers in a row. */
  readonly answers: number;
  /** Answers that were still the old ones. */
  readonly stale: number;
  readonly settled: boolean;
  /** Made through the alias for it; 0 when GetAlias was asked. */
  readonly invocations: number;
  /** Those that the new version failed. */
  readonly failures: number;
  /** The first failure, in words; null without one. */
  readonly failure: string | null;
  readonly durationMs: number;
}

/** So many right answers in a row. */
const ENOUGH = 3;
const PAUSE_MS = 100;
const PATIENCE_MS = 30_000;

/**
 * Asks through the alias until several answers in a row come from the new version: UpdateAlias is eventually consistent.
 * With an event the function itself tells (`ExecutedVersion`); an Invoke of type DryRun does not say which version, and to
 * invoke with an event made up would be to write what nobody sent, so without one GetAlias is asked.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function settle(
  { functions, clock }: { readonly functions: Functions; readonly clock: Clock },
  alias: Alias,
  probe: { readonly event: string; readonly timeoutSeconds: number } | undefined,
  signal: AbortSignal,
): Promise<Settled> {
  const started = clock.now();
  let answers = 0;
  let stale = 0;
  let invocations = 0;
  let failures = 0;
  let failure: string | null = null;
  while (answers < ENOUGH && clock.now() - started < PATIENCE_MS && !signal.aborted) {
    try {
      if (await isRight()) answers++;
      else {
        answers = 0;
        stale++;
      }
    } catch (cause) {
      if (!(cause instanceof CvopsError)) throw cause;
      answers = 0;
      // Not allowed, no credentials: asking again does not help, and the alias has moved all the same.
      if (cause.exitCode === ExitCode.setup) {
        failure = cause.message;
        break;
      }
      stale++;
    }
    if (answers < ENOUGH) await clock.sleep(PAUSE_MS, signal).catch(() => {});
  }
  return {
    basis: probe === undefined ? 'alias' : 'executed-version',
    answers,
    stale,
    settled: answers >= ENOUGH,
    invocations,
    failures,
    failure,
    durationMs: clock.now() - started,
  };

  async function isRight(): Promise<boolean> {
    if (probe === undefined) {
      const now = await functions.getAlias(alias.functionName, alias.name);
      return now.version === alias.version && Object.keys(now.weights).length === 0;
    }
    const answer = await functions.invoke(alias.functionName, alias.name, probe.event, probe.timeoutSeconds);
    invocations++;
    if (answer.executedVersion !== alias.version) return false;
    const words = failureOf(answer);
    if (words !== null) failures++;
    failure ??= words;
    return true;
  }
}
