import type { Functions, FunctionVersion } from '../aws/ports/functions.ts';
import type { Clock } from '../clock.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';

const POLL_MS = 1_000;
/** A version in a VPC, or with SnapStart, takes minutes. */
const PATIENCE_MS = 10 * 60_000;
/** So often an inactive version is called: at once, when it is inactive again, and when nothing has come of a call for so long. */
const CALLS = 3;
const CALL_AGAIN_MS = 30_000;
/** What wakes an inactive version fails without the function's being run; should it run, this is a batch of nothing. */
const WAKING_EVENT = '{"Records":[]}';

/**
 * Waits until a version can take traffic. An inactive one is woken by an invocation, which fails and brings it back; it may
 * be inactive again when its resources cannot be had. What
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
  let calls = 0;
  let calledAt = 0;
  let isBack = false;
  for (const until = clock.now() + PATIENCE_MS; version.state !== 'Active'; ) {
    const why = version.stateReason === null ? '' : `: ${version.stateReason.replace(/\.$/, '')}`;
    refuseFailed(functionName, version);
    const notReady = (how: string) =>
      new CvopsError(
        'VersionNotReady',
        ExitCode.pending,
        `version ${version.version} of ${functionName} ${how}${why}.`,
        { hint: 'run the command again later; nothing was done.' },
      );
    if (clock.now() >= until) throw notReady(`is still ${version.state} after 10 min`);
    const isCalled = calls > 0 && !isBack && clock.now() - calledAt < CALL_AGAIN_MS;
    if (version.state === 'Inactive' && !isCalled) {
      if (calls === CALLS) throw notReady(`is Inactive again after ${CALLS} calls`);
      tell(`version ${version.version} is Inactive${why}; waking it`);
      await functions.invoke(functionName, version.version, WAKING_EVENT, version.timeoutSeconds).catch(expectedToFail);
      calls++;
      calledAt = clock.now();
    } else {
      tell(`waiting for version ${version.version}: ${version.state}${why}`);
    }
    await clock.sleep(POLL_MS, signal);
    const before = version.state;
    version = await functions.getVersion(functionName, version.version);
    isBack = before === 'Pending' && version.state === 'Inactive';
  }
  return version;
}

/** A version that Lambda could not make will never take traffic. @throws CvopsError `VersionFailed` (6) with its reason. */
export function refuseFailed(functionName: string, { version, state, stateReason }: FunctionVersion): void {
  if (state !== 'Failed') return;
  const why = stateReason === null ? '' : `: ${stateReason.replace(/\.$/, '')}`;
  throw new CvopsError('VersionFailed', ExitCode.gate, `version ${version} of ${functionName} is Failed${why}.`, {
    hint: 'mend what the reason names and publish a new version; nothing was done.',
  });
}

function expectedToFail(cause: unknown): void {
  const failed = cause instanceof CvopsError && cause.exitCode === ExitCode.failed;
  if (!failed) throw cause;
}
