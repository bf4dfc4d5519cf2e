import type { Functions, FunctionVersion } from '../aws/ports/functions.ts';
import type { Clock } from '../clock.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';

const POLL_MS = 1_000;
/** A version in a VPC, or with SnapStart, takes minutes. */
const PATIENCE_MS = 10 * 60_000;
/** What wakes an inactive version fails without the function's being run; should it run, this is a batch of nothing. */
const WAKING_EVENT = '{"Records":[]}';

/**
 * Waits until a version can take traffic. An inactive one is woken by an invocation, which fails and brings it back. What
 * cannot be read fails at once: a waiter that takes "not allowed" for "not yet" waits for nothing.
 * https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
 * @param seen as it was read just now. @param tell says why it takes longer.
 * @throws CvopsError `VersionFailed` (6) with Lambda's reason, `VersionNotReady` (8) after ten minutes.
 */
export async function readyVersion(
  { functions, clock }: { readonly functions: Functions; readonly clock: Clock },
  functionName: string,
  seen: FunctionVersion,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<FunctionVersion> {
  let version = seen;
  let woken = false;
  for (const until = clock.now() + PATIENCE_MS; version.state !== 'Active'; ) {
    const why = version.stateReason === null ? '' : `: ${version.stateReason}`;
    if (version.state === 'Failed') {
      throw new CvopsError(
        'VersionFailed',
        ExitCode.gate,
        `version ${version.version} of ${functionName} is Failed${why.replace(/\.$/, '')}.`,
        { hint: 'mend what the reason names and publish a new version; nothing was done.' },
      );
    }
    if (clock.now() >= until) {
      throw new CvopsError(
        'VersionNotReady',
        ExitCode.pending,
        `version ${version.version} of ${functionName} is still ${version.state} after 10 min${why.replace(/\.$/, '')}.`,
        { hint: 'run the command again later; nothing was done.' },
      );
    }
    if (version.state === 'Inactive' && !woken) {
      woken = true;
      tell(`version ${version.version} is Inactive; waking it`);
      await functions.invoke(functionName, version.version, WAKING_EVENT, version.timeoutSeconds).catch(expectedToFail);
    } else {
      tell(`waiting for version ${version.version}: ${version.state}${why}`);
    }
    await clock.sleep(POLL_MS, signal);
    version = await functions.getVersion(functionName, version.version);
  }
  return version;
}

function expectedToFail(cause: unknown): void {
  const failed = cause instanceof CvopsError && cause.exitCode === ExitCode.failed;
  if (!failed) throw cause;
}
