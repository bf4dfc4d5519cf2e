import type { FunctionCode, LatestCode } from '../aws/ports/function-code.ts';
import type { Clock } from '../clock.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';

export interface CodePorts {
  readonly code: FunctionCode;
  readonly clock: Clock;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;
/** A function in a VPC takes minutes. */
const PATIENCE_MS = 10 * 60_000;

/**
 * Waits until no update of `$LATEST` is under way. What cannot be read, and what failed, ends it at once: the SDK's own
 * waiters take "not allowed" for "not yet", and begin with pauses that are longer than most updates.
 * https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
 * @param isOurs an update of this release: its failure ends it. One of earlier is only told, for new code may mend it.
 * @throws CvopsError `UpdateFailed`, `FunctionFailed` (6) with Lambda's reason, `UpdatePending` (8) after ten minutes.
 */
export async function settledCode(
  { code, clock }: CodePorts,
  functionName: string,
  isOurs: boolean,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<LatestCode> {
  const until = clock.now() + PATIENCE_MS;
  let told = '';
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const latest = await code.latest(functionName);
    if (latest.state === 'Failed') {
      throw failed('FunctionFailed', `${functionName} is Failed`, latest.stateReason);
    }
    if (latest.lastUpdate === 'Failed') {
      if (isOurs) throw failed('UpdateFailed', `the update of ${functionName} failed`, latest.lastUpdateReason);
      return latest;
    }
    const waitsFor = latest.state === 'Pending' ? 'Pending' : latest.lastUpdate === 'InProgress' ? 'InProgress' : null;
    if (waitsFor === null) return latest;
    const why = (waitsFor === 'Pending' ? latest.stateReason : latest.lastUpdateReason) ?? '';
    const line = `waiting for ${functionName}: ${waitsFor}${why === '' ? '' : `, ${why}`}`;
    if (line !== told) tell(line);
    told = line;
    if (clock.now() >= until) {
      throw new CvopsError(
        'UpdatePending',
        ExitCode.pending,
        `${functionName} is still ${waitsFor} after 10 min${why === '' ? '' : `: ${why.replace(/\.$/, '')}`}.`,
        { hint: 'run the command again later; the alias was not touched.' },
      );
    }
    await clock.sleep(pause, signal);
  }
}

function failed(code: string, what: string, reason: string | null): CvopsError {
  const why = reason === null ? '' : `: ${reason.replace(/\.$/, '')}`;
  return new CvopsError(code, ExitCode.gate, `${what}${why}.`, {
    hint: 'mend what the reason names and deploy again; the alias was not touched.',
  });
}
